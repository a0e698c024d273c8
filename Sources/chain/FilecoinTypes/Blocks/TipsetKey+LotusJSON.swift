public import JSON
internal import Multiformats

/// The API form: the list of CIDs; `null` and `[]` are the empty key.
extension TipsetKey: JSONCodable {
    public func encode(to writer: inout JSONWriter) { writer.value(cids) }

    public init(from value: JSONValue) throws(JSONError) {
        self.init(try [CID](from: value))
    }
}
