import BitFields
import BuiltinActors
import FilecoinTypes
import Testing

/// While terminated sectors are not settled, nothing can be withdrawn.
///
/// Rule: specs-actors v7, `WithdrawBalance`: "cannot withdraw funds while terminated sectors have outstanding
/// fees".
@Suite struct OutstandingFeesTests {
    @Test func `a withdrawal waits until all terminations are settled`() throws {
        let world = try RuleWorld()
        let miner = try world.createMiner()
        let all = WithdrawBalanceParameters(amountRequested: .fil(1))
        try world.change(miner, as: MinerState.self) { $0.earlyTerminations = [3] }
        #expect(try world.exitCode(16, to: miner, from: RuleWorld.owner, all) == .forbidden)
        try world.change(miner, as: MinerState.self) { $0.earlyTerminations = [] }
        #expect(try world.exitCode(16, to: miner, from: RuleWorld.owner, all) == .ok)
        let less = WithdrawBalanceParameters(amountRequested: -1)
        #expect(try world.exitCode(16, to: miner, from: RuleWorld.owner, less) == .illegalArgument)
    }
}
