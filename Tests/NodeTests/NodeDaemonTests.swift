import EventLoop
import FilecoinCrypto
import FilecoinTypes
import Foundation
import HTTP
import JSON
import JSONRPC
import Node
import ServiceKit
import TestSupport
import Testing
import VenusAPI

/// A node in its own folder, from the genesis template to a restart.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing)) struct NodeDaemonTests {
    private static let key: KeyInfo = {
        KeyInfo.bls(proofsSeed: [UInt8](repeating: 5, count: 32))
            ?? KeyInfo(type: .bls, privateKey: SecretBytes([]))
    }()

    /// A drand network of one signer, served over HTTP.
    private static func beacon() async throws -> (HTTPServer, String) {
        let signer = try DrandSigner(key)
        let info = DrandChainInfo(
            publicKey: signer.publicKey,
            periodSeconds: 10,
            genesisTime: 1_600_000_000,
            groupHash: [UInt8](repeating: 1, count: 32)
        )
        var router = HTTPRouter()
        let text = info.jsonBytes()
        router.on(.get, "/info") { _ in .json(.ok, text) }
        let server = HTTPServer(router: router)
        let address = try await server.start(on: .loopback(port: 0))
        return (server, "http://127.0.0.1:\(address.port ?? 0)")
    }

    @Test func `a node starts from a made genesis, answers its tokens only, and continues`()
        async throws
    {
        let folder = try TemporaryDirectory()
        let console = MemoryConsole()
        let owner = try SigningKey(Self.key).address
        func venus(_ words: String...) async -> Int32 {
            await NodeProgram.application.run(words, environment: [:], console: console)
        }
        let template = folder.path("genesis.json")
        let archive = folder.path("genesis.car")
        #expect(
            await venus(
                "seed",
                "genesis",
                "new",
                "--network-name",
                "localnet-test",
                "--root-key",
                "\(owner)",
                "--account",
                "\(owner)=1000",
                template
            ) == 0
        )
        let sectors = folder.path("sectors")
        #expect(
            await venus(
                "seed",
                "pre-seal",
                "--sector-dir",
                sectors,
                "--num-sectors",
                "1",
                "--peer-id",
                "12D3KooWQSwS8ofuzzsbqWWmSk8p6iEZJoFwHpnHraNyyE41korG"
            ) == 0
        )
        let manifest = sectors + "/pre-seal-t01000.json"
        #expect(await venus("seed", "genesis", "add-miner", template, manifest) == 0)
        #expect(
            await venus(
                "daemon",
                "--make-genesis",
                archive,
                "--genesis-template",
                template,
                "--genesis-seed",
                "test"
            ) == 0
        )
        #expect(console.errors == "")

        // The verifying keys of the recorded chain stand in for generated ones.
        let keys = folder.path("proof-parameters/devnet-insecure")
        try FileManager.default.createDirectory(
            atPath: folder.path("proof-parameters"),
            withIntermediateDirectories: true
        )
        try FileManager.default.copyItem(
            atPath: Vectors.folder.path + "/reference/lotus/chain-nv15-real/vk",
            toPath: keys
        )
        let (beacon, url) = try await Self.beacon()
        var options = NodeOptions(repository: folder.path("venus"))
        options.network = "devnet"
        options.beaconURLs = [url]
        options.proofParameters = folder.url.path
        options.listen = "/ip4/127.0.0.1/tcp/0"
        options.genesisFile = archive
        let first = try await ask(options)
        #expect(first.height == 0)

        // The genesis, the network and its beacon are known now.
        options.genesisFile = nil
        options.network = nil
        let second = try await ask(options)
        #expect(second == first)

        // What it exports, another node imports.
        let exported = folder.path("exported.car")
        let daemon = try await NodeDaemon.start(options)
        let running = Task { try await daemon.run() }
        #expect(await venus("chain", "export", "--repo", folder.path("venus"), exported) == 0)
        #expect(await venus("info", "--repo", folder.path("venus")) == 0)
        #expect(console.output.contains("network: localnet-test"))
        running.cancel()
        try await running.value
        options.repository = folder.path("other")
        options.network = "devnet"
        options.snapshot = exported
        #expect(try await ask(options) == first)
        await beacon.shutdown(grace: .zero)
    }

    /// Starts a node, asks for its head, and stops it.
    private func ask(_ options: NodeOptions) async throws -> Tipset {
        let daemon = try await NodeDaemon.start(options)
        let running = Task { try await daemon.run() }
        let url = HTTPURL(
            .http,
            host: "127.0.0.1",
            port: daemon.address.port ?? 0,
            target: "/rpc/v1"
        )
        let client = RPCClient(url, token: daemon.localToken.revealed)
        let head = try await client.call(ChainHead.self)
        #expect(try await client.call(StateNetworkName.self) == "localnet-test")
        let stranger = RPCClient(url, token: nil)
        await #expect(throws: RPCClientError.self) { try await stranger.call(ChainHead.self) }
        await client.close()
        await stranger.close()
        running.cancel()
        try await running.value
        return head
    }

    @Test(arguments: ["mainnet", "calibration", "nerpa", "unknown"])
    func `a network that cannot be run is refused with status 2`(_ network: String) async throws {
        let folder = try TemporaryDirectory()
        let console = MemoryConsole()
        let status = await NodeProgram.application.run(
            ["daemon", "--network", network, "--repo", folder.path("venus")],
            environment: [:],
            console: console
        )
        #expect(status == 2)
        #expect(console.errors.contains(network))
    }
}
