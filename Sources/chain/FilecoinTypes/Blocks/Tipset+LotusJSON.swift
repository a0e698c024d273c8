public import JSON
internal import Multiformats

/// The API form: `{"Cids", "Blocks", "Height"}`; the blocks alone decide.
extension Tipset: JSONCodable {
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Cids", key)
            writer.member("Blocks", blocks)
            writer.member("Height", height)
        }
    }

    public init(from value: JSONValue) throws(JSONError) {
        let blocks: [BlockHeader] = try value.expectObject().decode("Blocks")
        do {
            try self.init(blocks)
        } catch {
            throw .invalid("\(error)")
        }
    }
}
