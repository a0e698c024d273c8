import Bytes
import ChainStore
import Compression
import Conformance
import Consensus
import EventLoop
import FilecoinCrypto
import FilecoinTypes
import Foundation
import HTTP
import IPLD
import JSON
import KeyValueStore
import NetworkParameters
import Node
import ServiceKit

/// A node over a recorded chain, in this process, on a free port.
final class RecordedNode: Sendable {
    private let server: HTTPServer
    private let client = HTTPClient()
    /// Where it listens.
    let address: SocketAddress
    private let running: Task<Void, any Error>
    /// Its own tokens.
    let tokens: NodeTokens
    /// Its clock, which stands at the head's time.
    let clock: ManualClock
    /// The node.
    let node: NodeService

    /// Imports the chain of a folder with its wallet keys, and serves it.
    static func start(folder: String) async throws -> RecordedNode {
        let store = MemoryStore()
        let chain = try ChainStore(store)
        let genesis = try file(folder, "genesis.car")
        _ = try chain.importGenesis(try CARReader(genesis))
        let archive = try Zstandard.decompress(
            try file(folder, "chain.car.zst"),
            limitBytes: 1 << 30
        )
        let report = try chain.importChain(try CARReader(archive))
        _ = try chain.setHead(report.head)
        let wallet = try NodeWallet(folder: nil, network: .testnet)
        for line in try file(folder, "keys.jsonl").split(separator: 0x0A) {
            let value = try JSONValue(parsing: Array(line))
            guard let type = value["type"]?.string, let key = value["privateKey"]?.string else {
                continue
            }
            _ = try wallet.add(
                KeyInfo(
                    type: type == "bls" ? .bls : .secp256k1,
                    privateKey: SecretBytes(try Base64.decode(key))
                )
            )
        }
        let tokens = NodeTokens(secret: [UInt8](repeating: 7, count: 32), remote: nil)
        let clock = ManualClock(
            now: ProtocolTime(seconds: Int64(report.head.minTimestamp) + 4)
        )
        let node = try NodeService(
            NodeDependencies(
                store: store,
                parameters: .recorded,
                beacon: BeaconSchedule(MockBeacon()),
                beaconSources: [MockBeacon()],
                proofs: MockProofs(),
                winningProofs: MockProofs(),
                wallet: wallet,
                tokens: tokens,
                clock: clock
            )
        )
        let server = HTTPServer(router: node.router())
        let address = try await server.start(on: .loopback(port: 0))
        return RecordedNode(
            node: node,
            tokens: tokens,
            clock: clock,
            server: server,
            address: address
        )
    }

    private init(
        node: NodeService,
        tokens: NodeTokens,
        clock: ManualClock,
        server: HTTPServer,
        address: SocketAddress
    ) {
        self.clock = clock
        self.node = node
        self.tokens = tokens
        self.server = server
        self.address = address
        running = Task { try await node.run() }
    }

    private static func file(_ folder: String, _ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
    }

    /// Sends a recorded request.
    func send(
        _ method: String,
        _ path: String,
        headers: [(String, String)],
        body: [UInt8]
    ) async throws -> HTTPResponse {
        var request = HTTPRequest(HTTPMethod(rawValue: method) ?? .post, path)
        for (name, value) in headers { request.headers.add(name, value) }
        request.body = body
        let url = HTTPURL(.http, host: address.host, port: address.port ?? 0, target: path)
        return try await client.send(request, to: url, timeout: .seconds(60))
    }

    /// Stops it.
    func stop() async {
        running.cancel()
        await client.closeIdle()
        await server.shutdown(grace: .zero)
    }
}
