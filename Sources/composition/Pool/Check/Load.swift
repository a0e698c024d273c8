import BigIntegers
import FilecoinTypes
import JSONRPC
import ServiceKit
import Synchronization
import VenusAPI

/// Clients that keep pushing small transfers.
final class Load: Sendable {
    private let pool: PoolUnderTest
    private let pushed = Mutex<[String: Address]>([:])

    init(pool: PoolUnderTest) { self.pool = pool }

    /// The ids of what was pushed, with their senders.
    var ids: [String: Address] { pushed.withLock { $0 } }

    /// Has every account send one attoFIL to the next one, every few seconds, until cancelled.
    ///
    /// A push that fails is made again: the messager may be down.
    func run(every pause: Duration) async {
        let accounts = pool.accounts
        while !Task.isCancelled {
            for (index, sender) in accounts.enumerated() {
                let receiver = accounts[(index + 1) % accounts.count]
                let amount = TokenAmount(attoFIL: 1)
                let id = try? await pool.push(from: sender, to: receiver, value: amount)
                if let id { pushed.withLock { $0[id] = sender } }
            }
            try? await Task.sleep(for: pause)
        }
    }

    /// Does something under load, and stops the load afterwards.
    func during(every pause: Duration = .seconds(3), _ body: () async throws -> Void) async throws {
        let task = Task { await run(every: pause) }
        defer { task.cancel() }
        try await body()
    }

    /// Waits until everything that was pushed is executed, and checks exit codes and nonces.
    func settle(seconds: Int64) async throws {
        let ids = ids
        let messager = try pool.messager()
        var query = MessagerQuery()
        query.limit = 100_000
        let wanted = Set(ids.keys)
        let messages = try await pool.wait(for: "\(ids.count) messages", seconds: seconds) {
            let all = try await messager.call(MessagerListMessage.self, query)
                .filter { wanted.contains($0.id) }
            try requireEqual(all.count, wanted.count, "the number of messages that are known")
            let open = all.filter { $0.state != .onChain }
            if let first = open.first {
                throw CheckFailure(
                    "\(open.count) are not executed, such as \(first.id) of \(first.message.from) "
                        + "in state \(first.state): \(first.errorText)"
                )
            }
            return all
        }
        for message in messages {
            let code = message.receipt?.exitCode ?? ExitCode(rawValue: -1)
            try require(code.isSuccess, "message \(message.id) ended with exit code \(code)")
        }
        for sender in pool.accounts {
            let nonces = messages.filter { $0.message.from == sender }.map(\.message.nonce)
            try requireEqual(Set(nonces).count, nonces.count, "the number of nonces of \(sender)")
        }
    }
}
