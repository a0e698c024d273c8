package import ActorRuntime
internal import BuiltinActors
internal import CBOR
package import FilecoinTypes

/// What must hold in every state that actors v6 and v7 leave behind: in each actor, and between them.
///
/// ```swift
/// let report = try StateInvariants(tree, at: .after(epoch), policy: rules.policy)
///     .check(expectedTotal: supply)
/// for broken in report.broken { print(broken) }
/// ```
/// The rules are those that the reference's checker proves about its own actors. Nothing here runs when
/// messages are applied: it is for tests and for `venus state check`. A state may come from anywhere; one
/// that is malformed gives findings.
///
/// - SeeAlso: specs-actors, `actors/states/check.go` and the `testing.go` file of each actor.
package struct StateInvariants {
    /// When a state was taken; some rules compare with the epoch.
    package enum Moment: Sendable {
        /// After the cron of the epoch: the state that a chain records.
        case after(ChainEpoch)
        /// Between two messages of a tipset of the epoch.
        case during(ChainEpoch)

        /// The last epoch in which anything can have changed the state.
        var latest: ChainEpoch {
            switch self {
            case .after(let epoch), .during(let epoch): epoch
            }
        }

        /// The epoch that the reward actor stands at: cron moves it to the next one.
        var rewarded: ChainEpoch {
            switch self {
            case .after(let epoch): epoch + 1
            case .during(let epoch): epoch
            }
        }
    }

    /// What a check found.
    package struct Report: Sendable {
        /// The rules that do not hold, actors in the order of their IDs, the tree as a whole last.
        package var broken: [BrokenInvariant] = []
        /// How many actors of each kind there are.
        package var actorCounts: [ActorKind: Int] = [:]
        /// All balances together.
        package var total: TokenAmount = .zero

        /// The rules that the reference's own actors would not break.
        package var unexpected: [BrokenInvariant] { broken.filter { !$0.isKnown } }
    }

    private let tree: StateTree
    private let store: ActorStore
    private let moment: Moment
    private let policy: ActorPolicy
    private let verified: VerifiedParts?

    /// Prepares the check of a state.
    ///
    /// - Parameters:
    ///   - tree: The state.
    ///   - moment: When it was taken.
    ///   - policy: The network's constants; the power table is checked against its minimum.
    ///   - verified: Parts that need no check again; grows by those that are found right.
    package init(
        _ tree: StateTree,
        at moment: Moment,
        policy: ActorPolicy,
        verified: VerifiedParts? = nil
    ) {
        self.verified = verified
        self.tree = tree
        self.moment = moment
        self.policy = policy
        store = ActorStore(reading: tree.store)
    }

    /// Checks every actor, what they say about each other, and the sum of all balances.
    ///
    /// Reads the whole state; of a large network that takes minutes and gigabytes.
    ///
    /// - Parameter expectedTotal: What all balances must add up to; nil where nobody knows.
    /// - Returns: What was found.
    /// - Throws: What the block store or the tree's HAMT throws; there is no tree to check then.
    package func check(expectedTotal: TokenAmount? = nil) throws -> Report {
        var actors: [(ActorID, ActorRecord)] = []
        try tree.forEach { id, record in actors.append((id, record)) }
        actors.sort { $0.0 < $1.0 }
        var report = Report()
        var findings = Findings()
        var summaries = Summaries()
        for (id, record) in actors {
            report.total += record.balance
            if let kind = record.actorCode?.kind { report.actorCounts[kind, default: 0] += 1 }
            check(id, record, &summaries, &findings)
        }
        summaries.checkMinersAgainstPower(Array(summaries.miners.keys), &findings)
        summaries.checkDealsAgainstSectors(&findings)
        if let expectedTotal {
            findings.require(
                report.total == expectedTotal,
                "all balances add up to \(report.total.attoFIL) attoFIL, expected"
                    + " \(expectedTotal.attoFIL)"
            )
        }
        report.broken = findings.broken
        return report
    }

    /// Checks some actors only, and the miners among them against the power table.
    ///
    /// - Returns: The rules that do not hold.
    /// - Throws: What the tree throws when it looks for an actor.
    package func check(only ids: some Sequence<ActorID>) throws -> [BrokenInvariant] {
        var findings = Findings()
        var summaries = Summaries()
        for id in ids.sorted() {
            guard let record = try tree.actor(id) else { continue }
            check(id, record, &summaries, &findings)
        }
        if !summaries.miners.isEmpty {
            if summaries.power == nil, let power = try tree.actor(.power) {
                // What is wrong inside the power actor is not asked for here.
                var ignored = Findings()
                check(.power, power, &summaries, &ignored)
            }
            summaries.checkMinersAgainstPower(Array(summaries.miners.keys), &findings)
        }
        return findings.broken
    }

    // MARK: - One actor

    private func check(
        _ id: ActorID,
        _ record: ActorRecord,
        _ summaries: inout Summaries,
        _ findings: inout Findings
    ) {
        findings.inside(id, record.actorCode?.kind) { findings in
            findings.require(
                !record.balance.isNegative,
                "balance \(record.balance.attoFIL) attoFIL is negative"
            )
            guard let code = record.actorCode else {
                return findings.add("no actor of this program has the code \(record.code)")
            }
            check(id, record, code.kind, &summaries, &findings)
        }
    }

    private func check(
        _ id: ActorID,
        _ record: ActorRecord,
        _ kind: ActorKind,
        _ summaries: inout Summaries,
        _ findings: inout Findings
    ) {
        func state<State: CBORDecodable>(_ type: State.Type = State.self) -> State? {
            findings.reading("the state") { () throws(ActorError) in try store.get(record.head) }
        }
        switch kind {
        case .system, .chaos: break
        case .`init`:
            if let state = state(InitState.self) { checkInit(state, &findings) }
        case .account:
            if let state = state(AccountState.self) { checkAccount(state, id, &findings) }
        case .cron:
            if let state = state(CronState.self) { checkCron(state, &findings) }
        case .reward:
            if let state = state(RewardState.self) {
                checkReward(state, balance: record.balance, &findings)
            }
        case .storagePower:
            if let state = state(PowerState.self) {
                summaries.power = PowerCheck(state: state, store: store, policy: policy)
                    .run(&findings)
            }
        case .storageMarket:
            if let state = state(MarketState.self) {
                summaries.deals = MarketCheck(
                    state: state,
                    balance: record.balance,
                    epoch: moment.latest,
                    store: store
                ).run(&findings)
            }
        case .storageMiner:
            if let state = state(MinerState.self) {
                summaries.miners[id] = MinerCheck(
                    state: state,
                    balance: record.balance,
                    store: store,
                    verified: verified
                ).run(&findings)
            }
        case .multisig:
            if let state = state(MultisigState.self) { checkMultisig(state, id, &findings) }
        case .paymentChannel:
            if let state = state(PaymentChannelState.self) {
                checkPaymentChannel(state, balance: record.balance, &findings)
            }
        case .verifiedRegistry:
            if let state = state(VerifiedRegistryState.self) {
                checkVerifiedRegistry(state, &findings)
            }
        }
    }

    var actorStore: ActorStore { store }
    var checkedMoment: Moment { moment }
}
