public import JSON
internal import Multiformats

/// The API form; `DelegatedAddress` is always `null` for native actors.
extension ActorRecord: JSONCodable {
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Code", code)
            writer.member("Head", head)
            writer.member("Nonce", nonce)
            writer.member("Balance", balance)
            writer.key("DelegatedAddress")
            writer.null()
        }
    }

    public init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        code = try object.decode("Code")
        head = try object.decode("Head")
        nonce = try object.decode("Nonce", default: 0)
        balance = try object.decode("Balance", default: 0)
    }
}

extension NetworkVersion: JSONCodable {}
