public import CBOR

/// The chain form: a CBOR integer, unsigned for types that cannot be negative.
extension ProtocolInteger where Self: CBORCodable {
    public func encode(to encoder: inout CBOREncoder) {
        if RawValue.isSigned {
            encoder.signed(Int64(truncatingIfNeeded: rawValue))
        } else {
            encoder.unsigned(UInt64(truncatingIfNeeded: rawValue))
        }
    }

    public init(from decoder: inout CBORDecoder) throws(CBORError) {
        if RawValue.isSigned {
            self.init(rawValue: RawValue(truncatingIfNeeded: try decoder.signed()))
        } else {
            self.init(rawValue: RawValue(truncatingIfNeeded: try decoder.unsigned()))
        }
    }
}

extension ActorID: CBORCodable {}
extension ChainEpoch: CBORCodable {}
extension DealID: CBORCodable {}
extension ExitCode: CBORCodable {}
extension GasAmount: CBORCodable {}
extension MethodNumber: CBORCodable {}
extension PaddedPieceSize: CBORCodable {}
extension RegisteredAggregationProof: CBORCodable {}
extension RegisteredPoStProof: CBORCodable {}
extension RegisteredSealProof: CBORCodable {}
extension RegisteredUpdateProof: CBORCodable {}
extension SectorNumber: CBORCodable {}
extension SectorSize: CBORCodable {}
extension UnpaddedPieceSize: CBORCodable {}
