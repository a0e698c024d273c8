import EventLoop
package import ServiceKit
import VenusAPI

/// What `config.toml` of the messager says.
package struct MessagerConfiguration: Sendable {
    /// Where the service listens, as a multiaddr.
    package var listen = "/ip4/127.0.0.1/tcp/39812"
    /// `sqlite` or `mysql`.
    package var databaseType = "sqlite"
    /// The auth service; empty for none: then only the folder's own token works.
    package var authURL = ""
    /// The token for the auth service.
    package var authToken = ""
    package var nodeURL = "/ip4/127.0.0.1/tcp/3453"
    package var nodeToken = ""
    package var gateways: [String] = []
    package var gatewayToken = ""
    /// How long a head has to stay before messages are chosen; halved block times where it is longer.
    package var stableTime: Duration = .seconds(8)
    /// Whether this instance leaves selection and pushing to another one.
    package var skipsPushing = false
    package var log = LogSettings()
    /// Keys of the file that nobody knows.
    package var unknownKeys: [String] = []

    package init() {}

    /// Reads the file's text.
    ///
    /// - Throws: `ConfigurationError`.
    package init(toml text: String, name: String) throws(ConfigurationError) {
        let file = try Configuration(toml: text, name: name)
        if let api = try file.table("api") { listen = try api.string("Address") ?? listen }
        if let database = try file.table("db") {
            databaseType = try database.string("type") ?? databaseType
            database.ignore("mysql", "sqlite")
        }
        if let jwt = try file.table("jwt") {
            // The first generation had another key.
            if let url = try jwt.string("url") { authURL = url }
            if let url = try jwt.string("authURL") { authURL = url }
            authToken = try jwt.string("token") ?? authToken
        }
        if let node = try file.table("node") {
            nodeURL = try node.string("url") ?? nodeURL
            nodeToken = try node.string("token") ?? nodeToken
        }
        if let gateway = try file.table("gateway") {
            gateways = try gateway.strings("url") ?? gateways
            gatewayToken = try gateway.string("token") ?? gatewayToken
        }
        if let service = try file.table("messageService") {
            stableTime = try service.duration("WaitingChainHeadStableDuration") ?? stableTime
            skipsPushing = try service.boolean("skipPushMessage") ?? skipsPushing
            service.ignore(
                "DefaultTimeout",
                "SignMessageTimeout",
                "EstimateMessageTimeout",
                "skipProcessHead",
                "tipsetFilePath"
            )
        }
        if let table = try file.table("log") {
            if let path = try table.string("path"), !path.isEmpty {
                log.file = Repository.expanded(path)
            }
            if let name = try table.string("level") {
                guard let level = LogLevel(name) else {
                    throw ConfigurationError("\(name) is no log level")
                }
                log.level = level
            }
        }
        file.ignore("rateLimit", "tracing", "metrics", "libp2p", "publisher", "messageState")
        unknownKeys = file.unknownKeys()
    }

    /// The address to listen on.
    ///
    /// - Throws: `ConfigurationError` when it is no multiaddr with a numeric host.
    func socketAddress() throws(ConfigurationError) -> SocketAddress {
        try SocketAddress(
            listen: listen,
            setting: "api.Address",
            example: "/ip4/127.0.0.1/tcp/39812"
        )
    }

    /// The file that the first start writes.
    var text: String {
        """
        # Configuration of venus-messager. Durations are text such as "8s".

        [api]
          Address = \(listen.quoted)

        [db]
          # "sqlite": the file message.db beside this one.
          type = \(databaseType.quoted)

        [jwt]
          # The auth service and a token for it; empty for none.
          authURL = \(authURL.quoted)
          token = \(authToken.quoted)

        [node]
          url = \(nodeURL.quoted)
          token = \(nodeToken.quoted)

        [gateway]
          # Gateways to wallets; wallets can also be linked with "venus-messager wallet add".
          url = [\(gateways.map(\.quoted).joined(separator: ", "))]
          token = \(gatewayToken.quoted)

        [messageService]
          # How long a head has to stay before messages are chosen.
          WaitingChainHeadStableDuration = "\(GoDuration.text(stableTime))"
          # Whether another instance on the same database chooses and pushes.
          skipPushMessage = \(skipsPushing)

        [log]
          path = ""
          level = "info"

        """
    }
}
