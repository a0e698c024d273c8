import Bytes
import EventLoop
import ServiceKit
import VenusAPI

/// What `config.toml` of a wallet says.
struct WalletConfiguration: Sendable {
    /// Where the wallet listens, as a multiaddress.
    var listenAddress = "/ip4/127.0.0.1/tcp/5678/http"
    /// Where the keys are; empty for `keystore.sqlit` in the wallet's folder.
    var connection = ""
    /// The secret of the wallet's tokens.
    var secret: [UInt8] = []
    /// A token with all permissions, which the command line uses.
    var token = Secret("")
    var cost = ScryptCost()
    /// How long it is kept what was signed; nil for not noting it.
    var recordTime: Duration? = .seconds(168 * 3600)
    /// Keys of the file that nobody knows.
    var unknownKeys: [String] = []

    /// A configuration with a new secret.
    init(random: any RandomSource) {
        secret = random.bytes(32)
        token = AllowClaims(.admin).token(secret: secret)
    }

    /// Reads the file's text, also of files that venus-wallet wrote.
    ///
    /// - Throws: `ConfigurationError`.
    init(toml text: String, name: String) throws(ConfigurationError) {
        let file = try Configuration(toml: text, name: name)
        if let api = try file.table("API") {
            listenAddress = try api.string("ListenAddress") ?? listenAddress
        }
        if let database = try file.table("DB") {
            connection = try database.string("Conn") ?? ""
            if let type = try database.string("Type"), type != "sqlite" {
                throw ConfigurationError(
                    "\(name): DB.Type \(type) is not supported, only sqlite is"
                )
            }
            database.ignore("DebugMode")
        }
        if let factor = try file.table("Factor") {
            cost.n = try factor.integer("ScryptN").map(UInt64.init(clamping:)) ?? cost.n
            cost.p = try factor.integer("ScryptP").map(UInt64.init(clamping:)) ?? cost.p
            guard cost.n > 1, cost.n.nonzeroBitCount == 1, cost.n <= 1 << 21, (1...16) ~= cost.p
            else {
                throw ConfigurationError(
                    "\(name): Factor.ScryptN must be a power of two up to 2097152, ScryptP at most 16"
                )
            }
        }
        if let records = try file.table("SignRecorder") {
            let keep = try records.duration("KeepDuration") ?? .seconds(168 * 3600)
            recordTime = try records.boolean("Enable") ?? true ? keep : nil
        }
        guard let tokens = try file.table("JWT"), let secret = try tokens.string("Secret"),
            let bytes = [UInt8](hex: secret), bytes.count >= 32
        else {
            throw ConfigurationError("\(name): JWT.Secret must be hexadecimal, 32 bytes or more")
        }
        self.secret = bytes
        tokens.ignore("Token")
        token = AllowClaims(.admin).token(secret: bytes)
        // Strategy, gateway and filters of other versions have no counterpart yet.
        file.ignore("Metrics", "Strategy", "APIRegisterHub", "SignFilter")
        unknownKeys = file.unknownKeys()
    }

    /// The address to listen on.
    ///
    /// - Throws: `ConfigurationError` when it is no multiaddress with a numeric host.
    func socketAddress() throws(ConfigurationError) -> SocketAddress {
        try SocketAddress(
            listen: listenAddress,
            setting: "API.ListenAddress",
            example: "/ip4/127.0.0.1/tcp/5678/http"
        )
    }

    /// The file of a new wallet, with words where each wallet has values of its own.
    static var example: String {
        var configuration = WalletConfiguration(random: SeededRandom(seed: []))
        configuration.connection = "~/.venus_wallet/keystore.sqlit"
        return configuration.text
            .replacing(Array(configuration.token.revealed.utf8).hex, with: "<token, hexadecimal>")
            .replacing(configuration.secret.hex, with: "<secret, hexadecimal>")
    }

    /// The file with these values.
    var text: String {
        """
        # Default config:
        [API]
          ListenAddress = "\(listenAddress)"

        [DB]
          Conn = "\(connection)"
          Type = "sqlite"
          DebugMode = true

        [JWT]
          Token = "\(Array(token.revealed.utf8).hex)"
          Secret = "\(secret.hex)"

        [Factor]
          ScryptN = \(cost.n)
          ScryptP = \(cost.p)

        """
    }
}
