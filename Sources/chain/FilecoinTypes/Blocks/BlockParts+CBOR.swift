public import CBOR

/// The chain form: `[VRFProof]`.
extension Ticket: CBORCodable {
    public func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.bytes(vrfProof)
    }

    public init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        vrfProof = try decoder.bytes(max: ChainLimits.byteCount)
    }
}

/// The chain form: `[WinCount, VRFProof]`.
extension ElectionProof: CBORCodable {
    public func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.signed(winCount)
        encoder.bytes(vrfProof)
    }

    public init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        winCount = try decoder.signed()
        vrfProof = try decoder.bytes(max: ChainLimits.byteCount)
    }
}

/// The chain form: `[Round, Data]`.
extension BeaconEntry: CBORCodable {
    public func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.unsigned(round)
        encoder.bytes(data)
    }

    public init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        round = try decoder.unsigned()
        data = try decoder.bytes(max: ChainLimits.byteCount)
    }
}
