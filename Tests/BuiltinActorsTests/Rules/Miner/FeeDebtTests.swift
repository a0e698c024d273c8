import BuiltinActors
import FilecoinTypes
import Testing

/// Debts are paid from rewards that have not vested, the earliest first, then from the free balance.
///
/// Rule: specs-actors v7, `miner_state.go`, `RepayPartialDebtInPriorityOrder`; `vesting_state.go`,
/// `unlockUnvestedFunds`, which leaves alone what has vested already but was not unlocked yet.
@Suite struct FeeDebtTests {
    private let world: RuleWorld
    private let miner: ActorID

    init() throws {
        world = try RuleWorld()
        miner = try world.createMiner()
    }

    private func repay(_ debt: TokenAmount) throws -> TokenAmount {
        try world.change(miner, as: MinerState.self) { $0.feeDebt = debt }
        return try world.gain(of: .burntFunds) {
            try world.send(22, to: miner, from: RuleWorld.owner)
        }
    }

    @Test func `the earliest locked rewards are taken first`() throws {
        let now = world.epoch
        try world.setVesting([(now + 10, .fil(4)), (now + 20, .fil(3))], of: miner)
        #expect(try repay(.fil(5)) == .fil(5))
        let state: MinerState = try world.state(of: miner)
        #expect(state.lockedFunds == .fil(2))
        #expect(state.feeDebt == 0)
        #expect(try state.vestedFunds(at: now + 20, world.store) == 0)
        #expect(try state.vestedFunds(at: now + 21, world.store) == .fil(2))
        // The network's pledge counts locked rewards, and shrinks with them.
        #expect(
            try world.state(of: .power, as: PowerState.self).totalPledgeCollateral == .fil(2)
        )
    }

    @Test func `what vested already stays, the free balance pays the rest`() throws {
        let now = world.epoch
        try world.setVesting([(now - 1, .fil(5)), (now, .fil(4))], of: miner)
        try world.setUnlockedBalance(.fil(1), of: miner)
        #expect(try repay(.fil(7)) == .fil(5))
        let state: MinerState = try world.state(of: miner)
        #expect(state.lockedFunds == .fil(5))
        #expect(state.feeDebt == .fil(2))
        #expect(try world.balance(of: miner) == .fil(5))
    }

    @Test func `nothing is withdrawn before all debts are paid`() throws {
        try world.setUnlockedBalance(.fil(6), of: miner)
        try world.change(miner, as: MinerState.self) { $0.feeDebt = .fil(6) + 1 }
        let all = WithdrawBalanceParameters(amountRequested: .fil(100))
        #expect(
            try world.exitCode(16, to: miner, from: RuleWorld.owner, all) == .actorInsufficientFunds
        )
        try world.change(miner, as: MinerState.self) { $0.feeDebt = .fil(4) }
        var paid = TokenAmount.zero
        let burnt = try world.gain(of: .burntFunds) {
            paid = try world.gain(of: RuleWorld.owner) {
                try world.send(16, to: miner, from: RuleWorld.owner, all)
            }
        }
        #expect(paid == .fil(2))
        #expect(burnt == .fil(4))
    }
}
