import ActorRuntime
import BigIntegers
import BitFields
import BuiltinActors
import Bytes
import ChainStore
import FilecoinTypes
import JSON
import JSONRPC
import ServiceKit
import Multiformats
import StateMachine
import StateView
import VenusAPI

/// The methods that read a miner's state: keys, power, deadlines, sectors.
struct MinerStateAPI: Sendable {
    let reader: ChainReader

    func register(on api: inout RPCService, _ version: NodeAPIVersion) {
        registerInfo(on: &api)
        registerDeadlines(on: &api)
        registerSectors(on: &api)
        registerSingleSectors(on: &api, version)
    }

    // MARK: - The miner

    private func registerInfo(on api: inout RPCService) {
        let reader = reader
        api.on(StateMinerInfo.self, need: .read) { _, address, key in
            try await reader.miner(address, key) { miner, _ in
                MinerInfoResult(try miner.info())
            }
        }
        api.on(StateMinerPower.self, need: .read) { _, address, key in
            try await reader.at(key) { chain, tipset in
                let view = try chain.parentView(of: tipset)
                let power = try view.powerState()
                let claim = try view.claim(of: address)
                let hasMinimum =
                    try claim != nil
                    && view.meetsConsensusMinimum(address, policy: ActorPolicy(chain.parameters))
                return MinerPowerResult(
                    minerPower: PowerClaimResult(
                        rawBytePower: TokenAmount(attoFIL: claim?.rawBytePower ?? 0),
                        qualityAdjustedPower: TokenAmount(
                            attoFIL: claim?.qualityAdjustedPower ?? 0
                        )
                    ),
                    totalPower: PowerClaimResult(
                        rawBytePower: TokenAmount(attoFIL: power.totalRawBytePower),
                        qualityAdjustedPower: TokenAmount(
                            attoFIL: power.totalQualityAdjustedPower
                        )
                    ),
                    hasMinPower: hasMinimum
                )
            }
        }
        api.on(StateMinerAvailableBalance.self, need: .read) { _, address, key in
            try await reader.miner(address, key) { miner, tipset in
                try miner.availableBalance(at: tipset.height)
            }
        }
    }

    // MARK: - Deadlines

    private func registerDeadlines(on api: inout RPCService) {
        let reader = reader
        api.on(StateMinerProvingDeadline.self, need: .read) { _, address, key in
            try await reader.miner(address, key) { miner, tipset in
                ProvingDeadlineResult(
                    miner.state.recordedDeadlineInfo(at: tipset.height).nextNotElapsed
                )
            }
        }
        api.on(StateMinerDeadlines.self, need: .read) { _, address, key in
            try await reader.miner(address, key) { miner, _ in
                try miner.deadlines().map { deadline, _ in
                    DeadlineResult(
                        postSubmissions: BitFieldRuns(deadline.partitionsPoSted),
                        disputableProofCount: try deadline.disputableProofCount(
                            in: reader.actorStore
                        ),
                        dailyFee: .zero
                    )
                }
            }
        }
        api.on(StateMinerPartitions.self, need: .read) { _, address, index, key in
            try await reader.miner(address, key) { miner, _ in
                let partitions = try miner.partitions(of: try miner.deadline(index))
                return partitions.isEmpty
                    ? nil
                    : partitions.map { partition in
                        PartitionResult(
                            allSectors: BitFieldRuns(partition.sectors),
                            faultySectors: BitFieldRuns(partition.faults),
                            recoveringSectors: BitFieldRuns(partition.recoveries),
                            liveSectors: BitFieldRuns(partition.liveSectors),
                            activeSectors: BitFieldRuns(partition.activeSectors)
                        )
                    }
            }
        }
        api.on(StateMinerFaults.self, need: .read) { _, address, key in
            try await reader.miner(address, key) { miner, _ in
                BitFieldRuns(try miner.allPartitions(\.faults))
            }
        }
        api.on(StateMinerRecoveries.self, need: .read) { _, address, key in
            try await reader.miner(address, key) { miner, _ in
                BitFieldRuns(try miner.allPartitions(\.recoveries))
            }
        }
    }

    // MARK: - Sectors

    private func registerSectors(on api: inout RPCService) {
        let reader = reader
        api.on(StateMinerSectors.self, need: .read) { _, address, numbers, key in
            try await reader.miner(address, key) { miner, _ in
                do {
                    let sectors = try miner.sectors(numbers?.field)
                    return sectors.isEmpty && numbers == nil
                        ? nil : sectors.map(SectorOnChainResult.init)
                } catch {
                    guard let field = numbers?.field else { throw error }
                    for number in field.bits where try miner.sector(SectorNumber(number)) == nil {
                        throw RPCError("failed to load sectors: can't find sector \(number)")
                    }
                    throw error
                }
            }
        }
        api.on(StateMinerActiveSectors.self, need: .read) { _, address, key in
            try await reader.miner(address, key) { miner, _ in
                try miner.sectors(try miner.activeSectors()).map(SectorOnChainResult.init)
            }
        }
        api.on(StateMinerSectorCount.self, need: .read) { _, address, key in
            try await reader.miner(address, key, isExplained: false) { miner, _ in
                var result = MinerSectorsResult(live: 0, active: 0, faulty: 0)
                for (_, partitions) in try miner.deadlines() {
                    for partition in partitions {
                        result.live += partition.liveSectors.count
                        result.active += partition.activeSectors.count
                        result.faulty += partition.faults.count
                    }
                }
                return result
            }
        }
        api.on(StateMinerSectorAllocated.self, need: .read) { _, address, number, key in
            try await reader.state(key) { view, _ in
                let allocated: BitField = try view.store.get(
                    try view.miner(address).state.allocatedSectors
                )
                return allocated.contains(number.rawValue)
            }
        }
        api.on(StateMinerAllocated.self, need: .read) { _, address, key in
            try await reader.state(key) { view, _ in
                let allocated: BitField = try view.store.get(
                    try view.miner(address).state.allocatedSectors
                )
                return BitFieldRuns(allocated)
            }
        }
    }

    private func registerSingleSectors(on api: inout RPCService, _ version: NodeAPIVersion) {
        let reader = reader
        api.on(StateSectorGetInfo.self, need: .read) { _, address, number, key in
            try await reader.miner(address, key) { miner, _ in
                try miner.sector(number).map(SectorOnChainResult.init)
            }
        }
        switch version {
        case .v1:
            api.on(StateSectorPreCommitInfo.self, need: .read) { _, address, number, key in
                try await reader.miner(address, key) { miner, _ in
                    try miner.preCommit(number).map(SectorPreCommitOnChainResult.init)
                }
            }
        case .v0:
            api.on(StateSectorPreCommitInfo.self, need: .read) { _, address, number, key in
                try await reader.miner(address, key) { miner, _ in
                    guard let found = try miner.preCommit(number) else {
                        throw RPCError("precommit info does not exist")
                    }
                    return SectorPreCommitOnChainResult(found)
                }
            }
        }
        api.on(StateSectorPartition.self, need: .read) { _, address, number, key in
            try await reader.miner(address, key) { miner, _ in
                for (deadline, entry) in try miner.deadlines().enumerated() {
                    for (partition, content) in entry.partitions.enumerated()
                    where content.sectors.contains(number.rawValue) {
                        return SectorLocationResult(
                            deadline: UInt64(deadline),
                            partition: UInt64(partition)
                        )
                    }
                }
                throw RPCError("sector \(number) not due at any deadline")
            }
        }
        api.on(StateSectorExpiration.self, need: .read) { _, address, number, key in
            try await reader.miner(address, key) { miner, _ in
                try miner.expiration(of: number, in: reader.actorStore)
            }
        }
    }
}
