import Bytes
import EventLoop
import Foundation
package import ServiceKit
import VenusAPI

/// What `config.toml` of a sealer says.
package struct SealerConfiguration: Sendable {
    /// Where the sealer listens, as a multiaddr.
    package var listen = "/ip4/127.0.0.1/tcp/2345/http"
    package var nodeURL = ""
    package var nodeToken = ""
    package var messagerURL = ""
    package var messagerToken = ""
    /// The name of the wallet's connection at the messager; kept for people.
    package var walletName = ""
    /// devnet, 2k, nerpa, calibration or mainnet.
    package var network = "mainnet"
    /// The database; empty for `sealer.db` beside the file.
    package var database = ""
    /// The folder that holds `proof-parameters` of a devnet, or the published files; empty for the sealer's.
    package var proofParameters = ""
    /// The secret of the sealer's own tokens.
    package var secret: [UInt8] = []
    /// The most partitions of one WindowPoSt message; 0 for what the protocol allows.
    package var partitionsPerMessage: Int64 = 0
    /// Whether sectors without files are declared faulty before their deadline.
    package var declaresFaults = true
    package var log = LogSettings()
    /// Keys of the file that nobody knows.
    package var unknownKeys: [String] = []

    init() {}

    /// Reads the file's text, also of files that venus-sealer wrote.
    ///
    /// - Throws: `ConfigurationError`.
    init(toml text: String, name: String) throws(ConfigurationError) {
        let file = try Configuration(toml: text, name: name)
        if let table = try file.table("API") {
            listen = try table.string("ListenAddress") ?? listen
            table.ignore("RemoteListenAddress", "Timeout")
        }
        if let table = try file.table("Node") {
            nodeURL = try table.string("Url") ?? ""
            nodeToken = try table.string("Token") ?? ""
        }
        if let table = try file.table("Messager") {
            messagerURL = try table.string("Url") ?? ""
            messagerToken = try table.string("Token") ?? ""
            walletName = try table.string("Wallet") ?? ""
        }
        if let table = try file.table("NetParams") {
            network = try table.string("Network") ?? network
            table.ignore("UpgradeIgnitionHeight", "ForkLengthThreshold", "BlockDelaySecs")
            table.ignore("InsecurePoStValidation")
        }
        if let table = try file.table("DB") {
            let type = try table.string("Type") ?? "sqlite"
            guard type == "sqlite" else {
                throw ConfigurationError(
                    "\(name): DB.Type \(type) is not yet supported; use sqlite"
                )
            }
            database = try table.table("Sqlite")?.string("Path") ?? ""
            table.ignore("MySql")
        }
        if let table = try file.table("Proving") {
            proofParameters = try table.string("Parameters") ?? ""
            partitionsPerMessage = try table.integer("MaxPartitionsPerPoStMessage") ?? 0
            declaresFaults = try table.boolean("DeclareFaults") ?? true
        }
        guard let bytes = [UInt8](hex: try file.table("JWT")?.string("Secret") ?? ""),
            bytes.count >= 32
        else {
            throw ConfigurationError("\(name): JWT.Secret must be hexadecimal, 32 bytes or more")
        }
        secret = bytes
        log = try LogSettings(file.table("Log"))
        // Sections of the original that belong to sealing and the market.
        file.ignore("Sealing", "Storage", "Fees", "Addresses", "RegisterMarket", "RegisterProof")
        file.ignore("MarketNode", "ConfigPath", "DataDir")
        unknownKeys = file.unknownKeys()
    }

    /// The file with these values.
    var text: String {
        """
        # Configuration of venus-sealer. It holds tokens: keep its mode 0600.

        [API]
          ListenAddress = \(listen.quoted)

        [Node]
          Url = \(nodeURL.quoted)
          Token = \(nodeToken.quoted)

        [Messager]
          Url = \(messagerURL.quoted)
          Token = \(messagerToken.quoted)
          Wallet = \(walletName.quoted)

        [NetParams]
          Network = \(network.quoted)

        [DB]
          Type = "sqlite"

        [DB.Sqlite]
          # Empty: sealer.db beside this file.
          Path = \(database.quoted)

        [Proving]
          # Where the proof parameters are: the folder that holds proof-parameters of a devnet.
          Parameters = \(proofParameters.quoted)
          # The most partitions of one WindowPoSt message; 0 for what the protocol allows.
          MaxPartitionsPerPoStMessage = \(partitionsPerMessage)
          # Whether sectors without files are declared faulty before their deadline; if not, the proof skips them.
          DeclareFaults = \(declaresFaults)

        [JWT]
          # The secret of this sealer's own tokens, in hexadecimal.
          Secret = "\(secret.hex)"

        [Log]
          LogLevel = "info"

        """
    }

    /// The address to listen on.
    ///
    /// - Throws: `ConfigurationError` when it is no multiaddr with a numeric host.
    func socketAddress() throws(ConfigurationError) -> SocketAddress {
        try SocketAddress(
            listen: listen,
            setting: "API.ListenAddress",
            example: "/ip4/127.0.0.1/tcp/2345/http"
        )
    }

    /// Reads the file of a folder.
    ///
    /// - Throws: `CommandFailure` if there is none.
    static func load(folder: String) throws -> SealerConfiguration {
        let path = folder + "/config.toml"
        guard FileManager.default.fileExists(atPath: path) else {
            throw CommandFailure("there is no sealer in \(folder); run venus-sealer init first")
        }
        let text = String(decoding: try AtomicFile.read(path, maximumBytes: 1 << 20), as: UTF8.self)
        return try SealerConfiguration(toml: text, name: path)
    }
}
