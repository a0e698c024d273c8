import ActorRuntime
import BigIntegers
import BitFields
import BuiltinActors
import FilecoinTypes
import Testing

/// Compaction packs live sectors anew and forgets terminated ones; it waits until nobody can dispute a proof.
///
/// Rule: specs-actors v7, `CompactPartitions`, `deadline_state.go`, `RemovePartitions`: never while the deadline
/// may be disputed (1800 epochs after its window) or is about to open, never with faults.
@Suite struct CompactionTests {
    private let world: RuleWorld
    private let miner: ActorID
    private let deadline: UInt64
    /// The first epoch after the last window.
    private let close: ChainEpoch

    init() throws {
        world = try RuleWorld()
        miner = try world.createMiner()
        try world.commit([7, 8], of: miner)
        deadline = try world.place(of: 7, miner).deadline
        close = world.epoch
    }

    private func compact(at epoch: ChainEpoch) throws -> ExitCode {
        try world.advance(to: epoch)
        return try world.exitCode(
            19,
            to: miner,
            from: RuleWorld.owner,
            CompactPartitionsParameters(deadline: deadline, partitions: [0])
        )
    }

    @Test func `a terminated sector is forgotten, the other keeps its power`() throws {
        #expect(try world.place(of: 8, miner) == (deadline, 0))
        try world.send(9, to: miner, from: RuleWorld.owner, try world.declaration(7, of: miner))
        #expect(try compact(at: close + 1799) == .forbidden)
        #expect(try compact(at: close + 1800) == .ok)
        #expect(try world.sector(7, of: miner) == nil)
        #expect(try world.sector(8, of: miner) != nil)
        let partition = try world.partition(of: 8, miner)
        #expect(partition.sectors == [8])
        #expect(partition.terminated.isEmpty)
        #expect(try world.claim(of: miner)?.rawBytePower == 2048)
        // The moved sector is proven as before.
        try world.prove(8, of: miner)
    }

    @Test func `partitions with faults stay as they are`() throws {
        try world.send(10, to: miner, from: RuleWorld.owner, try world.declaration(7, of: miner))
        #expect(try compact(at: close + 1800) == .illegalArgument)
    }

    @Test func `nothing is moved shortly before the window`() throws {
        let open = close + 2880 - 60
        #expect(try compact(at: open - 60) == .forbidden)
    }
}
