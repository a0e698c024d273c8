import Bytes
import Conformance
import FilecoinTypes
import Foundation
import Hashing
import JSON
import Multiformats
import StorageProofs

extension ProofKind {
    /// A manifest of pre-sealed sectors with the folder that it describes.
    static let genesisSectors: ProofKind = ProofKind(
        "genesis sectors",
        matching: { json in
            guard let miner = json.object?.members.first?.value else { return false }
            return miner["Sectors"]?.array != nil && miner["PeerId"] != nil
        },
        { file in
            let manifest = try PreSealManifest(json: try file.file.contents())
            return [
                KnownFile.Row("manifest") {
                    try checkBytes(
                        manifest.jsonBytes(.indented()),
                        try file.file.contents(),
                        "the manifest written again"
                    )
                }
            ]
                + manifest.miners.flatMap { miner in
                    miner.sectors.map { sector in
                        KnownFile.Row("\(miner.id) sector \(sector.sector)") {
                            try checkGenesisSector(sector, of: miner, folder: file.folder)
                        }
                    }
                }
        }
    )

    /// What every dev network's sectors are sealed with.
    private static let ticketPreimage: String = "lotus is fire"

    /// Unseals the replica and seals the data again: the same commitments and files.
    private static func checkGenesisSector(
        _ sector: PreSealedSector,
        of miner: PreSealedMiner,
        folder: String
    ) throws {
        guard let configuration = PoRepConfiguration(sector.proof) else {
            throw TestDataError("ProofType \(sector.proof) is not known")
        }
        guard let id = miner.id.actorID else { throw TestDataError("ID is \(miner.id)") }
        let name = "s-t0\(id)-\(sector.sector)"
        guard let commD = Bytes32(try sector.commD.commitment(.unsealed)) else {
            throw TestDataError("CommD is \(sector.commD)")
        }
        let input = SealInput(
            configuration: configuration,
            minerID: id.rawValue,
            sector: sector.sector.rawValue,
            ticket: BLAKE2b.digest(Array(ticketPreimage.utf8))
        )
        let replica = "\(folder)/sealed/\(name)"
        guard FileManager.default.fileExists(atPath: replica) else {
            throw KnownFile.Skip(reason: "the files of the sector are not there")
        }
        try withTemporaryFolder { temporary in
            try SectorUnsealer(input, commD: commD)
                .unseal(replica: replica, to: "\(temporary)/staged")
            let sealed = try SealedSector(input, pieces: nil, in: temporary)
            try checkEqual(
                try CID(.unsealed, commitment: sealed.commitments.commD.bytes),
                sector.commD,
                "CommD"
            )
            try checkEqual(
                try CID(.sealed, commitment: sealed.commitments.commR.bytes),
                sector.commR,
                "CommR"
            )
            try checkBytes(
                try sealed.contents("sealed"),
                try SealFiles.read(replica, limit: 1 << 26),
                "sealed/\(name)"
            )
            let cache = "\(folder)/cache/\(name)"
            for file in try FileManager.default.contentsOfDirectory(atPath: cache).sorted() {
                let recorded = try SealFiles.read("\(cache)/\(file)", limit: 1 << 26)
                if file == SealFiles.temporaryAux {
                    // The original of that time counted the discarded rows otherwise, and had another path.
                    let aux = try TemporaryAux(recorded)
                    try checkBytes(aux.bytes, recorded, "\(file) read and written")
                    let own = try TemporaryAux(try sealed.contents("cache/\(file)"))
                    try checkEqual(aux.labels.map(\.id), own.labels.map(\.id), "labels of \(file)")
                } else {
                    try checkBytes(try sealed.contents("cache/\(file)"), recorded, file)
                }
            }
        }
    }
}
