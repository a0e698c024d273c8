import EventLoop
package import ServiceKit
import VenusAPI

/// What `config.toml` of the miner says, in the forms of both generations.
package struct MinerConfiguration: Sendable {
    /// Where a service is and the token for it.
    package struct Place: Hashable, Sendable {
        package var address: String
        package var token: String

        package init(address: String, token: String) {
            self.address = address
            self.token = token
        }
    }

    /// Where the service listens, as a multiaddr.
    package var listen = "/ip4/127.0.0.1/tcp/12308"
    package var node = Place(address: "", token: "")
    /// Further nodes that are offered a block when the first one does not take it.
    package var submitNodes: [Place] = []
    /// The auth service; empty for none: then only the folder's own token works.
    package var auth = Place(address: "", token: "")
    package var gateways: [String] = []
    package var gatewayToken = ""
    /// How long blocks need to spread; nil for the network's own.
    package var propagationDelay: Duration?
    /// How long a miner may draw and prove; nil for the network's own.
    package var roundTimeout: Duration?
    /// How long the choice of messages may take; nil for a tenth of an epoch.
    package var selectionTimeout: Duration?
    /// `local` (SQLite in the folder) or `mysql`.
    package var slashFilterType = "local"
    /// For how many epochs wins, blocks and failures are on record; nil keeps none.
    package var recordedEpochs: Int64? = 7 * 2880
    /// The most records of one query.
    package var maximumRecords: Int64 = 288
    package var log = LogSettings()
    /// Keys of the file that nobody knows.
    package var unknownKeys: [String] = []

    package init() {}

    /// Reads the file's text.
    ///
    /// - Throws: `ConfigurationError`.
    package init(toml text: String, name: String) throws(ConfigurationError) {
        let file = try Configuration(toml: text, name: name)
        try readFirstGeneration(file)
        if let seconds = try file.integer("PropagationDelaySecs") {
            propagationDelay = .seconds(seconds)
        }
        if let seconds = try file.integer("MpoolSelectDelaySecs"), seconds > 0 {
            selectionTimeout = .seconds(seconds)
        }
        roundTimeout = try file.duration("MinerOnceTimeout") ?? roundTimeout
        if let api = try file.table("API") {
            listen = try api.string("ListenAddress") ?? listen
            api.ignore("RemoteListenAddress", "Timeout")
        }
        if let table = try file.table("FullNode") { try Self.read(&node, table) }
        if let table = try file.table("Auth") { try Self.read(&auth, table) }
        if let table = try file.table("Gateway") {
            gateways = try table.strings("ListenAPI") ?? gateways
            gatewayToken = try table.string("Token") ?? gatewayToken
        }
        for table in try file.tables("SubmitNodes") {
            var place = Place(address: "", token: "")
            try Self.read(&place, table)
            submitNodes.append(place)
        }
        if let filter = try file.table("SlashFilter") {
            slashFilterType = try filter.string("Type") ?? slashFilterType
            filter.ignore("MySQL")
        }
        if let recorder = try file.table("Recorder") {
            let epochs = try recorder.integer("ExpireEpoch") ?? 0
            if epochs > 0 { recordedEpochs = epochs }
            if try recorder.boolean("Enable") == false { recordedEpochs = nil }
            if let count = try recorder.integer("MaxRecordPerQuery"), count > 0 {
                maximumRecords = count
            }
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
        file.ignore("Tracing", "Metrics", "F3Node")
        unknownKeys = file.unknownKeys()
        try check(name)
    }

    /// The keys of 2021: the node at the top, the database for the records of blocks.
    private mutating func readFirstGeneration(
        _ file: Configuration
    ) throws(ConfigurationError) {
        node.address = try file.string("ListenAPI") ?? node.address
        node.token = try file.string("Token") ?? node.token
        // "cache" kept them in memory only, which a restart forgot.
        if try file.string("BlockRecord") == "mysql" { slashFilterType = "mysql" }
        file.ignore("Db")
    }

    private static func read(
        _ place: inout Place,
        _ table: Configuration
    ) throws(ConfigurationError) {
        place.address = try table.string("Addr") ?? place.address
        place.token = try table.string("Token") ?? place.token
    }

    private func check(_ name: String) throws(ConfigurationError) {
        if let propagationDelay, propagationDelay < .zero {
            throw ConfigurationError("\(name): PropagationDelaySecs is negative")
        }
        if let roundTimeout, roundTimeout <= .zero {
            throw ConfigurationError("\(name): MinerOnceTimeout is not positive")
        }
    }

    /// Checks the type of the database of blocks.
    ///
    /// - Throws: `CommandFailure` unless it is the embedded one.
    func checkDatabase() throws(CommandFailure) {
        try Configuration.checkEmbedded(
            slashFilterType,
            setting: "slash filter type",
            names: ["local", "sqlite"]
        )
    }

    /// The address to listen on.
    ///
    /// - Throws: `ConfigurationError` when it is no multiaddr with a numeric host.
    func socketAddress() throws(ConfigurationError) -> SocketAddress {
        try SocketAddress(
            listen: listen,
            setting: "API.ListenAddress",
            example: "/ip4/127.0.0.1/tcp/12308"
        )
    }

    /// The file that `init` writes.
    package func text() -> String {
        """
        # Configuration of venus-miner. Durations are text such as "15s".

        # How long blocks need to spread, in seconds. Left out, it goes with the time between epochs:
        # 12 for 30 s, 2 for 10 s, 1 for 4 s.
        #PropagationDelaySecs = 12

        # How long the choice of messages may take, in seconds; after it a block leaves without any.
        # 0 is a tenth of an epoch.
        MpoolSelectDelaySecs = 0

        # How long a miner may draw and prove. Left out, it goes with the time between epochs:
        # 15s for 30 s, 7s for 10 s, 2.8s for 4 s.
        #MinerOnceTimeout = "15s"

        [API]
          ListenAddress = \(listen.quoted)

        [FullNode]
          Addr = \(node.address.quoted)
          Token = \(node.token.quoted)

        # Nodes that are offered a block when the node above does not take it.
        #[[SubmitNodes]]
        #  Addr = ""
        #  Token = ""

        [Auth]
          # The auth service, which knows the miners; empty for none.
          Addr = \(auth.address.quoted)
          Token = \(auth.token.quoted)

        [Gateway]
          # Gateways to the wallets and sealers of the auth service's miners. Others are linked with
          # "venus-miner address add".
          ListenAPI = [\(gateways.map(\.quoted).joined(separator: ", "))]
          Token = \(gatewayToken.quoted)

        [SlashFilter]
          # "local": the file slashfilter.db beside this one.
          Type = \(slashFilterType.quoted)

        [Recorder]
          # Wins, blocks and failures, for so many epochs.
          Enable = true
          ExpireEpoch = 20160
          MaxRecordPerQuery = 288

        [log]
          path = ""
          level = "info"

        """
    }
}

/// How long things take where the configuration does not say.
struct MiningTimes: Hashable, Sendable {
    let propagationDelay: Duration
    let limits: RoundRunner.Limits
    let selection: Duration

    /// The network's own times go with the time between epochs, where the configuration does not say.
    init(_ configuration: MinerConfiguration, blockDelay: Duration) {
        let spread: Duration =
            blockDelay >= .seconds(30)
            ? .seconds(12) : blockDelay == .seconds(4) ? .seconds(1) : blockDelay / 5
        propagationDelay = configuration.propagationDelay ?? spread
        limits = RoundRunner.Limits(
            draws: configuration.roundTimeout ?? min(.seconds(15), blockDelay * 7 / 10),
            rebase: blockDelay / 10
        )
        selection = configuration.selectionTimeout ?? blockDelay / 10
    }
}
