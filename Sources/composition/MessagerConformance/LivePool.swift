import EventLoop
package import FilecoinCrypto
package import FilecoinTypes
import Foundation
import HTTP
package import JSONRPC
package import Messager
import Node
package import NodeConformance
import ServiceKit
import VenusAPI
import Wallet

/// A node over a recorded chain, a wallet and a messager that it is linked to, in this process, over real sockets.
///
/// Their clock is one that moves when it is told to; blocks come when they are asked for.
package final class LivePool {
    private let chainFolder: String
    private let folder: String
    package private(set) var node: RecordedNode
    /// A client of the node.
    package private(set) var nodeClient: RPCClient
    private let wallet: WalletService
    package private(set) var messager: MessagerService
    /// A client of the messager, with the permission `admin`.
    package private(set) var client: RPCClient

    private static let password = Secret("a password of tests")

    /// Starts everything and links the wallet.
    ///
    /// - Parameters:
    ///   - chainFolder: A folder with a recorded chain and its keys.
    ///   - folder: An empty folder for the services.
    /// - Throws: What a service throws that cannot start.
    package init(chainFolder: String, folder: String) async throws {
        self.chainFolder = chainFolder
        self.folder = folder
        let node = try await RecordedNode.start(folder: chainFolder)
        self.node = node
        nodeClient = try Self.client(of: node)
        wallet = try await Self.startWallet(folder)
        messager = try await Self.startMessager(folder, node)
        client = try Self.client(of: messager)
        let link = MessagerWallet(
            name: "w1",
            url: "/ip4/127.0.0.1/tcp/\(wallet.address.port ?? 0)/http",
            token: wallet.token.revealed
        )
        _ = try await client.call(MessagerSaveWallet.self, link)
    }

    package func stop() async {
        await messager.stop()
        await client.close()
        await nodeClient.close()
        await wallet.stop()
        await node.stop()
    }

    // MARK: - Parts

    private static func startWallet(_ folder: String) async throws -> WalletService {
        let repository = folder + "/wallet"
        var options = WalletOptions(repository: repository)
        options.port = 0
        options.password = password
        options.log = LogSystem(level: .error, sinks: [StandardErrorSink()])
        // Deriving keys as slowly as in earnest would take seconds each.
        try FileManager.default.createDirectory(
            atPath: repository,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let text = """
            [API]
              ListenAddress = "/ip4/127.0.0.1/tcp/0/http"
            [JWT]
              Secret = "\(String(repeating: "ab", count: 32))"
            [Factor]
              ScryptN = 4096
              ScryptP = 1
            """
        try AtomicFile.write(text, to: repository + "/config.toml", mode: 0o600)
        return try await WalletService.start(options)
    }

    /// Has the wallet know a key.
    package func addKey(_ key: KeyInfo) async throws -> Address {
        let url = HTTPURL(
            .http,
            host: "127.0.0.1",
            port: wallet.address.port ?? 0,
            target: "/rpc/v0"
        )
        let client = RPCClient(url, token: wallet.token.revealed)
        return try await client.call(WalletImport.self, .init(key))
    }

    private static func startMessager(
        _ folder: String,
        _ node: RecordedNode
    ) async throws -> MessagerService {
        var options = MessagerOptions(repository: folder + "/messager", clock: node.clock)
        options.log = LogSystem(level: .error, sinks: [StandardErrorSink()])
        let token = try node.tokens.make(["read", "write", "sign", "admin"])
        let port = node.address.port ?? 0
        options.adjust = { configuration in
            configuration.listen = "/ip4/127.0.0.1/tcp/0"
            configuration.nodeURL = "/ip4/127.0.0.1/tcp/\(port)"
            configuration.nodeToken = token.revealed
            configuration.stableTime = .seconds(1)
        }
        return try await MessagerService.start(options)
    }

    private static func client(of messager: MessagerService) throws -> RPCClient {
        let url = HTTPURL(
            .http,
            host: "127.0.0.1",
            port: messager.address.port ?? 0,
            target: "/rpc/v0"
        )
        return RPCClient(url, token: messager.localToken.revealed)
    }

    private static func client(of node: RecordedNode) throws -> RPCClient {
        let url = HTTPURL(.http, host: "127.0.0.1", port: node.address.port ?? 0, target: "/rpc/v1")
        let token = try node.tokens.make(["read", "write", "sign", "admin"])
        return RPCClient(url, token: token.revealed)
    }

    // MARK: - Accidents

    /// Ends the messager and starts another one on its folder.
    package func restartMessager() async throws {
        await messager.stop()
        messager = try await Self.startMessager(folder, node)
        client = try Self.client(of: messager)
    }

    /// Ends the node and starts another one on its store and port.
    package func restartNode() async throws {
        await nodeClient.close()
        await node.stop()
        node = try await RecordedNode.start(
            folder: chainFolder,
            store: node.store,
            clock: node.clock,
            on: node.address
        )
        nodeClient = try Self.client(of: node)
    }

    // MARK: - Time

    package func head() async throws -> Tipset { try await nodeClient.call(ChainHead.self) }

    /// Lets the messager act on the present head, as the driver of a time-lapse does: time passes only while it is
    /// idle, and only up to its next wake.
    package func settle() async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while ContinuousClock.now < deadline {
            let head = try await head()
            let isUpToDate = messager.actedHead == head.key.description
            if isUpToDate, messager.isIdle {
                let next = ProtocolTime(seconds: Int64(head.minTimestamp) + 4)
                guard let wake = node.clock.nextWake, wake < next else { return }
                node.clock.advance(to: wake)
            }
            // Requests between the services pass meanwhile.
            try await Task.sleep(for: .milliseconds(1))
        }
        throw RPCError("the messager did not settle within 120 seconds")
    }

    /// Settles, then mines an epoch, and settles again.
    package func mine() async throws {
        try await settle()
        let head = try await head()
        let miner = RecordedMiner(node: node, client: nodeClient)
        _ = try await miner.mineNext(from: head.height + 1, on: head)
        try await settle()
    }
}
