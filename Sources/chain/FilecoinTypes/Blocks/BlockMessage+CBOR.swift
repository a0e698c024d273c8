public import CBOR
internal import Multiformats

/// The chain form: `[BlsMessages, SecpkMessages]`.
extension MessageMeta: CBORCodable {
    public func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(blsMessages)
        encoder.encode(secpMessages)
    }

    public init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        blsMessages = try decoder.value()
        secpMessages = try decoder.value()
    }
}

/// The form on the wire: `[Header, BlsMessages, SecpkMessages]`.
extension BlockMessage: CBORCodable {
    public func encode(to encoder: inout CBOREncoder) {
        encoder.array(3)
        encoder.encode(header)
        encoder.list(blsMessages)
        encoder.list(secpMessages)
    }

    public init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 3)
        header = try decoder.value()
        blsMessages = try decoder.list(max: ChainLimits.listCount)
        secpMessages = try decoder.list(max: ChainLimits.listCount)
    }
}
