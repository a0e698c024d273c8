public import JSON

/// The API form: the text.
extension Address: JSONCodable {
    public func encode(to writer: inout JSONWriter) { writer.string(description) }

    public init(from value: JSONValue) throws(JSONError) {
        let text = try value.expectString()
        do {
            try self.init(text: text)
        } catch {
            throw .invalid("\(error): \"\(text)\"")
        }
    }
}

extension JSONWriter {
    /// Writes a member whose absence Go writes as `<empty>`: an address field that was never set.
    public mutating func member(_ name: String, orEmpty address: Address?) {
        member(name, address?.description ?? "<empty>")
    }
}

extension JSONObject {
    /// Decodes an address field that may be unset: absent, `null`, `""` or `<empty>`.
    ///
    /// - Throws: `JSONError` if there is other text that is no address.
    public func decodeAddressOrEmpty(_ name: String) throws(JSONError) -> Address? {
        switch value(forField: name)?.string {
        case "", "<empty>": return nil
        default: return try decodeIfPresent(name)
        }
    }
}
