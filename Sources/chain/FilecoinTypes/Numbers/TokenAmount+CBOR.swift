public import CBOR

/// The chain form: a byte string with a sign byte (0 or 1) and the big-endian magnitude; empty for zero.
extension TokenAmount: CBORCodable {
    public func encode(to encoder: inout CBOREncoder) { encoder.bigInt(attoFIL) }

    public init(from decoder: inout CBORDecoder) throws(CBORError) {
        self.init(attoFIL: try decoder.bigInt())
    }
}
