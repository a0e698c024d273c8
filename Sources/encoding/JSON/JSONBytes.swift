internal import Bytes

/// Bytes whose JSON form is Base64 text, as Go writes `[]byte`; `null` reads as no bytes.
public struct JSONBytes: Hashable, Sendable, JSONEncodable, JSONDecodable {
    /// The bytes.
    public var bytes: [UInt8]

    /// Wraps bytes.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    public init(from value: JSONValue) throws(JSONError) {
        guard !value.isNull else {
            bytes = []
            return
        }
        let text = try value.expectString()
        do {
            // Go ignores what fills the last character.
            bytes = try Base64.decode(text, isLenient: true)
        } catch {
            throw .invalid("no Base64 text: \(error)")
        }
    }

    public func encode(to writer: inout JSONWriter) { writer.base64(bytes) }
}

extension JSONWriter {
    /// Writes bytes as Base64 text.
    public mutating func base64(_ bytes: [UInt8]) {
        // The alphabet needs no escapes.
        raw([UInt8(ascii: "\"")] + Array(Base64.encode(bytes).utf8) + [UInt8(ascii: "\"")])
    }
}
