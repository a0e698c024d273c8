package import ActorRuntime
internal import BitFields
package import FilecoinTypes
package import Multiformats

// Faults that are declared, and those that the end of the window finds.
extension Deadline {
    /// Declares sectors faulty and returns how the miner's power changes.
    package mutating func recordFaults(
        _ faults: PartitionSectorMap,
        in all: inout Sectors,
        expiration: ChainEpoch,
        _ context: SectorContext
    ) throws(ActorError) -> PowerPair {
        var array = try partitionsArray(context.store)
        var powerDelta = PowerPair.zero
        var withFaults: [UInt64] = []
        for (index, numbers) in faults.sorted {
            var partition = try Self.partition(index, of: &array, loadFailure: .illegalState)
            let result = try partition.recordFaults(
                numbers,
                in: &all,
                expiration: expiration,
                context
            )
            faultyPower += result.newFaultyPower
            powerDelta += result.powerDelta
            if !result.newFaults.isEmpty { withFaults.append(index) }
            try array.set(index, partition)
        }
        do throws(ActorError) { partitions = try array.root() } catch {
            throw error.recoded(.illegalState, "failed to store partitions root")
        }
        do throws(ActorError) {
            try addExpirations(at: expiration, partitions: withFaults, context)
        } catch {
            throw error.recoded(.illegalState, "failed to update expirations for new faults")
        }
        return powerDelta
    }

    /// Declares that faulty sectors will be proven in the next window.
    package mutating func declareRecovered(
        _ recovered: PartitionSectorMap,
        in all: inout Sectors,
        _ context: SectorContext
    ) throws(ActorError) {
        var array = try partitionsArray(context.store)
        for (index, numbers) in recovered.sorted {
            var partition = try Self.partition(index, of: &array, loadFailure: .illegalState)
            do throws(ActorError) {
                try partition.declareRecovered(
                    numbers,
                    in: &all,
                    sectorSize: context.sectorSize
                )
            } catch { throw error.recoded(.illegalState, "failed to add recoveries") }
            try array.set(index, partition)
        }
        do throws(ActorError) { partitions = try array.root() } catch {
            throw error.recoded(.illegalState, "failed to store partitions root")
        }
    }

    // MARK: - The end of the window

    /// Makes unproven partitions faulty and takes the snapshots for disputes.
    ///
    /// - Returns: How the miner's power changes, and the power that pays a fee.
    package mutating func processEnd(
        faultExpiration: ChainEpoch,
        sectorsRoot: CID,
        _ context: SectorContext
    ) throws(ActorError) -> (powerDelta: PowerPair, penalizedPower: PowerPair) {
        var array = try partitionsArray(context.store)
        var powerDelta = PowerPair.zero
        var penalizedPower = PowerPair.zero
        var isDetected = false
        var rescheduled: [UInt64] = []
        for index in 0..<array.count where !partitionsPoSted.contains(index) {
            guard var partition = try array.get(index) else {
                throw .uncoded("no partition \(index)")
            }
            if partition.recoveringPower.isZero && partition.faultyPower == partition.livePower {
                continue
            }
            isDetected = true
            let missed = try partition.recordMissedPoSt(expiration: faultExpiration, context)
            if !missed.newFaultyPower.isZero { rescheduled.append(index) }
            try array.set(index, partition)
            faultyPower += missed.newFaultyPower
            powerDelta += missed.powerDelta
            penalizedPower += missed.penalizedPower
        }
        if isDetected {
            do throws(ActorError) { partitions = try array.root() } catch {
                throw error.recoded(.illegalState, "failed to store partitions")
            }
        }
        do throws(ActorError) {
            try addExpirations(at: faultExpiration, partitions: rescheduled, context)
        } catch {
            throw error.recoded(.illegalState, "failed to update deadline expiration queue")
        }
        partitionsPoSted = BitField()
        partitionsSnapshot = partitions
        optimisticPoStSubmissionsSnapshot = optimisticPoStSubmissions
        optimisticPoStSubmissions = try ADTArray<WindowedPoSt>.emptyRoot(
            in: context.store,
            bitWidth: MinerPolicy.deadlineOptimisticPoStSubmissionsBitWidth
        )
        if sectorsSnapshot != nil {
            // Sectors are kept only while there is a proof that a dispute could need them for.
            if optimisticPoStSubmissions != optimisticPoStSubmissionsSnapshot {
                sectorsSnapshot = sectorsRoot
            } else {
                sectorsSnapshot = try ADTArray<SectorOnChainInfo>.emptyRoot(
                    in: context.store,
                    bitWidth: MinerPolicy.sectorsBitWidth
                )
            }
        }
        return (powerDelta, penalizedPower)
    }
}
