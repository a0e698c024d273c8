internal import ActorRuntime
internal import BigIntegers
internal import BitFields
internal import BuiltinActors
package import FilecoinTypes
internal import Multiformats
package import Node
internal import StateMachine
internal import CBOR
internal import ChainStore
internal import Consensus
internal import StateView

/// Follows a chain tipset by tipset and computes beside the state machine what must have happened to the money.
///
/// At each tipset: all balances add up to the total supply; what was burnt is the gas, the fines of block producers,
/// the fees of faulty sectors and what was sent there or forfeited; and each miner's locked rewards are those of its ``VestingLedger``. Expected values come
/// from the formulas; only smoothed averages of reward and power, which the formulas start from, are read from the state.
///
/// Calls block: use a thread that may.
package struct ChainAudit {
    /// A fee for a day of faulty power, as expected and as it was burnt with its tipset.
    package struct Fee: Hashable, Sendable {
        /// The last epoch of the deadline.
        package let epoch: ChainEpoch
        package let miner: Address
        package let deadline: UInt64
        /// Bytes that had been faulty before the end of the deadline, quality-adjusted.
        package let faultyPower: UInt64
        package let amount: TokenAmount
    }

    /// What a miner has to prove in one of its deadlines.
    package struct Duty: Hashable, Sendable {
        package let miner: Address
        package let deadline: UInt64
        /// The first epoch in which the deadline is open with these sectors in it.
        package let opens: ChainEpoch
        /// The sectors of each partition.
        package let partitions: [[UInt64]]
    }

    /// A WindowPoSt that was accepted.
    package struct Proof: Hashable, Sendable {
        package let epoch: ChainEpoch
        package let miner: Address
        package let deadline: UInt64
        /// The partitions that it proves.
        package let partitions: [UInt64]
        /// The sectors that it leaves out.
        package let skipped: [UInt64]
    }

    /// A miner's power from an epoch on.
    package struct Power: Hashable, Sendable {
        package let epoch: ChainEpoch
        package let bytes: UInt64
    }

    /// Something that is not as the rules say.
    package struct Discrepancy: Error, CustomStringConvertible {
        package let description: String
    }

    /// A miner's method.
    private static let submitWindowedPoSt: MethodNumber = 5

    private let chain: NodeChain
    private var miners: [Address] = []
    private let runner: StateMachineRunner
    private var ledgers: [Address: VestingLedger] = [:]
    private var offsets: [Address: Int64] = [:]
    /// Every fee so far.
    package private(set) var fees: [Fee] = []
    /// Every WindowPoSt so far.
    package private(set) var proofs: [Proof] = []
    /// Each miner's power, an entry for every change.
    package private(set) var powers: [Address: [Power]] = [:]
    /// How many tipsets were audited.
    package private(set) var tipsetCount = 0
    /// What was burnt so far, as expected and as it is.
    package private(set) var burnt = TokenAmount.zero
    /// The last tipset that was audited.
    package private(set) var last: Tipset

    /// Begins at the genesis.
    ///
    /// - Throws: `ChainStoreError`, `StateViewError`.
    package init(chain: NodeChain) throws {
        self.chain = chain
        runner = StateMachineRunner(
            chain: chain.consensus,
            beacon: chain.beacon,
            rules: chain.rules
        )
        last = try Tipset([chain.genesis])
        let view = try chain.parentView(of: last)
        try meetMiners(view)
        try notePowers(view, at: 0)
    }

    /// Audits every tipset up to a head that descends from the last audited one.
    ///
    /// - Throws: ``Discrepancy`` for the first thing that is not as it should be.
    package mutating func advance(to head: Tipset) throws {
        var path: [Tipset] = []
        var next = head
        while next.height > last.height {
            path.append(next)
            next = try chain.store.parent(of: next)
        }
        guard next == last else {
            throw Discrepancy(
                description:
                    "tipset \(last.key) at \(last.height) is not in the chain of \(head.key)"
            )
        }
        for tipset in path.reversed() {
            try audit(tipset, parent: last)
            last = tipset
        }
    }

    /// The deadlines in which there is something to prove, as the last tipset's parents left them.
    ///
    /// - Throws: `StateViewError`.
    package func duties() throws -> [Duty] {
        let view = try chain.parentView(of: last)
        var duties: [Duty] = []
        for address in miners {
            let miner = try view.miner(address)
            for (index, entry) in try miner.deadlines().enumerated()
            where entry.deadline.liveSectors > 0 {
                // Miners of the genesis are in a period that began before it.
                var opens = miner.state.provingPeriodStart + ChainEpoch(Int64(index) * 60)
                while opens < last.height { opens += MinerPolicy.provingPeriod }
                duties.append(
                    Duty(
                        miner: address,
                        deadline: UInt64(index),
                        opens: opens,
                        partitions: entry.partitions.map { Array($0.liveSectors.bits) }
                    )
                )
            }
        }
        return duties
    }

    // MARK: - One tipset

    private mutating func audit(_ tipset: Tipset, parent: Tipset) throws {
        tipsetCount += 1
        let before = try chain.parentView(of: tipset)
        let after = try chain.view(after: tipset)
        let applied = try runner.run(tipset).applied
        try checkSupply(after, tipset)

        var burn = TokenAmount.zero
        for message in applied where !message.isImplicit {
            burn += message.result.gas.baseFeeBurn + message.result.gas.overEstimationBurn
            let isSent = message.result.receipt.exitCode.isSuccess
            if isSent && message.message.to == .burntFunds { burn += message.message.value }
        }
        burn += try forfeits(before, after, applied)
        try noteProofs(applied, tipset)
        var epoch = parent.height + 1
        while epoch <= tipset.height {
            if epoch == tipset.height {
                burn += try receiveRewards(applied, tipset, parent)
            }
            for miner in miners { burn += try endDeadline(miner, epoch, tipset, parent, applied) }
            epoch += 1
        }
        let delta =
            try after.actor(.burntFunds).balance - before.actor(.burntFunds).balance
        guard delta == burn else {
            throw Discrepancy(
                description: "tipset at \(tipset.height): \(delta) was burnt, the rules say \(burn)"
            )
        }
        burnt += delta
        for miner in miners { try checkVesting(miner, after, tipset) }
        try meetMiners(after)
        try notePowers(after, at: tipset.height)
    }

    /// Begins to follow miners that were created; none of their deadlines has ended yet.
    private mutating func meetMiners(_ view: StateView) throws {
        for miner in try view.miners() where ledgers[miner] == nil {
            let state = try view.miner(miner).state
            miners.append(miner)
            ledgers[miner] = VestingLedger(periodOffset: state.provingPeriodStart)
            offsets[miner] = state.provingPeriodStart.rawValue
        }
    }

    private func checkSupply(_ view: StateView, _ tipset: Tipset) throws {
        var total = TokenAmount.zero
        try view.tree.forEach { _, actor in total += actor.balance }
        guard total == .totalSupply else {
            throw Discrepancy(
                description: "tipset at \(tipset.height): all balances add up to \(total), "
                    + "not to \(TokenAmount.totalSupply)"
            )
        }
    }

    /// What cron took from the deposits of pre-commitments and from the collateral of deals that nobody kept.
    ///
    /// Read from the state, unlike the rest: it only tells these apart from fees.
    private func forfeits(
        _ before: StateView,
        _ after: StateView,
        _ applied: [AppliedMessage]
    ) throws -> TokenAmount {
        let called = Set(applied.filter { !$0.isImplicit }.map(\.message.to))
        var total = TokenAmount.zero
        if !called.contains(.market) {
            let market = try before.actor(.market).balance - after.actor(.market).balance
            total += max(market, .zero)
        }
        for miner in miners where !called.contains(miner) {
            let deposits =
                try before.miner(miner).state.preCommitDeposits
                - after.miner(miner).state.preCommitDeposits
            total += max(deposits, .zero)
        }
        return total
    }

    /// Counts the rewards of a tipset; returns the fines of its producers, which are burnt.
    private mutating func receiveRewards(
        _ applied: [AppliedMessage],
        _ tipset: Tipset,
        _ parent: Tipset
    ) throws -> TokenAmount {
        let perEpoch = try view(at: tipset.height - 1, parent, tipset).rewardState().thisEpochReward
        var fines = TokenAmount.zero
        for message in applied where message.isImplicit && message.message.to == .reward {
            let award = try AwardBlockRewardParameters(cbor: message.message.params)
            // Five winners are expected in an epoch.
            let reward = (perEpoch * award.winCount).attoFIL.euclideanDivided(by: 5).quotient
            let paid = TokenAmount(attoFIL: reward) + award.gasReward
            let fine = award.penalty * Int64(3)
            ledgers[award.miner]?.receive(reward: paid, at: tipset.height)
            ledgers[award.miner]?.take(fee: fine)
            fines += fine
        }
        return fines
    }

    /// Counts what the end of a deadline does, if a miner's deadline ends with an epoch; returns the fee.
    private mutating func endDeadline(
        _ miner: Address,
        _ epoch: ChainEpoch,
        _ tipset: Tipset,
        _ parent: Tipset,
        _ applied: [AppliedMessage]
    ) throws -> TokenAmount {
        let phase = (epoch.rawValue - (offsets[miner] ?? 0)) % 2880
        let inPeriod = phase < 0 ? phase + 2880 : phase
        guard inPeriod % 60 == 59 else { return .zero }
        ledgers[miner]?.release(before: epoch)
        let index = UInt64(inPeriod / 60)
        let known = try chain.parentView(of: tipset).miner(miner).deadline(index).faultyPower
        let isTouched = applied.contains { $0.message.to == miner && !$0.isImplicit }
        if epoch == tipset.height && isTouched {
            // The faults in force at the end lie between two states that are not kept.
            throw Discrepancy(
                description:
                    "a message to \(miner) in epoch \(epoch), the last of its deadline \(index), "
                    + "keeps its fee from being computed"
            )
        }
        let power = known.qualityAdjusted
        guard power.signum > 0 else { return .zero }
        let view = try view(at: epoch - 1, parent, tipset)
        let estimates = MinerMonies.Estimates(
            reward: try view.rewardState().thisEpochRewardSmoothed,
            networkPower: try view.powerState().thisEpochQAPowerSmoothed
        )
        let fee = Self.dailyFaultFee(estimates, power: power)
        fees.append(
            Fee(
                epoch: epoch,
                miner: miner,
                deadline: index,
                faultyPower: UInt64(power.description) ?? .max,
                amount: fee
            )
        )
        ledgers[miner]?.take(fee: fee)
        return fee
    }

    /// The reward that power can expect over 3.51 days: the fee for each day that it stays faulty.
    ///
    /// The expectation is the sum over 10,108 epochs of reward per byte, both growing at their present speed.
    private static func dailyFaultFee(
        _ estimates: MinerMonies.Estimates,
        power: BigInt
    ) -> TokenAmount {
        let perByte = FilterEstimate.extrapolatedCumulativeSumOfRatio(
            delta: 10_108,
            relativeStart: 0,
            numerator: estimates.reward,
            denominator: estimates.networkPower
        )
        return TokenAmount(attoFIL: max((power * perByte) >> 128, 0))
    }

    private func checkVesting(_ miner: Address, _ view: StateView, _ tipset: Tipset) throws {
        guard let ledger = ledgers[miner] else { return }
        let state = try view.miner(miner).state
        guard state.lockedFunds == ledger.locked, state.feeDebt.isZero else {
            throw Discrepancy(
                description:
                    "tipset at \(tipset.height): \(miner) has \(state.lockedFunds) locked and a debt of "
                    + "\(state.feeDebt); the rules say \(ledger.locked) and none"
            )
        }
        let funds: VestingFunds = try view.read("vesting funds of \(miner)") {
            try view.store.get(state.vestingFunds)
        }
        let table = funds.funds.filter { !$0.amount.isZero }.map { ($0.epoch, $0.amount) }
        guard table.elementsEqual(ledger.table, by: ==) else {
            throw Discrepancy(
                description:
                    "tipset at \(tipset.height): the vesting table of \(miner) has \(table.count) "
                    + "entries that differ from the \(ledger.table.count) of the rules"
            )
        }
    }

    private mutating func noteProofs(_ applied: [AppliedMessage], _ tipset: Tipset) throws {
        for applied in applied where applied.message.method == Self.submitWindowedPoSt {
            guard !applied.isImplicit, applied.result.receipt.exitCode.isSuccess,
                miners.contains(applied.message.to)
            else { continue }
            let parameters = try SubmitWindowedPoStParameters(cbor: applied.message.params)
            proofs.append(
                Proof(
                    epoch: tipset.height,
                    miner: applied.message.to,
                    deadline: parameters.deadline,
                    partitions: parameters.partitions.map(\.index),
                    skipped: parameters.partitions.flatMap { Array($0.skipped.bits) }
                )
            )
        }
    }

    private mutating func notePowers(_ view: StateView, at epoch: ChainEpoch) throws {
        for miner in miners {
            let claim = try view.claim(of: miner)?.qualityAdjustedPower ?? 0
            let bytes = UInt64(claim.description) ?? 0
            if powers[miner]?.last?.bytes != bytes {
                powers[miner, default: []].append(Power(epoch: epoch, bytes: bytes))
            }
        }
    }

    /// The state after the cron of an epoch from a parent's to the one before a tipset: only null rounds lie between.
    private func view(
        at epoch: ChainEpoch,
        _ parent: Tipset,
        _ tipset: Tipset
    ) throws -> StateView {
        if epoch <= parent.height { return try chain.parentView(of: tipset) }
        let chain = chain
        let result = try DeepStack.run {
            try TipsetExecutor(rules: chain.rules, store: chain.store.blocks).execute(
                parentState: tipset.parentStateRoot,
                parentEpoch: parent.height,
                epoch: epoch,
                blocks: [],
                baseFee: tipset.parentBaseFee,
                view: chain.chainView(from: tipset)
            )
        }
        return try StateView(root: result.stateRoot, store: chain.store.blocks)
    }
}
