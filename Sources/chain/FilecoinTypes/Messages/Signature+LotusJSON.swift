public import JSON

/// The API form: `{"Type": 2, "Data": "…"}`.
extension Signature: JSONCodable {
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Type", UInt16(type.rawValue))
            writer.member("Data", base64: data)
        }
    }

    public init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        let number: UInt16 = try object.decode("Type", default: 0)
        guard let byte = UInt8(exactly: number) else {
            throw .invalid("signature type \(number) does not fit a byte")
        }
        type = SignatureType(rawValue: byte)
        data = try object.decodeBase64("Data")
    }
}
