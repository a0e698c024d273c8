import Bytes
import EventLoop
import FilecoinCrypto
import FilecoinTypes
import HTTP
import JSON
import ServiceKit
import Synchronization
import VenusAPI

/// A drand network of one signer, served over HTTP on a free port: chained, its first entries unpublished.
final class TestBeacon: Sendable {
    /// What the node is told to ask.
    let url: String
    private let server: HTTPServer

    /// Rounds begin at `firstRound`, one every 10 seconds since `genesisTime`; later ones are signed when they are
    /// asked for.
    static func start(
        _ key: KeyInfo,
        genesisTime: Int64,
        firstRound: UInt64
    ) async throws -> TestBeacon {
        let signer = try DrandSigner(key)
        let groupHash = [UInt8](repeating: 1, count: 32)
        let info = DrandChainInfo(
            publicKey: signer.publicKey,
            periodSeconds: 10,
            genesisTime: genesisTime,
            groupHash: groupHash
        )
        let text = info.jsonBytes()
        let entries = Shared<[BeaconEntry]>([])
        var router = HTTPRouter()
        router.on(.get, "/info") { _ in .json(.ok, text) }
        router.on(.get, "/public/*") { request in
            guard let round = UInt64(request.path.dropFirst("/public/".count)),
                round >= firstRound, round < firstRound + 20_000
            else { return .text(.notFound, "no such round\n") }
            let entry = entries.value.withLock { entries in
                while entries.count <= round - firstRound {
                    entries.append(
                        signer.sign(
                            round: firstRound + UInt64(entries.count),
                            previousSignature: entries.last?.data ?? groupHash
                        )
                    )
                }
                return entries[Int(round - firstRound)]
            }
            let answer: JSONValue = [
                "round": .number(JSONNumber(Int64(round))), "signature": .string(entry.data.hex),
            ]
            return .json(.ok, answer.jsonBytes())
        }
        let server = HTTPServer(router: router)
        let address = try await server.start(on: .loopback(port: 0))
        return TestBeacon(url: "http://127.0.0.1:\(address.port ?? 0)", server: server)
    }

    private init(url: String, server: HTTPServer) {
        self.url = url
        self.server = server
    }

    func stop() async { await server.shutdown(grace: .zero) }
}

/// A value behind a lock that closures can share.
final class Shared<Value: Sendable>: Sendable {
    let value: Mutex<Value>
    init(_ value: sending Value) { self.value = Mutex(value) }
}

/// Answers `/verify` as venus-auth does, for a list of tokens that tests change.
final class TestAuth: Sendable {
    let url: String
    private let server: HTTPServer
    private let levels: Shared<[String: String]>

    /// Knows these tokens, each with its level.
    static func start(_ known: [String: String]) async throws -> TestAuth {
        let levels = Shared(known)
        var router = HTTPRouter()
        router.on(.post, "/verify") { request in
            let body = try JSONValue(parsing: request.body)
            let token = body["token"]?.string ?? ""
            guard let level = levels.value.withLock({ $0[token] }) else {
                return .text(.unauthorized, "token not exist\n")
            }
            let claims: JSONValue = [
                "name": .string("tester"), "perm": .string(level), "ext": .string(""),
            ]
            return .json(.ok, claims.jsonBytes())
        }
        let server = HTTPServer(router: router)
        let address = try await server.start(on: .loopback(port: 0))
        return TestAuth(
            url: "http://127.0.0.1:\(address.port ?? 0)",
            server: server,
            levels: levels
        )
    }

    private init(url: String, server: HTTPServer, levels: Shared<[String: String]>) {
        self.url = url
        self.server = server
        self.levels = levels
    }

    func stop() async { await server.shutdown(grace: .zero) }
}
