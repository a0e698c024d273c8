public import JSON
internal import Multiformats

extension SectorInfo: JSONCodable {
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("SealProof", sealProof)
            writer.member("SectorNumber", sectorNumber)
            writer.member("SealedCID", sealedCID)
        }
    }

    public init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        sealProof = try object.decode("SealProof")
        sectorNumber = try object.decode("SectorNumber")
        sealedCID = try object.decode("SealedCID")
    }
}

extension ExtendedSectorInfo: JSONCodable {
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("SealProof", sealProof)
            writer.member("SectorNumber", sectorNumber)
            writer.member("SectorKey", sectorKey)
            writer.member("SealedCID", sealedCID)
        }
    }

    public init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        sealProof = try object.decode("SealProof")
        sectorNumber = try object.decode("SectorNumber")
        sectorKey = try object.decodeIfPresent("SectorKey")
        sealedCID = try object.decode("SealedCID")
    }
}

extension PieceInfo: JSONCodable {
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Size", size)
            writer.member("PieceCID", pieceCID)
        }
    }

    public init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        size = try object.decode("Size")
        pieceCID = try object.decode("PieceCID")
    }
}

extension PoStProof: JSONCodable {
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("PoStProof", postProof)
            writer.member("ProofBytes", base64: proofBytes)
        }
    }

    public init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        postProof = try object.decode("PoStProof")
        proofBytes = try object.decodeBase64("ProofBytes")
    }
}

extension SectorID: JSONCodable {
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Miner", miner)
            writer.member("Number", number)
        }
    }

    public init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        miner = try object.decode("Miner")
        number = try object.decode("Number")
    }
}
