public import JSON
internal import Multiformats

/// The API form: the fields under their Go names, and the CID behind them.
///
/// A reader takes what is there and leaves the rest at zero, as Go does; `CID` is not read.
extension Message: JSONCodable {
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Version", version)
            writer.member("To", to)
            writer.member("From", from)
            writer.member("Nonce", nonce)
            writer.member("Value", value)
            writer.member("GasLimit", gasLimit)
            writer.member("GasFeeCap", gasFeeCap)
            writer.member("GasPremium", gasPremium)
            writer.member("Method", method)
            if params.isEmpty && emptyParams.isText {
                writer.member("Params", "")
            } else {
                writer.member("Params", base64: params)
            }
            writer.member("CID", cid)
        }
    }

    public init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        version = try object.decode("Version", default: 0)
        to = try object.decode("To")
        from = try object.decode("From")
        nonce = try object.decode("Nonce", default: 0)
        self.value = try object.decode("Value", default: 0)
        gasLimit = try object.decode("GasLimit", default: 0)
        gasFeeCap = try object.decode("GasFeeCap", default: 0)
        gasPremium = try object.decode("GasPremium", default: 0)
        method = try object.decode("Method", default: .send)
        params = try object.decodeBase64("Params")
        emptyParams = object.value(forField: "Params")?.string == "" ? .text : .null
    }
}

/// The API form: `{"Message", "Signature", "CID"}`; `CID` is not read.
extension SignedMessage: JSONCodable {
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Message", message)
            writer.member("Signature", signature)
            writer.member("CID", cid)
        }
    }

    public init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        message = try object.decode("Message")
        signature = try object.decode("Signature")
    }
}
