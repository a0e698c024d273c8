import BigIntegers
import FilecoinTypes
import ServiceKit
import Synchronization
import VenusAPI

/// The figures of the messager, under the names of the original.
///
/// Those of rounds are set as the rounds go; those of messages are counted when they are asked for.
final class MessagerMetrics: Sendable {
    private let registry = MetricsRegistry(prefix: "")
    private let balances = Mutex<[Address: TokenAmount]>([:])

    /// The seconds that heads stay, by which the original sorts.
    private static let stableBounds: [Double] = [8, 9, 10, 12, 14, 16, 18, 20, 25, 30, 60]

    /// Notes what a round came to.
    func note(_ outcome: SelectionRound.Outcome, of situation: SelectionRound.Situation) {
        let sender = situation.sender.address
        func set(_ name: String, _ value: Int) {
            registry.gauge(name, labels: ["wallet": sender.description]).set(Int64(value))
        }
        set("wallet_db_nonce", Int(clamping: outcome.nonce))
        set("wallet_chain_nonce", Int(clamping: situation.chainNonce))
        set("selected_msg_num", outcome.changed.count { $0.state == .filled })
        set("topush_msg_num", outcome.push.count)
        set("err_msg_num", outcome.changed.count { $0.state == .unfilled })
        if let account = situation.account {
            balances.withLock { $0[sender] = account.balance }
        }
    }

    /// Notes how long a head was there before the next one came.
    func noteHead(stayed duration: Duration) {
        registry.gauge("chain_head_stable_s").set(duration.components.seconds)
        registry.histogram("chain_head_stable_dur_s", bounds: Self.stableBounds)
            .observe(Double(duration.nanoseconds) / 1e9)
    }

    /// All figures in the Prometheus text format.
    func text(_ store: MessagerStore) async throws -> String {
        for count in try await store.counts() {
            let wallet = count.sender.description
            registry.gauge("num_of_unfill_msg", labels: ["wallet": wallet]).set(count.unfilled)
            registry.gauge("num_of_fill_msg", labels: ["wallet": wallet]).set(count.filled)
            registry.gauge("num_of_failed_msg", labels: ["wallet": wallet]).set(count.failed)
            registry.gauge("blocked_three_minutes_msgs", labels: ["wallet": wallet])
                .set(count.threeMinutes)
            registry.gauge("blocked_five_minutes_msgs", labels: ["wallet": wallet])
                .set(count.fiveMinutes)
        }
        var states: [MessagerAddressState: Int64] = [.alive: 0, .forbidden: 0]
        for row in try await store.addresses() { states[row.state, default: 0] += 1 }
        for (state, number) in states {
            registry.gauge("address_num", labels: ["state": "\(state)"]).set(number)
        }
        // Amounts are no whole numbers of FIL.
        let lines = balances.withLock { balances in
            balances.map { sender, balance in
                let fil = "\(balance)".prefix { $0 != " " }
                return "wallet_balance{wallet=\"\(sender)\"} \(fil)\n"
            }.sorted()
        }
        let balance = lines.isEmpty ? "" : "# TYPE wallet_balance gauge\n" + lines.joined()
        return registry.text() + balance
    }
}
