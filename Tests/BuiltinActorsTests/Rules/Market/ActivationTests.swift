import BuiltinActors
import FilecoinTypes
import Testing

/// A deal goes into one sector of its provider, once, which lives as long as the deal.
///
/// Rule: specs-actors v7, `market_actor.go`, `ActivateDeals`, `validateAndComputeDealWeight`,
/// `OnMinerSectorsTerminate`.
@Suite struct ActivationTests {
    private let world: RuleWorld
    private let miner: ActorID
    private let other: ActorID
    private let deal: DealProposal
    private let id: DealID

    init() throws {
        world = try RuleWorld()
        miner = try world.createMiner()
        other = try world.createMiner()
        try world.addBalance(.fil(1000), of: RuleWorld.client)
        try world.addBalance(.fil(100), of: miner)
        deal = world.proposal(miner)
        id = try #require(try world.publish([deal]).ids.first)
    }

    private func activate(
        _ deals: [DealID],
        by miner: ActorID,
        sectorExpiry: ChainEpoch
    ) throws -> ExitCode {
        try world.exitCode(
            MarketMethod.activateDeals,
            to: .market,
            from: miner,
            ActivateDealsParameters(dealIDs: deals, sectorExpiry: sectorExpiry)
        )
    }

    private func terminate(by miner: ActorID) throws -> ExitCode {
        try world.exitCode(
            MarketMethod.onMinerSectorsTerminate,
            to: .market,
            from: miner,
            OnMinerSectorsTerminateParameters(epoch: world.epoch, dealIDs: [id, 99])
        )
    }

    @Test func `the sector lives at least as long as the deal`() throws {
        let end = deal.endEpoch
        #expect(try activate([id], by: miner, sectorExpiry: end - 1) == .illegalArgument)
        #expect(try activate([id], by: miner, sectorExpiry: end) == .ok)
    }

    @Test func `a deal is activated once, by its provider, before it starts`() throws {
        let end = deal.endEpoch
        #expect(try activate([id, id], by: miner, sectorExpiry: end) == .illegalArgument)
        #expect(try activate([id, 99], by: miner, sectorExpiry: end) == .notFound)
        #expect(try activate([id], by: other, sectorExpiry: end) == .forbidden)
        world.epoch = deal.startEpoch + 1
        #expect(try activate([id], by: miner, sectorExpiry: end) == .illegalArgument)
        world.epoch = deal.startEpoch
        #expect(try activate([id], by: miner, sectorExpiry: end) == .ok)
        #expect(try activate([id], by: miner, sectorExpiry: end) == .illegalArgument)
    }

    @Test func `only the provider of an activated deal ends it; unknown deals are passed over`()
        throws
    {
        #expect(try terminate(by: miner) == .illegalArgument)
        #expect(try activate([id], by: miner, sectorExpiry: deal.endEpoch) == .ok)
        #expect(try terminate(by: other) == .illegalState)
        #expect(try terminate(by: miner) == .ok)
    }
}
