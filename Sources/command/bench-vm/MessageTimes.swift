import ActorRuntime
import Benchmarking
import BuiltinActors
import CBOR
import CAllocationCounter
import Conformance
import FilecoinTypes
import StateMachine

/// What the messages of a history take, by method, and what a batch of 256 pre-commitments takes in it.
final class MessageTimes: ReplayObserver {
    struct Sample {
        let seconds: Double
        let allocations: UInt64
    }

    /// Messages that succeeded.
    private(set) var samples: [String: [Sample]] = [:]
    private(set) var batch: [Sample] = []
    private var method: String = ""
    private var start: Double = 0
    private var startCount: UInt64 = 0

    func willApply(
        _ message: ChainMessage,
        method: String,
        makeMachine: () throws -> Machine
    ) throws {
        if batch.isEmpty, let message = PreCommitBatch.message(from: message, method: method) {
            batch = try PreCommitBatch.run(message, makeMachine: makeMachine)
        }
        self.method = method
        startCount = vk_allocation_count()
        start = Meter.threadProcessor.seconds()
    }

    func didApply(_ result: MessageResult) {
        let seconds = Meter.threadProcessor.seconds() - start
        guard result.receipt.exitCode.isSuccess else { return }
        let allocations = vk_allocation_count() - startCount
        samples[method, default: []].append(Sample(seconds: seconds, allocations: allocations))
    }
}

/// A batch of 256 pre-commitments, made of one that a history holds.
enum PreCommitBatch {
    static let size: Int = 256
    private static let rounds: Int = 9

    /// Turns a successful pre-commitment into a full batch of sectors that nobody has.
    static func message(from original: ChainMessage, method: String) -> ChainMessage? {
        let infos: [SectorPreCommitInfo]
        switch method {
        case "storageminer.PreCommitSector":
            guard let one = try? SectorPreCommitInfo(cborPrefixOf: original.message.params) else {
                return nil
            }
            infos = [one]
        case "storageminer.PreCommitSectorBatch":
            guard
                let several = try? PreCommitSectorBatchParameters(
                    cborPrefixOf: original.message.params
                )
            else { return nil }
            infos = several.sectors
        default:
            return nil
        }
        guard var info = infos.first(where: { $0.dealIDs.isEmpty && !$0.replaceCapacity }) else {
            return nil
        }
        let sectors = (0..<UInt64(size)).map { number in
            info.sectorNumber = SectorNumber(rawValue: 1_000_000 + number)
            return info
        }
        var message = original.message
        message.method = 25
        message.params = PreCommitSectorBatchParameters(sectors: sectors).cborBytes()
        message.gasLimit = 10_000_000_000
        return ChainMessage(message)
    }

    /// Executes the batch several times, each on a state of its own in which sender and miner are rich enough.
    ///
    /// - Returns: One sample per execution; none if this state refuses the batch.
    static func run(
        _ message: ChainMessage,
        makeMachine: () throws -> Machine
    ) throws -> [MessageTimes.Sample] {
        var samples: [MessageTimes.Sample] = []
        for _ in 0..<rounds {
            let machine = try makeMachine()
            for address in [message.message.from, message.message.to] {
                guard let id = try machine.tree.resolve(address) else { return [] }
                try machine.tree.mutate(id) { (actor) throws(ActorError) in
                    actor.balance = actor.balance + .fil(1_000_000)
                }
            }
            let startCount = vk_allocation_count()
            let start = Meter.threadProcessor.seconds()
            let result = try machine.apply(message)
            _ = try machine.tree.flush()
            let seconds = Meter.threadProcessor.seconds() - start
            guard result.receipt.exitCode.isSuccess else { return [] }
            let allocations = vk_allocation_count() - startCount
            samples.append(MessageTimes.Sample(seconds: seconds, allocations: allocations))
        }
        return samples
    }
}
