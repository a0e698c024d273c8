import Bytes
package import EventLoop
package import FilecoinTypes
import HTTP
import Hashing
import JSON
import JSONRPC
package import ServiceKit

/// How a beacon is started.
package struct BeaconOptions: Sendable {
    /// The folder of the beacon.
    package var repository: String
    /// The description of the network, as ``BeaconChain/info(genesisTime:periodSeconds:)`` gives it.
    package var info: DrandChainInfo
    /// The port on the loopback interface; 0 for any free one.
    package var port: UInt16 = 0
    /// Says which rounds are out.
    package var clock: any ProtocolClock = OffsetClock()
    /// Where to log.
    package var log: LogSystem = .silent

    package init(repository: String, info: DrandChainInfo) {
        self.repository = repository
        self.info = info
    }
}

/// A drand server for a devnet: `/info`, `/public/latest`, `/public/{round}`, and the same below the hash of
/// the network.
///
/// It never gives a round before its time; for the very next one it waits, as drand does.
package final class BeaconService: Sendable {
    private let repository: Repository
    private let server: HTTPServer
    /// Where the beacon listens.
    package let address: SocketAddress

    private init(repository: Repository, server: HTTPServer, address: SocketAddress) {
        self.repository = repository
        self.server = server
        self.address = address
    }

    /// Starts a beacon and returns when it listens.
    ///
    /// - Throws: What the folder or the socket says.
    package static func start(_ options: BeaconOptions) async throws -> BeaconService {
        let repository = try Repository(options.repository)
        let info = options.info
        let chain = try BeaconChain(folder: repository.path, info: info)
        let routes = BeaconRoutes(chain: chain, clock: options.clock)
        let server = HTTPServer(router: routes.router())
        let address = try await server.start(on: .loopback(port: options.port))
        options.log.logger("beacon").info(
            "server start and listen",
            ["address": "\(address)", "chain": info.hash.hex]
        )
        return BeaconService(repository: repository, server: server, address: address)
    }

    /// Stops listening and gives the folder back.
    package func stop() async {
        await server.shutdown(grace: .seconds(1))
        repository.unlock()
    }
}

/// What the beacon answers.
struct BeaconRoutes: Sendable {
    private let chain: BeaconChain
    private let clock: any ProtocolClock
    private let metrics: MetricsRegistry
    private let given: MetricValue

    init(chain: BeaconChain, clock: any ProtocolClock) {
        self.chain = chain
        self.clock = clock
        metrics = MetricsRegistry(prefix: "venus_beacon")
        // There from the start: a figure that nobody moved yet is 0, not absent.
        given = metrics.counter("rounds_total", help: "rounds that were given")
    }

    func router() -> HTTPRouter {
        var router = HTTPRouter()
        let info = chain.info.jsonBytes()
        let hash = chain.info.hash.hex
        router.serveOperations(metrics)
        router.on(.get, "/chains", runs: .loop) { _ in .json(.ok, [hash].jsonBytes()) }
        for prefix in ["", "/" + hash] {
            router.on(.get, prefix + "/info", runs: .loop) { _ in .json(.ok, info) }
            router.on(.get, prefix + "/public/*") { request in
                try await answer(String(request.path.dropFirst(prefix.count + "/public/".count)))
            }
        }
        return router
    }

    /// The latest round that is out.
    private var latest: UInt64 { chain.info.round(at: clock.now.seconds) }

    private func answer(_ name: String) async throws -> HTTPResponse {
        let wanted: UInt64
        if name == "latest" {
            wanted = latest
        } else {
            guard let round = UInt64(name) else {
                return .text(.badRequest, "\"\(name)\" is no round\n")
            }
            wanted = round
        }
        guard wanted > 0, wanted <= latest + 1 else {
            return .text(.notFound, "round \(wanted) is not out; the latest is \(latest)\n")
        }
        if wanted > latest {
            let (seconds, period) = (chain.info.genesisTime, Int64(chain.info.periodSeconds))
            let out = seconds + Int64(clamping: wanted - 1) * period
            try await clock.sleep(until: ProtocolTime(seconds: out))
        }
        let chain = chain
        let (entry, previous) = try await BlockingPool.shared.run { try chain.round(wanted) }
        given.increment()
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("round", entry.round)
            writer.member("randomness", SHA256.hash(entry.data).hex)
            writer.member("signature", entry.data.hex)
            writer.member("previous_signature", previous.hex)
        }
        return .json(.ok, writer.bytes)
    }
}
