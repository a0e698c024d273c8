public import CBOR

/// The chain form: a byte string of the binary CIDs.
extension TipsetKey: CBORCodable {
    public func encode(to encoder: inout CBOREncoder) { encoder.bytes(bytes) }

    public init(from decoder: inout CBORDecoder) throws(CBORError) {
        let bytes = try decoder.bytes(max: ChainLimits.byteCount)
        guard let key = TipsetKey(bytes: bytes) else {
            throw decoder.invalid("a tipset key is a sequence of CIDs")
        }
        self = key
    }
}
