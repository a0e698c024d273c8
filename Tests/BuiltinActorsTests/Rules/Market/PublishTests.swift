import BigIntegers
import BitFields
import BuiltinActors
import FilecoinTypes
import Testing

/// Invalid deals of a batch are left out, the others are published; a batch without any is refused.
///
/// Rule: specs-actors v6 and v7 (FIP-0022), `PublishStorageDeals`: lock-ups are counted together, also those of
/// deals that are left out; `DealProviderCollateralBounds`: one percent of the circulating supply, times the
/// deal's share of the larger of network power and baseline.
@Suite struct PublishTests {
    private let world: RuleWorld
    private let miner: ActorID

    init() throws {
        world = try RuleWorld()
        miner = try world.createMiner()
        try world.addBalance(.fil(2000), of: RuleWorld.client)
        try world.addBalance(.fil(1000), of: miner)
    }

    @Test func `each limit of a proposal is exact`() throws {
        let day: ChainEpoch = 2880
        // 100,000,000 FIL × 256 bytes / 2^30 bytes / 100, rounded down.
        let least = RuleWorld.rewardPerEpoch * 100_000_000 * 256 / (1 << 30) / 100
        var good = [
            world.proposal(miner, label: "shortest", duration: 180 * day),
            world.proposal(miner, label: "longest", duration: 540 * day),
            world.proposal(miner, label: "now", start: world.epoch),
            world.proposal(miner, label: "cheap"),
            world.proposal(miner, label: String(repeating: "x", count: 256)),
        ]
        good[3].providerCollateral = TokenAmount(least)
        var bad = [
            world.proposal(miner, label: "too short", duration: 180 * day - 1),
            world.proposal(miner, label: "too long", duration: 540 * day + 1),
            world.proposal(miner, label: "too late", start: world.epoch - 1),
            world.proposal(miner, label: "too cheap"),
            world.proposal(miner, label: String(repeating: "x", count: 257)),
            world.proposal(miner, label: "negative price"),
            world.proposal(miner, label: "odd size"),
        ]
        bad[3].providerCollateral = TokenAmount(least) - 1
        bad[5].storagePricePerEpoch = -1
        bad[6].pieceSize = 384
        for index in good.indices { good[index].storagePricePerEpoch = 1 }
        for index in bad.indices where index != 5 { bad[index].storagePricePerEpoch = 1 }
        // One of each, in turn.
        var batch: [DealProposal] = []
        for index in bad.indices {
            if index < good.count { batch.append(good[index]) }
            batch.append(bad[index])
        }
        let result = try world.publish(batch)
        #expect(result.ids == [0, 1, 2, 3, 4])
        #expect(result.validDeals == [0, 2, 4, 6, 8])
    }

    @Test func `a deal that the client cannot pay uses up what the next could have`() throws {
        // 20 FIL and a thousandth of a FIL for each of 518,400 epochs: 538.4 FIL of 2000.
        let deals = ["a", "b", "c", "d", "e"].map { world.proposal(miner, label: $0) }
        var small = deals[4]
        small.storagePricePerEpoch = 0
        small.clientCollateral = 1
        let result = try world.publish([deals[0], deals[1], deals[2], deals[3], small])
        // The fourth is too much, and the small one after it too, though three leave 384 FIL.
        #expect(result.validDeals == [0, 1, 2])
        #expect(try world.publish([small]).validDeals == [0])
    }

    @Test func `a proposal is published once`() throws {
        let deal = world.proposal(miner)
        #expect(try world.publish([deal, deal]).validDeals == [0])
        #expect(throws: RuleWorld.Refusal.self) { try world.publish([deal]) }
    }

    @Test func `a batch without a valid signature is refused`() throws {
        let deal = world.proposal(miner)
        do {
            _ = try world.publish([deal], signature: RuleWorld.wrong)
            Issue.record("a wrong signature counted")
        } catch let refusal as RuleWorld.Refusal {
            #expect(refusal.code == .illegalArgument)
        }
    }

    @Test func `what is locked cannot be withdrawn, the rest can`() throws {
        _ = try world.publish([world.proposal(miner)])
        let paid = try world.gain(of: RuleWorld.owner) {
            // The owner of a miner receives, whoever of owner and worker asks.
            try world.send(
                3,
                to: .market,
                from: RuleWorld.owner,
                MarketWithdrawBalanceParameters(address: .id(miner), amount: .fil(5000))
            )
        }
        #expect(paid == .fil(950))
        #expect(try world.escrow(of: miner) == (.fil(50), .fil(50)))
    }
}
