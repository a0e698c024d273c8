public import CBOR

extension BitField: CBOREncodable, CBORDecodable {
    /// Writes ``encodedBytes`` as a byte string.
    ///
    /// More than ``maximumEncodedLength`` bytes are a defect of the encoding, as nobody could read
    /// them back.
    public func encode(to encoder: inout CBOREncoder) {
        let bytes = encodedBytes
        if bytes.count > Self.maximumEncodedLength {
            encoder.report(.tooLong(limit: Self.maximumEncodedLength, found: UInt64(bytes.count)))
        }
        encoder.bytes(bytes)
    }

    /// Reads a byte string as the chain does: one that is no RLE+ gives a malformed value, see
    /// ``validate()``.
    public init(from decoder: inout CBORDecoder) throws(CBORError) {
        let start = decoder.offset
        let bytes = try decoder.bytes(max: Self.maximumEncodedLength)
        do {
            try self.init(deferring: bytes)
        } catch {
            throw CBORError(.invalid("a bit field has RLE+ version 0"), at: start)
        }
    }
}
