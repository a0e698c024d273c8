package import FilecoinTypes
package import JSON
package import Multiformats

/// A sector that exists from the genesis block on, as genesis templates describe it.
package struct PreSealedSector: Hashable, Sendable {
    package var commR: CID
    package var commD: CID
    package var sector: SectorNumber
    /// The deal that fills the sector.
    package var deal: DealProposal
    package var proof: RegisteredSealProof
}

/// A miner of the genesis block with its sectors: the value of one member of a pre-seal manifest.
package struct PreSealedMiner: Hashable, Sendable {
    package var id: Address
    package var owner: Address
    package var worker: Address
    package var peerID: String
    package var marketBalance: TokenAmount
    package var powerBalance: TokenAmount
    package var sectorSize: SectorSize
    package var sectors: [PreSealedSector]
}

/// The file `pre-seal-<miner>.json`: miners by their address text.
package struct PreSealManifest: Hashable, Sendable {
    /// The miners, in the order of the file.
    package var miners: [PreSealedMiner]

    /// Creates a manifest.
    package init(miners: [PreSealedMiner]) { self.miners = miners }
}

// MARK: - JSON

// Names, order and forms are those of lotus (genesis/types.go).

extension PreSealedSector: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("CommR", commR)
            writer.member("CommD", commD)
            writer.member("SectorID", sector)
            writer.member("Deal", deal)
            writer.member("ProofType", proof)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        commR = try object.decode("CommR")
        commD = try object.decode("CommD")
        sector = try object.decode("SectorID")
        deal = try object.decode("Deal")
        proof = try object.decode("ProofType")
    }
}

extension PreSealedMiner: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("ID", id)
            writer.member("Owner", owner)
            writer.member("Worker", worker)
            writer.member("PeerId", peerID)
            writer.member("MarketBalance", marketBalance)
            writer.member("PowerBalance", powerBalance)
            writer.member("SectorSize", sectorSize)
            writer.member("Sectors", sectors)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        id = try object.decode("ID")
        owner = try object.decode("Owner")
        worker = try object.decode("Worker")
        peerID = try object.decode("PeerId")
        marketBalance = try object.decode("MarketBalance")
        powerBalance = try object.decode("PowerBalance")
        sectorSize = try object.decode("SectorSize")
        sectors = try object.decode("Sectors")
    }
}

extension PreSealManifest: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            for miner in miners { writer.member(miner.id.description, miner) }
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        miners = []
        for member in try value.expectObject().members {
            miners.append(try PreSealedMiner(from: member.value))
        }
    }
}
