package import EventLoop
internal import HTTP
package import JSONRPC
package import ServiceKit

/// Who may call a service that issues no tokens itself: its own command line, and whom auth knows.
package struct ServiceAccess: Sendable {
    /// The token of the command line, under a secret that lives as long as the service.
    package let localToken: Secret
    package let verifier: any TokenVerifier

    /// Makes a new token; without `auth` it is the only one.
    package init(random: any RandomSource, auth: AuthClient?) {
        let secret = random.bytes(32)
        localToken = AuthClaims(
            name: "defaultLocalToken",
            permission: Permission.admin.rawValue
        )
        .token(secret: secret)
        let local = LocalTokenVerifier(secret: secret)
        verifier = auth.map { TokenVerifierChain([local, AuthTokenVerifier(client: $0)]) } ?? local
    }
}

extension SocketAddress {
    /// Reads the multiaddr or URL that a setting has a service listen on.
    ///
    /// - Parameters:
    ///   - listen: What the setting says.
    ///   - setting: Its name.
    ///   - example: What it should look like.
    /// - Throws: `ConfigurationError` when it has no numeric host.
    package init(
        listen: String,
        setting: String,
        example: String
    ) throws(ConfigurationError) {
        let url = APIInfo(address: listen, token: nil)?.httpURL("/")
        guard let url, let address = SocketAddress(ip: url.host, port: url.port) else {
            throw ConfigurationError("\(setting) \"\(listen)\" is not like \(example)")
        }
        self = address
    }
}
