import BuiltinActors
import FilecoinTypes
import Testing

/// A deal whose sector ends early is paid up to that epoch; the rest goes back, the provider's collateral burns.
///
/// Rule: specs-actors v7, `market_state.go`, `updatePendingDealState`, `processDealSlashed`: all of the
/// collateral is slashed.
@Suite struct TerminatedDealTests {
    private let world: RuleWorld
    private let miner: ActorID
    private let deal: DealProposal
    private let id: DealID

    init() throws {
        world = try RuleWorld()
        miner = try world.createMiner()
        try world.addBalance(.fil(1000), of: RuleWorld.client)
        try world.addBalance(.fil(100), of: miner)
        deal = world.proposal(miner)
        id = try #require(try world.publish([deal]).ids.first)
        try world.activate([id], of: miner)
    }

    private func terminate(at epoch: ChainEpoch) throws {
        world.epoch = epoch
        try world.send(
            MarketMethod.onMinerSectorsTerminate,
            to: .market,
            from: miner,
            OnMinerSectorsTerminateParameters(epoch: epoch, dealIDs: [id])
        )
    }

    @Test func `the client pays for the epochs that the data was kept`() throws {
        let first = world.firstUpdate(id, start: deal.startEpoch)
        world.epoch = first
        try world.runMarket()
        let end = first + 1000
        try terminate(at: end)
        world.epoch = first + 2880
        let burnt = try world.gain(of: .burntFunds) { try world.runMarket() }

        #expect(burnt == .fil(50))
        let kept = Int128((end - deal.startEpoch).rawValue)
        let paid = TokenAmount(RuleWorld.dealPrice * kept)
        #expect(try world.escrow(of: miner) == (.fil(50) + paid, 0))
        #expect(try world.escrow(of: RuleWorld.client) == (.fil(1000) - paid, 0))
        let market = try world.market()
        #expect(market.totalClientStorageFee == 0)
        #expect(market.totalClientLockedCollateral == 0)
        #expect(market.totalProviderLockedCollateral == 0)
    }

    @Test func `a deal that ends before it starts costs the client nothing`() throws {
        try terminate(at: deal.startEpoch - 50)
        world.epoch = world.firstUpdate(id, start: deal.startEpoch)
        let burnt = try world.gain(of: .burntFunds) { try world.runMarket() }
        #expect(burnt == .fil(50))
        #expect(try world.escrow(of: miner) == (.fil(50), 0))
        #expect(try world.escrow(of: RuleWorld.client) == (.fil(1000), 0))
    }

    @Test func `a termination after the deal's end changes nothing`() throws {
        try terminate(at: deal.endEpoch)
        let burnt = try world.gain(of: .burntFunds) { try world.runMarket() }
        #expect(burnt == 0)
        #expect(try world.escrow(of: miner).locked == 0)
    }

    @Test func `the first termination counts`() throws {
        let first = deal.startEpoch + 10
        try terminate(at: first)
        try terminate(at: first + 10)
        world.epoch = world.firstUpdate(id, start: deal.startEpoch)
        try world.runMarket()
        let paid = TokenAmount(RuleWorld.dealPrice * 10)
        #expect(try world.escrow(of: miner).total == .fil(50) + paid)
    }
}
