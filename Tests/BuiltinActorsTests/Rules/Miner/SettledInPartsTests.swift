import ActorRuntime
import BitFields
import BuiltinActors
import FilecoinTypes
import Testing

/// Many terminated sectors are settled in parts, within the limits of one message, the earliest first.
///
/// Rule: specs-actors v7, `miner_state.go`, `PopEarlyTerminations`; `partition_state.go` takes part of an epoch's
/// sectors if the limit ends there.
@Suite struct SettledInPartsTests {
    @Test func `three sectors of two epochs take two calls of two sectors`() throws {
        let world = try RuleWorld()
        let miner = try world.createMiner()
        try world.commit([1, 2, 3], of: miner)
        var state: MinerState = try world.state(of: miner)
        // Ended, and not settled: 1 at one epoch, 2 and 3 at the next.
        for (number, epoch) in [(1, 5000), (2, 5001), (3, 5001)] as [(UInt64, ChainEpoch)] {
            let place = try world.place(of: SectorNumber(number), miner)
            var sectors = try Sectors(store: world.store, root: state.sectors)
            var deadlines = try state.loadDeadlines(world.store)
            var deadline = try deadlines.load(place.deadline, world.store)
            var ending = PartitionSectorMap()
            ending.add([number], partition: place.partition)
            _ = try deadline.terminate(
                ending,
                in: &sectors,
                at: epoch,
                SectorContext(
                    store: world.store,
                    sectorSize: .kib2,
                    quant: state.quantSpec(deadline: place.deadline)
                )
            )
            try deadlines.update(place.deadline, deadline, world.store)
            try state.saveDeadlines(deadlines, world.store)
            state.earlyTerminations.insert(place.deadline)
        }
        func settle() throws -> (sectors: [ChainEpoch: BitField], hasMore: Bool) {
            let taken = try state.popEarlyTerminations(
                maxPartitions: 10,
                maxSectors: 2,
                world.store
            )
            return (taken.result.sectors, taken.hasMore)
        }
        #expect(try settle() == ([5000: [1], 5001: [2]], true))
        #expect(try settle() == ([5001: [3]], false))
        #expect(state.earlyTerminations.isEmpty)
    }
}
