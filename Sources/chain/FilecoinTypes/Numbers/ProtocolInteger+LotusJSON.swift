public import JSON

/// The API form: a JSON number.
extension ProtocolInteger where Self: JSONCodable {
    public func encode(to writer: inout JSONWriter) { writer.integer(rawValue) }

    public init(from value: JSONValue) throws(JSONError) {
        self.init(rawValue: try value.expectInteger())
    }
}

extension ActorID: JSONCodable {}
extension ChainEpoch: JSONCodable {}
extension DealID: JSONCodable {}
extension ExitCode: JSONCodable {}
extension GasAmount: JSONCodable {}
extension MethodNumber: JSONCodable {}
extension PaddedPieceSize: JSONCodable {}
extension RegisteredAggregationProof: JSONCodable {}
extension RegisteredPoStProof: JSONCodable {}
extension RegisteredSealProof: JSONCodable {}
extension RegisteredUpdateProof: JSONCodable {}
extension SectorNumber: JSONCodable {}
extension SectorSize: JSONCodable {}
extension UnpaddedPieceSize: JSONCodable {}
