import BigIntegers
import BuiltinActors
import FilecoinTypes
import TestSupport
import Testing

@testable import TimeLapse

@Suite struct VestingLedgerTests {
    @Test func `a reward is released day by day on the grid of half days`() {
        var ledger = VestingLedger(periodOffset: 17)
        ledger.receive(reward: 1000, at: 100)
        // Three quarters are locked; the first release lies on the first grid point a day later.
        #expect(ledger.locked == 750)
        #expect(ledger.table.first?.epoch == ChainEpoch(17 + 3 * 1440))
        #expect(ledger.table.count == 180)
        ledger.release(before: 17 + 3 * 1440)
        #expect(ledger.locked == 750)
        ledger.release(before: 17 + 3 * 1440 + 1)
        // 750 * 4237 / 518400
        #expect(ledger.locked == 744)
    }

    @Test func `a fee is taken from the soonest releases`() {
        var ledger = VestingLedger(periodOffset: 0)
        ledger.receive(reward: 1000, at: 0)
        let first = ledger.table[0].amount
        #expect(ledger.take(fee: first + 1) == first + 1)
        #expect(ledger.table.count == 179)
        #expect(ledger.take(fee: 10_000) == 749 - first)
        #expect(ledger.locked == 0)
    }

    @Test func `the state machine's table agrees for random rewards, releases and fees`() {
        var random = SeededGenerator(seed: 0x7e57_1ed6)
        for _ in 0..<40 {
            let offset = ChainEpoch(Int64.random(in: 0..<2880, using: &random))
            var ledger = VestingLedger(periodOffset: offset)
            var funds = VestingFunds()
            var epoch: ChainEpoch = 0
            for _ in 0..<60 {
                epoch += ChainEpoch(Int64.random(in: 1...400, using: &random))
                switch Int.random(in: 0..<3, using: &random) {
                case 0:
                    let reward = TokenAmount(
                        attoFIL: BigInt(Int64.random(in: 1...Int64.max, using: &random))
                    )
                    _ = funds.unlockVested(before: epoch)
                    funds.lock(
                        TokenAmount(
                            attoFIL: (reward.attoFIL * 75).euclideanDivided(by: 100).quotient
                        ),
                        at: epoch,
                        provingPeriodStart: offset + 2880,
                        spec: .reward
                    )
                    ledger.receive(reward: reward, at: epoch)
                case 1:
                    _ = funds.unlockVested(before: epoch)
                    ledger.release(before: epoch)
                default:
                    let fee = TokenAmount(
                        attoFIL: BigInt(Int64.random(in: 1...Int64.max / 100, using: &random))
                    )
                    _ = funds.unlockVested(before: epoch)
                    ledger.release(before: epoch)
                    #expect(funds.unlockUnvested(at: epoch, target: fee) == ledger.take(fee: fee))
                }
                let table = funds.funds.filter { !$0.amount.isZero }.map { ($0.epoch, $0.amount) }
                #expect(table.elementsEqual(ledger.table, by: ==))
            }
        }
    }
}
