import BigIntegers
import BuiltinActors
import FilecoinTypes
import Testing

/// A deal that no sector holds when it starts lapses: the client gets everything back, data cap too, and the
/// provider's collateral burns.
///
/// Rule: specs-actors v7, `market_actor.go`, `CronTick`, `processDealInitTimedOut`, `RestoreBytes`; the market
/// looks at each deal first at its own epoch of the day (`GenRandNextEpoch`).
@Suite struct LapsedDealTests {
    @Test func `the collateral burns at the deal's epoch of the day, not before`() throws {
        let world = try RuleWorld()
        let miner = try world.createMiner()
        try world.addBalance(.fil(1000), of: RuleWorld.client)
        try world.addBalance(.fil(50), of: miner)
        try world.giveDataCap(1000)
        let deal = world.proposal(miner, isVerified: true)
        let id = try #require(try world.publish([deal]).ids.first)
        #expect(try world.dataCap(of: RuleWorld.client) == 744)
        #expect(
            try world.escrow(of: RuleWorld.client).locked
                == .fil(20) + TokenAmount(RuleWorld.dealPrice * 180 * 2880)
        )
        let due = world.firstUpdate(id, start: deal.startEpoch)
        world.epoch = due - 1
        #expect(try world.gain(of: .burntFunds) { try world.runMarket() } == 0)
        world.epoch = due
        #expect(try world.gain(of: .burntFunds) { try world.runMarket() } == .fil(50))
        #expect(try world.escrow(of: miner) == (0, 0))
        #expect(try world.escrow(of: RuleWorld.client) == (.fil(1000), 0))
        #expect(try world.dataCap(of: RuleWorld.client) == 1000)
        // It can be published again.
        world.epoch = due + 1
        try world.addBalance(.fil(50), of: miner)
        #expect(try world.publish([world.proposal(miner)]).ids == [1])
    }
}
