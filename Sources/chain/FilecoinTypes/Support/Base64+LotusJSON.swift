internal import Bytes
public import JSON

/// Byte strings of the API: Base 64 in the standard alphabet, as Go writes them.
extension JSONWriter {
    /// Writes bytes; `null` instead of nothing, as Go writes a slice that was never filled.
    public mutating func base64(_ bytes: [UInt8]) {
        if bytes.isEmpty { null() } else { string(Base64.encode(bytes)) }
    }

    /// Writes a member of bytes; see ``base64(_:)``.
    public mutating func member(_ name: String, base64 bytes: [UInt8]) {
        key(name)
        base64(bytes)
    }
}

extension JSONValue {
    /// The bytes, where Base 64 is needed; `null` is no bytes.
    ///
    /// - Throws: `JSONError` if this is other than padded Base 64 in a string.
    public func expectBase64() throws(JSONError) -> [UInt8] {
        guard !isNull else { return [] }
        let text = try expectString()
        do {
            return try Base64.decode(text, isLenient: true)
        } catch {
            throw .invalid("illegal base64 data: \(error)")
        }
    }
}

extension JSONObject {
    /// Decodes the bytes under `name`; absent and `null` are no bytes.
    ///
    /// - Throws: `JSONError` if there is something else than Base 64.
    public func decodeBase64(_ name: String) throws(JSONError) -> [UInt8] {
        do {
            return try value(forField: name)?.expectBase64() ?? []
        } catch {
            throw error.below(.member(name))
        }
    }
}
