import BigIntegers
import FilecoinTypes
import JSONRPC
import Multiformats
import VenusAPI

/// Checks 2 and 3: blocks of both miners, and transfers to the last attoFIL.
struct ChainChecks: Sendable {
    let pool: PoolUnderTest
    let report: CheckReport

    // MARK: - Check 2

    func checkBlocks(ofEach count: Int) async {
        let load = Load(pool: pool)
        do {
            try await load.during {
                await report.check("2.1 every miner produces at least \(count) blocks") {
                    try await checkEveryMiner(count)
                }
                await report.check(
                    "2.2 a tipset has two blocks with different messages of four senders"
                ) { try await checkDisjointBlocks() }
            }
        } catch { report.note("load: \(error)") }
        await report.check("2.3 every transfer of the load landed with exit code 0") {
            try await load.settle(seconds: pool.seconds(30))
        }
    }

    private func checkEveryMiner(_ count: Int) async throws {
        let miners = pool.plan.miners.map(\.id)
        let seconds = pool.seconds(Int64(6 + count * 4))
        try await pool.wait(for: "\(count) blocks of each miner", seconds: seconds) {
            let tipsets = try await ChainScan(node: pool.node())
                .tipsets(from: 1, to: pool.head())
            let blocks = tipsets.flatMap(\.blocks)
            let counts = miners.map { miner in blocks.count { $0.miner == miner } }
            try require(
                counts.allSatisfy { $0 >= count },
                "the miners have \(counts.map(String.init).joined(separator: " and ")) blocks"
            )
            return true
        }
    }

    private func checkDisjointBlocks() async throws {
        let node = try pool.node()
        var looked: Set<TipsetKey> = []
        try await pool.wait(for: "such a tipset", seconds: pool.seconds(40)) {
            let tipsets = try await ChainScan(node: node).tipsets(from: 1, to: pool.head())
            for tipset in tipsets where tipset.blocks.count >= 2 {
                guard looked.insert(tipset.key).inserted else { continue }
                var lists: [[CID]] = []
                var senders: Set<Address> = []
                for block in tipset.blocks.prefix(2) {
                    let messages = try await node.call(ChainGetBlockMessages.self, block.cid)
                    lists.append(messages.cids)
                    senders.formUnion(messages.blsMessages.map(\.from))
                    senders.formUnion(messages.secpMessages.map(\.message.from))
                }
                let areFilled = lists.allSatisfy { !$0.isEmpty }
                if areFilled, Set(lists[0]).isDisjoint(with: lists[1]), senders.count >= 4 {
                    return true
                }
            }
            return nil
        }
    }

    // MARK: - Check 3

    func checkTransfers(_ count: Int) async {
        await report.check("3   \(count) transfers at once: exit codes, nonces, every attoFIL") {
            try await transfers(count)
        }
    }

    private func transfers(_ count: Int) async throws {
        let scan = ChainScan(node: try pool.node())
        let accounts = pool.accounts
        // The clients of wallet 1: the first key is secp256k1, the second BLS.
        let senders = [accounts[0], accounts[1]]
        let receiver = accounts[2]
        let before = try await pool.head()
        var firstNonces: [UInt64] = []
        for sender in senders {
            let actor = try await scan.node.call(StateGetActor.self, sender, before.key)
            firstNonces.append(actor.nonce)
        }
        let ids = try await withThrowingTaskGroup(of: String.self) { group in
            for index in 0..<count {
                let sender = senders[index % 2]
                let value = TokenAmount(attoFIL: BigInt(1_000_000 + index))
                group.addTask { try await pool.push(from: sender, to: receiver, value: value) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        try requireEqual(Set(ids).count, count, "the number of messages taken")
        var landed: [MessagerMessage] = []
        for id in ids {
            landed.append(try await pool.waitForMessage(id, seconds: pool.seconds(90)))
        }
        for message in landed {
            let code = message.receipt?.exitCode ?? ExitCode(rawValue: -1)
            try require(code.isSuccess, "message \(message.id) ended with exit code \(code)")
        }
        for (sender, first) in zip(senders, firstNonces) {
            let nonces = landed.filter { $0.message.from == sender }.map(\.message.nonce).sorted()
            let expected = (0..<UInt64(count / 2)).map { first + $0 }
            try requireEqual(nonces, expected, "the nonces of \(sender)")
        }
        let last = landed.map(\.height).max() ?? before.height
        let end = try await pool.waitForHead(last + 2, seconds: pool.seconds(12))
        let executed = try await scan.executed(from: before.height, below: end)
        let fees = executed.map(\.tipset.parentBaseFee)
        try require(
            fees.allSatisfy { $0 > BaseFee.minimum },
            "the base fee fell to its minimum, so that nothing is shown of fees"
        )
        try await checkBalances(executed, before, end, scan)
        try await checkRewards(executed, before, end, scan)
        report.note(
            "\(executed.count) tipsets, base fee \(fees.first?.shortText ?? "") to "
                + "\(fees.last?.shortText ?? "")"
        )
    }

    /// Every account's balance moved by what it sent, received and spent on gas, and the burnt funds grew by
    /// what was burnt.
    private func checkBalances(
        _ executed: [ExecutedTipset],
        _ before: Tipset,
        _ end: Tipset,
        _ scan: ChainScan
    ) async throws {
        let rows = executed.flatMap(\.rows)
        for account in pool.accounts {
            var expected = try await scan.balance(of: account, before: before)
            for row in rows {
                let value = row.receipt.exitCode.isSuccess ? row.message.value : .zero
                if row.message.from == account { expected = expected - value - row.gas.totalSpent }
                if row.message.to == account { expected = expected + value }
            }
            let found = try await scan.balance(of: account, before: end)
            try requireEqual(found.attoFIL, expected.attoFIL, "the balance of \(account)")
        }
        let burnt = rows.reduce(TokenAmount.zero) {
            $0 + $1.gas.baseFeeBurn + $1.gas.overEstimationBurn
        }
        let funds = Address.id(99)
        let start = try await scan.balance(of: funds, before: before)
        let found = try await scan.balance(of: funds, before: end)
        try requireEqual((found - start).attoFIL, burnt.attoFIL, "what was burnt")
    }

    /// Each miner got a share of the epoch's reward for every win and the tips of the messages that its block
    /// brought first; the reward actor lost exactly the rewards.
    private func checkRewards(
        _ executed: [ExecutedTipset],
        _ before: Tipset,
        _ end: Tipset,
        _ scan: ChainScan
    ) async throws {
        var earned: [Address: TokenAmount] = [:]
        var rewards = TokenAmount.zero
        var skippedEpochs = 0
        for step in executed {
            let tips = Dictionary(
                step.rows.map { ($0.cid, $0.gas.minerTip) },
                uniquingKeysWith: { first, _ in first }
            )
            // The work of skipped epochs moves the reward before this one, which no state shows.
            if step.tipset.height - step.parentHeight > 1 { skippedEpochs += 1 }
            let epochReward = try await scan.epochReward(before: step.tipset)
            var seen: Set<CID> = []
            for block in step.tipset.blocks {
                let wins = block.electionProof?.winCount ?? 0
                let share = (epochReward.attoFIL * BigInt(wins))
                    .euclideanDivided(by: BigInt(5)).quotient
                rewards = rewards + TokenAmount(attoFIL: share)
                earned[block.miner, default: .zero] =
                    earned[block.miner, default: .zero] + TokenAmount(attoFIL: share)
                let messages = try await scan.node.call(ChainGetBlockMessages.self, block.cid)
                for cid in messages.cids where seen.insert(cid).inserted {
                    earned[block.miner, default: .zero] =
                        earned[block.miner, default: .zero] + (tips[cid] ?? .zero)
                }
            }
        }
        let fund = try await scan.balance(of: .reward, before: before)
        let left = try await scan.balance(of: .reward, before: end)
        var gained = TokenAmount.zero
        for miner in pool.plan.miners {
            let start = try await scan.balance(of: miner.id, before: before)
            let found = try await scan.balance(of: miner.id, before: end)
            gained = gained + (found - start)
            guard skippedEpochs == 0 else { continue }
            let wanted = earned[miner.id, default: .zero]
            try requireEqual((found - start).attoFIL, wanted.attoFIL, "what \(miner.id) earned")
        }
        let tips = executed.flatMap(\.rows).reduce(TokenAmount.zero) { $0 + $1.gas.minerTip }
        try requireEqual(
            gained.attoFIL,
            (fund - left + tips).attoFIL,
            "what all miners earned, against rewards and tips"
        )
        if skippedEpochs == 0 {
            try requireEqual((fund - left).attoFIL, rewards.attoFIL, "the rewards")
        } else {
            report.note("\(skippedEpochs) tipsets after null rounds: rewards checked in sum only")
        }
    }
}
