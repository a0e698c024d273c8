import Bytes
import ChainConformance
import ChainStore
import Compression
import Conformance
import Consensus
package import EventLoop
package import FilecoinCrypto
import FilecoinTypes
import Foundation
package import HTTP
import IPLD
import JSON
package import KeyValueStore
import Multiformats
import NetworkParameters
package import Node
package import ServiceKit
import Synchronization

/// Remembers the blocks that miners made, until it is told to forget them.
///
/// The original's slash filter was off while its sessions were recorded: there a miner builds twice on one tipset.
final class ForgetfulMinedBlocks: MinedBlockStore {
    private let state = Mutex<[MinedBlock]>([])

    func block(of miner: Address, at epoch: ChainEpoch) -> CID? {
        state.withLock { $0.first { $0.miner == miner && $0.epoch == epoch }?.cid }
    }

    func block(of miner: Address, on parents: TipsetKey) -> CID? {
        state.withLock { $0.first { $0.miner == miner && $0.parents == parents }?.cid }
    }

    func record(_ block: MinedBlock) { state.withLock { $0.append(block) } }

    func forget() { state.withLock { $0 = [] } }
}

/// A node over a recorded chain, in this process, on a free port.
package final class RecordedNode: Sendable {
    private let server: HTTPServer
    private let client = HTTPClient()
    /// Where it listens.
    package let address: SocketAddress
    private let running: Task<Void, any Error>
    /// The blocks that its miners made.
    let minedBlocks: ForgetfulMinedBlocks
    /// Its own tokens.
    package let tokens: NodeTokens
    /// Its clock, which stands at the head's time.
    package let clock: ManualClock
    /// The node.
    package let node: NodeService
    /// What it keeps.
    package let store: MemoryStore

    /// Imports the chain of a folder with its wallet keys, and serves it.
    package static func start(folder: String) async throws -> RecordedNode {
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
        return try await start(
            folder: folder,
            store: store,
            clock: ManualClock(
                now: ProtocolTime(seconds: Int64(report.head.minTimestamp) + 4)
            ),
            on: .loopback(port: 0)
        )
    }

    /// Serves what another node has left.
    package static func start(
        folder: String,
        store: MemoryStore,
        clock: ManualClock,
        on place: SocketAddress
    ) async throws -> RecordedNode {
        let wallet = try NodeWallet(folder: nil, network: .testnet)
        for key in try keys(in: folder) { _ = try wallet.add(key) }
        let tokens = NodeTokens(secret: [UInt8](repeating: 7, count: 32), remote: nil)
        let minedBlocks = ForgetfulMinedBlocks()
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
                clock: clock,
                minedBlocks: minedBlocks
            )
        )
        let server = HTTPServer(router: node.router())
        let address = try await server.start(on: place)
        return RecordedNode(
            node: node,
            tokens: tokens,
            clock: clock,
            store: store,
            minedBlocks: minedBlocks,
            server: server,
            address: address
        )
    }

    /// The keys of the chain's accounts and miners.
    package static func keys(in folder: String) throws -> [KeyInfo] {
        var keys: [KeyInfo] = []
        for line in try file(folder, "keys.jsonl").split(separator: 0x0A) {
            let value = try JSONValue(parsing: Array(line))
            guard let type = value["type"]?.string, let key = value["privateKey"]?.string else {
                continue
            }
            keys.append(
                KeyInfo(
                    type: type == "bls" ? .bls : .secp256k1,
                    privateKey: SecretBytes(try Base64.decode(key))
                )
            )
        }
        return keys
    }

    private init(
        node: NodeService,
        tokens: NodeTokens,
        clock: ManualClock,
        store: MemoryStore,
        minedBlocks: ForgetfulMinedBlocks,
        server: HTTPServer,
        address: SocketAddress
    ) {
        self.clock = clock
        self.minedBlocks = minedBlocks
        self.node = node
        self.store = store
        self.tokens = tokens
        self.server = server
        self.address = address
        running = Task { try await node.run() }
    }

    private static func file(_ folder: String, _ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
    }

    /// Sends a recorded request.
    package func send(
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

    /// Moves the clock on to a block's time, in seconds since 1970; it never goes back.
    func advanceClock(to seconds: UInt64) {
        clock.advance(to: ProtocolTime(seconds: Int64(clamping: seconds)))
    }

    /// Puts our tokens where a recording has the original's, such as `<TOKEN:admin>`.
    func filled(_ text: String) throws -> String {
        let levels = ["read", "write", "sign", "admin"]
        var text = text
        for (index, level) in levels.enumerated() where text.contains("<TOKEN:\(level)>") {
            let token = try tokens.make(Array(levels[...index]))
            text = text.replacing("<TOKEN:\(level)>", with: token.revealed)
        }
        return text
    }

    /// Stops it.
    package func stop() async {
        running.cancel()
        await client.closeIdle()
        await server.shutdown(grace: .zero)
    }
}
