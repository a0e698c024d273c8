import EventLoop
import FilecoinTypes
import Foundation
import HTTP
import JSONRPC
import ServiceKit
import Synchronization
import VenusAPI
import Wallet

/// A pool that runs as processes, and a client of all its services.
final class PoolUnderTest: Sendable {
    let folder: PoolFolder
    let plan: PoolPlan
    let http = HTTPClient()
    private let programs: String
    private let process = Mutex<ChildProcess?>(nil)

    init(folder: PoolFolder, plan: PoolPlan, programs: String) {
        self.folder = folder
        self.plan = plan
        self.programs = programs
    }

    /// The length of an epoch.
    var epoch: Duration { .seconds(Int64(clamping: plan.blockDelaySeconds)) }

    /// Seconds for so many epochs.
    func seconds(_ epochs: Int64) -> Int64 {
        epochs * Int64(clamping: plan.blockDelaySeconds)
    }

    /// The addresses of the clients' accounts.
    var accounts: [Address] { plan.accounts.map(\.address) }

    // MARK: - The process

    /// The wall clock of the pool's processes is moved by so many seconds.
    func start(movingWallClockBy seconds: Int64 = 0) async throws {
        var options = ChildProcess.Options(
            "\(programs)/venus-pool",
            ChildCommand.arguments(
                "\(programs)/venus-pool",
                ["--data", folder.path, "devnet"]
            )
        )
        if seconds != 0 {
            let shift = try await WallClockShift(folder: folder.path)
            options.environment = shift.environment(seconds: seconds)
        }
        let log = folder.path + "/logs/pool.log"
        try? FileManager.default.removeItem(atPath: log)
        options.output = .file(log)
        options.errors = .file(log)
        let child = try await ChildProcess.start(options)
        process.withLock { $0 = child }
        let number = await child.identifier
        try await wait(for: "the pool to come up", seconds: 180) {
            let text = String(decoding: try AtomicFile.read(log), as: UTF8.self)
            return text.contains("the pool is up") ? true : nil
        } giveUp: {
            kill(number, 0) != 0
        }
    }

    /// Stops the pool as Ctrl-C does, and waits for its end.
    func stop() async throws {
        guard let child = process.withLock({ $0 }) else { return }
        let exit = await child.terminate(grace: .seconds(120))
        process.withLock { $0 = nil }
        try require(exit.isSuccess, "the pool ended with \(exit); see \(folder.path)/logs/pool.log")
    }

    /// The process of a service.
    func processID(_ service: ServiceName) throws -> Int32 {
        let text = try AtomicFile.word(folder.serviceProcessID(service))
        guard let number = Int32(text), number > 1, kill(number, 0) == 0 else {
            throw CheckFailure("\(service) has no process")
        }
        return number
    }

    /// Sends a signal to the process of a service.
    func signal(_ service: ServiceName, _ number: Int32) throws {
        let process = try processID(service)
        guard kill(process, number) == 0 else {
            throw CheckFailure("cannot signal \(service), process \(process)")
        }
    }

    /// Kills a service without warning, and waits until another process answers in its place.
    func killAndAwait(_ service: ServiceName) async throws {
        let old = try processID(service)
        try signal(service, SIGKILL)
        let health = HealthCheck(http: http)
        let port = plan.port(service)
        try await wait(for: "\(service) to be started again", seconds: 60) { () -> Bool? in
            guard try self.processID(service) != old else { return nil }
            return await health.isHealthy(port: port) ? true : nil
        }
    }

    // MARK: - Clients

    /// A client of a service with a token, over plain HTTP.
    func client(
        _ service: ServiceName,
        token: String?,
        isSocket: Bool = false
    ) throws -> RPCClient {
        let path = service == .node ? "/rpc/v1" : "/rpc/v0"
        guard let info = APIInfo(address: plan.url(service), token: token) else {
            throw CheckFailure("\(plan.url(service)) is no address")
        }
        let url = isSocket ? info.webSocketURL(path) : info.httpURL(path)
        return RPCClient(url, token: token, http: http)
    }

    /// The node, with the token that auth gave to the clients; it may sign.
    func node() throws -> RPCClient { try client(.node, token: clientToken()) }

    /// The messager, with the clients' token.
    func messager() throws -> RPCClient { try client(.messager, token: clientToken()) }

    func clientToken() throws -> String { try AtomicFile.word(folder.authToken("client")) }

    /// The admin token in the folder of a service.
    func localToken(_ service: ServiceName) throws -> String {
        try AtomicFile.word(folder.repository(service) + "/token")
    }

    /// A token of a wallet, as its operator makes it.
    func walletToken(_ number: Int, _ permission: Permission) async throws -> String {
        try await ProgramCall.run(
            WalletProgram.application,
            [
                "--repo", folder.repository(.wallet(number)), "auth", "create-token", "--perm",
                permission.rawValue,
            ]
        )
    }

    /// Auth, with its operator's token.
    func auth() throws -> AuthClient { try auth(token: localToken(.auth)) }

    func auth(token: String?) throws -> AuthClient {
        guard let url = HTTPURL(plan.url(.auth)) else { throw CheckFailure("no URL of auth") }
        return AuthClient(url: url, token: token.map { Secret($0) }, http: http)
    }

    // MARK: - Waiting

    /// Asks again and again until there is an answer; errors count as none.
    ///
    /// - Throws: ``CheckFailure`` with the last error when the time is over.
    @discardableResult
    func wait<Value>(
        for what: String,
        seconds: Int64,
        every pause: Duration = .milliseconds(500),
        _ ask: () async throws -> Value?,
        giveUp: () -> Bool = { false }
    ) async throws -> Value {
        let deadline = ContinuousClock.now + .seconds(seconds)
        var last = ""
        while true {
            do {
                if let value = try await ask() { return value }
                last = ""
            } catch let error as CancellationError {
                throw error
            } catch { last = ": \(error)" }
            guard ContinuousClock.now < deadline, !giveUp() else {
                throw CheckFailure("waited up to \(seconds) s for \(what)\(last)")
            }
            try await Task.sleep(for: pause)
        }
    }

    func head() async throws -> Tipset { try await node().call(ChainHead.self) }

    /// Waits until the head has reached an epoch.
    @discardableResult
    func waitForHead(_ epoch: ChainEpoch, seconds: Int64) async throws -> Tipset {
        try await wait(for: "head \(epoch)", seconds: seconds) {
            let head = try await self.head()
            return head.height >= epoch ? head : nil
        }
    }

    // MARK: - Messages

    /// Pushes a transfer to the messager, and returns its id.
    func push(
        from: Address,
        to: Address,
        value: TokenAmount,
        _ change: (inout Message) -> Void = { _ in }
    ) async throws -> String {
        var message = Message(to: to, from: from)
        message.value = value
        change(&message)
        return try await messager().call(MessagerPushMessage.self, message, nil)
    }

    /// Waits until a message is executed, and returns it.
    func waitForMessage(_ id: String, seconds: Int64) async throws -> MessagerMessage {
        try await wait(for: "message \(id) to be executed", seconds: seconds) {
            let message = try await self.messager().call(MessagerGetMessageByUid.self, id)
            if message.state == .failed {
                throw CheckFailure("it failed: \(message.errorText)")
            }
            return message.state == .onChain ? message : nil
        }
    }
}
