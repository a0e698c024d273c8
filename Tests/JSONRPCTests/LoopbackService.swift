import EventLoop
import HTTP
import JSON
import JSONRPC
import ServiceKit
import Synchronization

struct VersionInfo: JSONEncodable, JSONDecodable, Sendable, Equatable {
    var version: String
    var apiVersion: Int

    init(version: String, apiVersion: Int) {
        self.version = version
        self.apiVersion = apiVersion
    }

    init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        version = try object.decode("Version")
        apiVersion = try object.decode("APIVersion")
    }

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Version", version)
            writer.member("APIVersion", apiVersion)
        }
    }
}

enum Version: RPCMethod {
    static let name = "Filecoin.Version"
    static let parameterNames: [String] = []
    typealias Parameters = Positional<>
    typealias Result = VersionInfo
}

enum StateNetworkName: RPCMethod {
    static let name = "Filecoin.StateNetworkName"
    static let parameterNames: [String] = []
    typealias Parameters = Positional<>
    typealias Result = String
}

enum WalletHas: RPCMethod {
    static let name = "Filecoin.WalletHas"
    static let parameterNames = ["address"]
    typealias Parameters = Positional<String>
    typealias Result = Bool
}

enum Add: RPCMethod {
    static let name = "Test.Add"
    static let parameterNames = ["a", "b", "note"]
    typealias Parameters = Positional<Int64, Int64, Trailing<String>>
    typealias Result = Int64
}

enum Fail: RPCMethod {
    static let name = "Test.Fail"
    static let parameterNames = ["code"]
    typealias Parameters = Positional<Int>
    typealias Result = NoResult
}

enum WhereOnLoop: RPCMethod {
    static let name = "Test.WhereOnLoop"
    static let parameterNames: [String] = []
    typealias Parameters = Positional<>
    typealias Result = Bool
}

enum WhereImmediate: RPCMethod {
    static let name = "Test.WhereImmediate"
    static let parameterNames: [String] = ["number"]
    typealias Parameters = Positional<Int64>
    typealias Result = Bool
}

enum WhereOnPool: RPCMethod {
    static let name = "Test.WhereOnPool"
    static let parameterNames: [String] = []
    typealias Parameters = Positional<>
    typealias Result = Bool
}

enum Hang: RPCMethod {
    static let name = "Test.Hang"
    static let parameterNames: [String] = []
    typealias Parameters = Positional<>
    typealias Result = NoResult
}

enum Count: RPCChannelMethod {
    static let name = "Test.Count"
    static let parameterNames = ["upTo"]
    typealias Parameters = Positional<Int>
    typealias Element = Int
}

/// Tokens that can be revoked.
final class TokenTable: TokenVerifier {
    private let table: Mutex<[String: Caller]>

    init(_ table: [String: Caller]) { self.table = Mutex(table) }

    func verify(_ token: String, peer: SocketAddress?) async throws -> Caller? {
        table.withLock { $0[token] }
    }

    func revoke(_ token: String) { table.withLock { $0[token] = nil } }
}

/// A service with the methods above, on a free port.
final class LoopbackService: Sendable {
    let server: HTTPServer
    let tokens: TokenTable
    let address: SocketAddress
    /// How many calls of `Add` ran.
    let added: AddCounter
    /// Told when `Hang` begins and when it is cancelled.
    let events: AsyncStream<String>

    final class AddCounter: Sendable {
        private let count: Mutex<Int> = Mutex(0)
        func increment() { count.withLock { $0 += 1 } }
        var value: Int { count.withLock { $0 } }
    }

    init(
        dialect: RPCDialect = .current,
        options: RPCServerOptions = RPCServerOptions(),
        port: UInt16 = 0
    ) async throws {
        let counter = AddCounter()
        added = counter
        let (events, tell) = AsyncStream.makeStream(of: String.self)
        self.events = events
        var api = RPCService(dialect: dialect)
        api.on(Version.self, need: .read, runs: .loop) { _ in
            VersionInfo(version: "1.2.0+9ef1ceb", apiVersion: 65792)
        }
        api.on(StateNetworkName.self, need: .read) { _ in "oracle-chain-a" }
        api.on(WalletHas.self, aliases: ["Wallet.Has"], need: .write) { _, address in
            address == "t01"
        }
        api.on(Add.self, need: .sign) { _, a, b, note in
            counter.increment()
            return a + b + Int64(note.value?.count ?? 0)
        }
        api.on(Fail.self, need: .read) { _, code in
            throw RPCError(code: code, "failed as asked", data: "0x")
        }
        api.on(WhereOnLoop.self, need: .read, runs: .loop) { _ in EventLoop.shared.isCurrent }
        api.on(WhereOnPool.self, need: .read) { _ in EventLoop.shared.isCurrent }
        api.onImmediate(WhereImmediate.self, need: .read) { _, number in
            guard number < 10 else { throw RPCError(code: 7, "too large") }
            return EventLoop.shared.isCurrent
        }
        api.on(Hang.self, need: .read) { _ in
            tell.yield("hangs")
            do {
                try await Task.sleep(for: .seconds(1000))
            } catch {
                tell.yield("cancelled")
            }
            return NoResult()
        }
        api.on(Count.self, need: .read) { _, limit in
            AsyncStream<Int> { continuation in
                for number in 0..<abs(limit) { continuation.yield(number) }
                // A negative limit means a channel that stays open.
                if limit >= 0 { continuation.finish() }
                continuation.onTermination = { _ in tell.yield("channel ended") }
            }
        }
        tokens = TokenTable([
            "admin": Caller(name: "a", level: .admin),
            "sign": Caller(name: "s", level: .sign),
            "write": Caller(name: "w", level: .write),
            "read": Caller(name: "r", level: .read),
            "only-admin": Caller(name: "o", permissions: [.admin]),
        ])
        var router = HTTPRouter()
        api.mount(on: &router, at: "/rpc/v1", verifier: tokens, options: options)
        server = HTTPServer(router: router)
        address = try await server.start(on: .loopback(port: port))
    }

    func url(_ scheme: HTTPURL.Scheme, _ path: String = "/rpc/v1") -> HTTPURL {
        HTTPURL(scheme, host: address.host, port: address.port ?? 0, target: path)
    }

    /// Sends a raw body and returns status and text.
    func post(
        _ body: String,
        token: String? = "admin",
        method: HTTPMethod = .post,
        path: String = "/rpc/v1"
    ) async throws -> (status: Int, text: String) {
        var request = HTTPRequest(method, "", body: Array(body.utf8))
        if let token { request.headers.add("Authorization", "Bearer \(token)") }
        let response = try await HTTPClient().send(request, to: url(.http, path))
        return (response.status.rawValue, String(decoding: response.bytes, as: UTF8.self))
    }
}
