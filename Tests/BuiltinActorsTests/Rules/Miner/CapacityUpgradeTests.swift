import ActorRuntime
import BitFields
import BuiltinActors
import FilecoinTypes
import Testing

/// In actors v6 a sector with deals may take the place of an empty one: the old one ends with its next deadline,
/// without a fee, and the new one pledges at least as much.
///
/// Rule: specs-actors v6, `ProveCommitSector` with `ReplaceCapacity`, `RescheduleSectorExpirations`,
/// `replacedSectorParameters`. Actors v7 refuse such a pre-commitment.
@Suite struct CapacityUpgradeTests {
    private func preCommit(_ world: RuleWorld, _ miner: ActorID) throws -> SectorPreCommitInfo {
        let place = try world.place(of: 7, miner)
        try world.addBalance(.fil(1000), of: RuleWorld.client)
        try world.addBalance(.fil(100), of: miner)
        let deal = world.proposal(miner, start: world.epoch + 3 * 2880)
        let ids = try world.publish([deal]).ids
        var info = world.preCommitInfo(8, deals: ids)
        info.replaceCapacity = true
        info.replaceSectorDeadline = place.deadline
        info.replaceSectorPartition = place.partition
        info.replaceSectorNumber = 7
        return info
    }

    @Test func `the old sector ends with its deadline, the new one keeps its pledge`() throws {
        let world = try RuleWorld(version: .v6)
        let miner = try world.createMiner()
        // The old pledge is the larger one.
        let pledge = TokenAmount.fil(3)
        try world.plant(
            7,
            of: miner,
            activation: world.epoch - 2880,
            expiration: world.epoch + 200 * 2880,
            pledge: pledge
        ) { $0.expectedDayReward = .fil(1) }
        let old = try #require(try world.sector(7, of: miner))
        try world.preCommit([try preCommit(world, miner)], of: miner)
        try world.confirm([8], of: miner)

        let new = try #require(try world.sector(8, of: miner))
        #expect(new.initialPledge == pledge)
        #expect(new.replacedSectorAge == world.epoch - old.activation)
        #expect(new.replacedDayReward == old.expectedDayReward)
        // Both are there until the old one's deadline ends.
        try world.prove(7, of: miner)
        #expect(try world.partition(of: 7, miner).terminated.isEmpty)
        let burnt = try world.gain(of: .burntFunds) { try world.endDeadline(of: miner) }
        #expect(burnt == 0)
        #expect(try world.partition(of: 7, miner).terminated.contains(7))
    }

    @Test func `actors v7 refuse it`() throws {
        let world = try RuleWorld(version: .v7)
        let miner = try world.createMiner()
        try world.commit([7], of: miner)
        let batch = PreCommitSectorBatchParameters(sectors: [try preCommit(world, miner)])
        #expect(
            try world.exitCode(25, to: miner, from: RuleWorld.owner, batch) == .systemForbidden
        )
    }
}
