import BuiltinActors
import FilecoinTypes
import Testing

/// A new worker key counts 900 epochs after it was named, and no other can be named meanwhile.
///
/// Rule: specs-actors v7, `ChangeWorkerAddress`, `ConfirmUpdateWorkerKey`, `WorkerKeyChangeDelay`.
@Suite struct WorkerChangeTests {
    @Test func `the first named key becomes the worker after 900 epochs`() throws {
        let world = try RuleWorld()
        let miner = try world.createMiner()
        let start = world.epoch
        func name(_ worker: ActorID) throws {
            let change = ChangeWorkerAddressParameters(
                newWorker: .id(worker),
                newControlAddresses: [.id(RuleWorld.other)]
            )
            try world.send(3, to: miner, from: RuleWorld.owner, change)
        }
        func info() throws -> MinerInfo {
            try world.state(of: miner, as: MinerState.self).loadInfo(world.store)
        }
        try name(RuleWorld.client)
        // Control addresses change at once.
        #expect(try info().controlAddresses == [.id(RuleWorld.other)])
        world.epoch = start + 500
        try name(RuleWorld.reporter)

        world.epoch = start + 899
        try world.send(21, to: miner, from: RuleWorld.owner)
        #expect(try info().worker == .id(RuleWorld.owner))
        world.epoch = start + 900
        try world.send(21, to: miner, from: RuleWorld.owner)
        #expect(try info().worker == .id(RuleWorld.client))
        #expect(try info().pendingWorkerKey == nil)
    }
}
