public import CBOR

/// The chain form: a byte string of the scheme's byte and the data.
extension Signature: CBORCodable {
    public func encode(to encoder: inout CBOREncoder) { encoder.bytes(bytes) }

    public init(from decoder: inout CBORDecoder) throws(CBORError) {
        let bytes = try decoder.bytes(max: Self.maximumByteCount)
        guard let signature = Signature(bytes: bytes) else {
            throw decoder.invalid(
                bytes.first.map { "invalid signature type in cbor input: \($0)" }
                    ?? "a signature has at least one byte"
            )
        }
        self = signature
    }
}
