import FilecoinTypes
import ServiceKit
import VenusAPI

/// The figures of block production, under the original's names.
struct MiningMetrics: Sendable {
    let registry: MetricsRegistry
    private let states: [(Bool, MetricValue)]

    init() {
        registry = MetricsRegistry(prefix: "venus_miner")
        let registry = registry
        states = [true, false].map { isMining in
            let label = isMining ? "mining" : "stopped"
            let help = "miners by state"
            return (isMining, registry.gauge("num", help: help, labels: ["state": label]))
        }
    }

    private func count(_ name: String, _ help: String, _ miner: Address) {
        registry.counter(name, help: help, labels: ["miner_id": "\(miner)"]).increment()
    }

    func took(_ request: MiningRequest, _ duration: Duration) {
        let name: String? =
            switch request {
            case .baseInfo: "mine_getbaseinfo"
            case .ticket: "mine_computeticket"
            case .election: "mine_checkroundwinner"
            case .proof: "mine_computeproof"
            default: nil
            }
        guard let name, let miner = request.miner else { return }
        registry.histogram(
            name,
            help: "milliseconds",
            labels: ["miner_id": "\(miner)"],
            bounds: [1, 5, 10, 50, 100, 500, 1000, 2000, 5000, 10_000, 20_000]
        )
        .observe(Double(duration.nanoseconds) / 1e6)
    }

    func won(_ miner: Address) { count("number_of_isroundwinner", "rounds won", miner) }

    func forked(_ miner: Address) {
        count("number_of_mining_chain_fork", "wins whose base the head left", miner)
    }

    func ended(_ miner: Address, _ outcome: MiningOutcome) {
        switch outcome {
        case .produced: count("number_of_block", "blocks taken", miner)
        case .timedOut: count("number_of_mining_timeout", "rounds not done in time", miner)
        case .failed: count("number_of_mining_error", "rounds that failed", miner)
        case .notEligible, .lost: break
        }
    }

    func miners(_ entries: [MinerEntry]) {
        for (isMining, gauge) in states {
            gauge.set(Int64(entries.count { $0.isOpen == isMining }))
        }
    }
}
