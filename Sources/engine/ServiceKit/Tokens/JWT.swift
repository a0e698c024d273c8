import Bytes
import Hashing
import JSON

/// Why a text is no valid token.
package enum JWTError: Error, Hashable, Sendable {
    /// Not three parts of base64url, or no JSON object in the payload.
    case malformed
    /// The header asks for another algorithm than HS256.
    case wrongAlgorithm
    /// The signature is not that of the secret.
    case wrongSignature
}

/// JSON web tokens with HMAC-SHA256, as lotus and venus write them.
///
/// The header is exactly `{"alg":"HS256","typ":"JWT"}`; there are no expiry claims, so the payload is
/// whatever the caller gives, to the byte.
package enum JWT {
    /// The longest token that is looked at.
    package static let maximumLength = 16_384

    private static let header = BitGroupEncoding.base64URL.encode(
        Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8)
    )

    /// Signs a payload.
    package static func sign(_ payload: [UInt8], secret: [UInt8]) -> String {
        let signed = header + "." + BitGroupEncoding.base64URL.encode(payload)
        let signature = HMACSHA256.authenticate(Array(signed.utf8), key: secret)
        return signed + "." + BitGroupEncoding.base64URL.encode(signature)
    }

    /// Checks a token's signature and returns its payload.
    ///
    /// The header may have its members in any order, but must ask for HS256: the originals ignore it.
    ///
    /// - Throws: ``JWTError``.
    package static func verify(_ token: String, secret: [UInt8]) throws(JWTError) -> [UInt8] {
        let parts = try split(token)
        guard let header = decoded(parts[0]), let signature = decoded(parts[2]) else {
            throw .malformed
        }
        guard let object = (try? JSONValue(parsing: header))?.object else { throw .malformed }
        guard object["alg"]?.string == "HS256" else { throw .wrongAlgorithm }
        let signed = Array("\(parts[0]).\(parts[1])".utf8)
        guard constantTimeEquals(HMACSHA256.authenticate(signed, key: secret), signature) else {
            throw .wrongSignature
        }
        return try payload(of: token)
    }

    /// Returns the payload of a token without checking its signature.
    ///
    /// - Throws: ``JWTError/malformed``.
    package static func payload(of token: String) throws(JWTError) -> [UInt8] {
        guard let payload = decoded(try split(token)[1]) else { throw .malformed }
        return payload
    }

    private static func split(_ token: String) throws(JWTError) -> [Substring] {
        guard token.utf8.count <= maximumLength else { throw .malformed }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed }
        return parts
    }

    private static func decoded(_ text: Substring) -> [UInt8]? {
        try? BitGroupEncoding.base64URL.decode(text)
    }
}
