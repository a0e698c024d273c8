package import JSON

/// The claims of a token issued by the auth service: one user, one level.
package struct AuthClaims: Hashable, Sendable, JSONCodable {
    /// The user's name.
    package let name: String
    /// `read`, `write`, `sign` or `admin`; old services accepted any text.
    package let permission: String
    /// Free text of whoever asked for the token.
    package let extra: String

    package init(name: String, permission: String, extra: String = "") {
        self.name = name
        self.permission = permission
        self.extra = extra
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        name = try object.decode("name", default: "")
        permission = try object.decode("perm", default: "")
        extra = try object.decode("ext", default: "")
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("name", name)
            writer.member("perm", permission)
            writer.member("ext", extra)
        }
    }

    /// Who presents a verified token with these claims.
    package var caller: Caller { Caller(name: name, level: permission) }

    /// The token, signed.
    package func token(secret: [UInt8]) -> Secret { Secret(JWT.sign(jsonBytes(), secret: secret)) }

    /// Checks a token and reads its claims.
    ///
    /// - Throws: ``JWTError``.
    package static func verify(_ token: Secret, secret: [UInt8]) throws(JWTError) -> AuthClaims {
        let payload = try JWT.verify(token.revealed, secret: secret)
        guard let claims = try? AuthClaims(json: payload) else { throw .malformed }
        return claims
    }
}

/// The claims of a token that a wallet, a node or a sealer issues for itself: the levels it allows.
package struct AllowClaims: Hashable, Sendable, JSONCodable {
    /// The levels, each one listed.
    package let allow: [String]

    package init(_ level: Permission) { allow = level.granted.map(\.rawValue) }

    package init(allow: [String]) { self.allow = allow }

    package init(from value: JSONValue) throws(JSONError) {
        allow = try value.expectObject().decode("Allow", default: [])
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { $0.member("Allow", allow) }
    }

    /// Who presents a verified token with these claims.
    package var caller: Caller {
        Caller(name: "", permissions: Set(allow.compactMap(Permission.init(rawValue:))))
    }

    /// The token, signed.
    package func token(secret: [UInt8]) -> Secret { Secret(JWT.sign(jsonBytes(), secret: secret)) }

    /// Checks a token and reads its claims.
    ///
    /// - Throws: ``JWTError``.
    package static func verify(_ token: Secret, secret: [UInt8]) throws(JWTError) -> AllowClaims {
        let payload = try JWT.verify(token.revealed, secret: secret)
        guard let claims = try? AllowClaims(json: payload) else { throw .malformed }
        return claims
    }
}
