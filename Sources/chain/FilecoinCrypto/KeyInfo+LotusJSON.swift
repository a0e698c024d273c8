internal import Bytes
internal import FilecoinTypes
public import JSON

/// The API form, which key files hold too: `{"Type":"bls","PrivateKey":"…"}`.
///
/// A reader also takes the scheme as the number of its signatures. The text holds the secret: it must not
/// reach a log.
extension KeyInfo: JSONCodable {
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Type", type.description)
            privateKey.withBytes { writer.member("PrivateKey", base64: $0) }
        }
    }

    public init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        let type: SignatureType?
        switch object.value(forField: "Type") {
        case .string(let name)?: type = SignatureType(name: name)
        case .number(let number)?:
            type = number.integer(as: UInt8.self).map(SignatureType.init(rawValue:))
        default: type = nil
        }
        guard let type, type.isKnown else {
            throw .invalid("unknown key type; use \"bls\" or \"secp256k1\"")
        }
        var secret = try object.decodeBase64("PrivateKey")
        self.init(type: type, privateKey: SecretBytes(wiping: &secret))
    }
}
