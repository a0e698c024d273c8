package import EventLoop
import Foundation
import JSONRPC
package import ServiceKit
package import VenusAPI

/// Says what tokens allow: the node's own first, then those of the auth service, if there is one.
package final class NodeTokens: TokenVerifier {
    private let secret: [UInt8]
    private let verifiers: TokenVerifierChain

    /// - Parameters:
    ///   - secret: What the node's own tokens are signed with.
    ///   - remote: Asks the auth service.
    package init(secret: [UInt8], remote: AuthTokenVerifier?) {
        self.secret = secret
        let local: [any TokenVerifier] = [LocalTokenVerifier(secret: secret)]
        verifiers = TokenVerifierChain(local + (remote.map { [$0] } ?? []))
    }

    /// Reads the secret of a keystore folder, or makes one: 32 bytes in `jwt-hmac-secret`.
    static func secret(in folder: String, random: any RandomSource) throws -> [UInt8] {
        let path = folder + "/jwt-hmac-secret"
        if FileManager.default.fileExists(atPath: path) { return try AtomicFile.read(path) }
        let secret = random.bytes(32)
        try AtomicFile.write(secret, to: path)
        return secret
    }

    package func verify(_ token: String, peer: SocketAddress?) async throws -> Caller? {
        try await verifiers.verify(token, peer: peer)
    }

    /// Makes a token that allows these levels.
    package func make(_ levels: [String]) throws -> Secret {
        for level in levels where Permission(rawValue: level) == nil {
            throw RPCError("unknown permission \(level); use read, write, sign or admin")
        }
        return AllowClaims(allow: levels).token(secret: secret)
    }

    /// What one of the node's own tokens allows.
    ///
    /// - Throws: `RPCError` for a token that is not the node's.
    func levels(of token: String) throws -> [String] {
        do throws(JWTError) {
            return try AllowClaims.verify(Secret(token), secret: secret).allow
        } catch {
            let reason =
                error == .malformed ? "jwt: malformed token" : "jwt: HMAC verification failed"
            throw RPCError("JWT Verification failed: \(reason)")
        }
    }
}
