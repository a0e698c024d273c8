public import JSON
public import Multiformats

/// The API form: `{"/": "bafy…"}`.
extension CID: JSONCodable {
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in writer.member("/", description) }
    }

    public init(from value: JSONValue) throws(JSONError) {
        let text = try value.expectObject().decode("/", as: String.self)
        do {
            try self.init(text)
        } catch {
            throw .invalid("\"\(text)\" is no CID: \(error)")
        }
    }
}
