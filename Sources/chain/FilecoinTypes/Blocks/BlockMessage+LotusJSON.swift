public import JSON
internal import Multiformats

/// The API form of a block, as `SyncSubmitBlock` takes it.
extension BlockMessage: JSONCodable {
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Header", header)
            writer.key("BlsMessages")
            writer.nullIfEmpty(blsMessages)
            writer.key("SecpkMessages")
            writer.nullIfEmpty(secpMessages)
        }
    }

    public init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        header = try object.decode("Header")
        blsMessages = try object.decode("BlsMessages", default: [])
        secpMessages = try object.decode("SecpkMessages", default: [])
    }
}
