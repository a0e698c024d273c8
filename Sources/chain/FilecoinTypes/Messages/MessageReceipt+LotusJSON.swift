public import JSON

/// The API form; `EventsRoot` is always `null` for native actors.
extension MessageReceipt: JSONCodable {
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("ExitCode", exitCode)
            writer.member("Return", base64: returnValue)
            writer.member("GasUsed", gasUsed)
            writer.key("EventsRoot")
            writer.null()
        }
    }

    public init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        exitCode = try object.decode("ExitCode", default: .ok)
        returnValue = try object.decodeBase64("Return")
        gasUsed = try object.decode("GasUsed", default: 0)
    }
}
