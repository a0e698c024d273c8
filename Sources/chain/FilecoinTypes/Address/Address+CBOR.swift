public import CBOR

/// The chain form: a byte string of the address bytes, at most 64.
extension Address: CBORCodable {
    public func encode(to encoder: inout CBOREncoder) { encoder.bytes(bytes) }

    public init(from decoder: inout CBORDecoder) throws(CBORError) {
        let bytes = try decoder.bytes(max: 64)
        do {
            try self.init(bytes: bytes)
        } catch {
            throw decoder.invalid("\(error)")
        }
    }
}
