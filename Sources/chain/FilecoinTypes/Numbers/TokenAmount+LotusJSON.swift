internal import BigIntegers
public import JSON

/// The API form: the number of attoFIL as a decimal string, since it does not fit a JSON number.
extension TokenAmount: JSONCodable {
    public func encode(to writer: inout JSONWriter) { writer.string(attoFIL.description) }

    public init(from value: JSONValue) throws(JSONError) {
        let text = try value.expectString()
        guard let attoFIL = BigInt(decimal: text) else {
            throw .invalid("failed to parse bigint string: '\(text)'")
        }
        self.init(attoFIL: attoFIL)
    }
}
