import ActorRuntime
import BuiltinActors
import FilecoinTypes
import Testing

/// A deal is paid day by day, and when it is over both collaterals are free.
///
/// Rule: specs-actors v7, `market_state.go`, `updatePendingDealState`, `processDealExpired`,
/// `DealUpdatesInterval` = 2880 epochs.
@Suite struct CompletedDealTests {
    @Test func `the whole fee reaches the provider and nothing burns`() throws {
        let world = try RuleWorld()
        let miner = try world.createMiner()
        try world.addBalance(.fil(1000), of: RuleWorld.client)
        try world.addBalance(.fil(50), of: miner)
        let deal = world.proposal(miner)
        let id = try #require(try world.publish([deal]).ids.first)
        try world.activate([id], of: miner)

        let first = world.firstUpdate(id, start: deal.startEpoch)
        var epoch = first
        while epoch < deal.endEpoch {
            world.epoch = epoch
            try world.runMarket()
            let paid = RuleWorld.dealPrice * Int128((epoch - deal.startEpoch).rawValue)
            #expect(try world.escrow(of: miner).total == .fil(50) + TokenAmount(paid))
            epoch += 2880
        }
        world.epoch = epoch
        try world.runMarket()
        let fee = TokenAmount(RuleWorld.dealPrice * 180 * 2880)
        #expect(try world.escrow(of: miner) == (.fil(50) + fee, 0))
        #expect(try world.escrow(of: RuleWorld.client) == (.fil(1000) - fee, 0))
        #expect(try world.balance(of: .burntFunds) == 0)
        var proposals = try world.market().proposalArray(world.store)
        #expect(try proposals.get(id.rawValue) == nil)
    }
}
