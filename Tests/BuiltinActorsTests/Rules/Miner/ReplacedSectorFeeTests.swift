import ActorRuntime
import BuiltinActors
import FilecoinTypes
import Testing

/// A sector of actors v6 that took the place of an older one answers for the older one's life too.
///
/// Rule: specs-actors v6, `monies.go`, `PledgePenaltyForTermination`: the cap of 140 days is shared, the new
/// sector's own age first.
@Suite struct ReplacedSectorFeeTests {
    @Test(arguments: [ActorsVersion.v6, .v7])
    func `the replaced sector's days fill up to 140`(_ version: ActorsVersion) throws {
        let world = try RuleWorld(at: 1_000_000, version: version)
        let miner = try world.createMiner()
        // After the first proof, before the next is due.
        let now = world.epoch + 2880 + 220
        try world.plant(
            7,
            of: miner,
            activation: now - 100 * 2880,
            expiration: now + 200 * 2880
        ) {
            $0.expectedDayReward = .fil(2)
            $0.expectedStoragePledge = .fil(10)
            $0.replacedSectorAge = 90 * 2880
            $0.replacedDayReward = .fil(1)
        }
        try world.advance(to: now)
        let fee = try world.gain(of: .burntFunds) {
            try world.send(9, to: miner, from: RuleWorld.owner, try world.declaration(7, of: miner))
        }
        // 10 + 100 days × 2 / 2 + 40 of the 90 days × 1 / 2.
        #expect(fee == .fil(10 + 100 + 20))
    }
}
