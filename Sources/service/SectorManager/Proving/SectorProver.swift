import Bytes
import BuiltinActors
import BitFields
import CProcess
import EventLoop
import FilecoinTypes
import Foundation
import Multiformats
import StorageCircuits
import StorageProofs
import Synchronization
import VenusAPI

/// Why a proof could not be made.
struct ProvingFailure: Error, Sendable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Proves with the files of sectors, on threads of its own.
///
/// WindowPoSts wait for one another; a WinningPoSt waits for no WindowPoSt, since its block has seconds.
final class SectorProver: WindowProver {
    private let miner: ActorID
    private let stores: SectorStores
    private let prover: PoStProver
    private let keys: VerifyingKeySet
    private let windowThread = ComputePool(threads: 1)
    private let winningThread = ComputePool(threads: 1)
    /// How many WinningPoSts were asked for.
    private let winningRequests = Atomic<UInt64>(0)

    init(
        miner: ActorID,
        stores: SectorStores,
        parameters: ParameterStore,
        keys: VerifyingKeySet,
        threads: Int
    ) {
        self.miner = miner
        self.stores = stores
        self.keys = keys
        prover = PoStProver(store: parameters, threads: threads)
    }

    /// Loads what proofs of a sector size need, so that the first one is not late.
    ///
    /// - Throws: `ParameterError` for missing or wrong files.
    func warmUp(_ size: SectorSize) async throws {
        let store = prover.store
        try await windowThread.run {
            guard let winning = FallbackPoStParameters.winning(sectorSize: size.bytes),
                let window = FallbackPoStParameters.window(sectorSize: size.bytes)
            else { throw ParameterError.unknownSectorSize(size.bytes) }
            _ = try store.provingKey(winning)
            _ = try store.provingKey(window)
            venus_return_free_memory()
        }
    }

    // MARK: - WinningPoSt

    /// Proves the sectors that a block must prove: one, on every network.
    ///
    /// A request that still waits for its turn when a newer one comes is refused: its block is too late, and
    /// on a machine that is too busy for a while the line would grow and never end.
    func winning(_ sectors: [ExtendedSectorInfo], randomness: [UInt8]) async throws -> [PoStProof] {
        let number = winningRequests.add(1, ordering: .relaxed).newValue
        return try await winningThread.run { [self] in
            guard number == winningRequests.load(ordering: .relaxed) else {
                throw ProvingFailure("the proof of a newer block was asked for before this began")
            }
            defer { venus_return_free_memory() }
            return try winningNow(sectors, randomness)
        }
    }

    private func winningNow(
        _ sectors: [ExtendedSectorInfo],
        _ randomness: [UInt8]
    ) throws -> [PoStProof] {
        guard let draw = Bytes32(randomness) else {
            throw ProvingFailure("the randomness has \(randomness.count) bytes instead of 32")
        }
        guard let info = sectors.first, sectors.count == 1 else {
            throw ProvingFailure("a WinningPoSt covers one sector, not \(sectors.count)")
        }
        guard
            let parameters = info.sealProof.sectorSize.flatMap({
                SectorParameters.of(sectorSize: $0.bytes)
            }),
            let type = info.sealProof.winningPoStProof
        else { throw ProvingFailure("\(info.sealProof) is no type of seal proof") }
        let sector = try locate(
            info.sectorNumber,
            info.sealedCID,
            isUpdated: info.sectorKey != nil,
            parameters
        )
        let masked = PoStChallenges.masked(draw)
        let vanilla = try PoStSectorProof(
            sector,
            challenges: PoStChallenges.winning(
                randomness: masked,
                sector: sector.number,
                parameters: parameters
            ),
            parameters: parameters
        )
        let size = parameters.sectorSize
        let bytes = try prover.proveWinning(vanilla, sectorSize: size)
        guard
            try keys.verifiesWinning(
                bytes,
                sectorSize: size,
                randomness: masked,
                sector: SectorCommitment(number: sector.number, commR: sector.commR)
            )
        else { throw ProvingFailure("the WinningPoSt of sector \(sector.number) does not verify") }
        return [PoStProof(postProof: type, proofBytes: bytes)]
    }

    // MARK: - Files

    /// Finds a sector's files and checks what a look at them tells: that they are there, and their sizes.
    private func locate(
        _ number: SectorNumber,
        _ sealedCID: CID,
        isUpdated: Bool,
        _ parameters: SectorParameters
    ) throws -> PoStSector {
        let id = SectorID(miner: miner, number: number)
        let (replica, cache) = stores.locate(id, isUpdated: isUpdated)
        guard let replica else {
            throw ProvingFailure("no store has the replica of \(id.storageName)")
        }
        guard let cache else { throw ProvingFailure("no store has the cache of \(id.storageName)") }
        let attributes = try FileManager.default.attributesOfItem(atPath: replica)
        let bytes = (attributes[.size] as? NSNumber)?.uint64Value ?? 0
        guard bytes == parameters.sectorSize else {
            throw ProvingFailure(
                "\(replica) has \(bytes) bytes instead of \(parameters.sectorSize)"
            )
        }
        let trees = SealFiles.baseTrees(SealFiles.treeRLast, parameters.tree).map(SealFiles.store)
        for name in [SealFiles.persistentAux, SealFiles.temporaryAux] + trees {
            let path = SealFiles.path(cache, name)
            guard FileManager.default.fileExists(atPath: path) else {
                throw ProvingFailure("there is no \(path)")
            }
        }
        guard let commR = Bytes32(try sealedCID.commitment(.sealed)) else {
            throw ProvingFailure("\(sealedCID) is no commitment")
        }
        return PoStSector(number: number.rawValue, commR: commR, replica: replica, cache: cache)
    }

    private func locate(_ info: SectorOnChainResult) throws -> (PoStSector, SectorParameters) {
        guard let size = info.sealProof.sectorSize,
            let parameters = SectorParameters.of(sectorSize: size.bytes)
        else { throw ProvingFailure("\(info.sealProof) is no type of seal proof") }
        let sector = try locate(
            info.sectorNumber,
            info.sealedCID,
            isUpdated: info.sectorKeyCID != nil,
            parameters
        )
        return (sector, parameters)
    }

    func check(_ sectors: [SectorOnChainResult]) async -> [SectorNumber: String] {
        await check(sectors, isThorough: false)
    }

    /// Looks at the files of sectors.
    ///
    /// A thorough check opens a leaf of each, so that replica, tree and commitment must belong together.
    ///
    /// - Returns: What is wrong, for each sector that cannot be proven.
    func check(
        _ sectors: [SectorOnChainResult],
        isThorough: Bool
    ) async -> [SectorNumber: String] {
        await BlockingPool.shared.run { [self] in
            var bad: [SectorNumber: String] = [:]
            for info in sectors {
                do {
                    let (sector, parameters) = try locate(info)
                    guard isThorough else { continue }
                    let leaf = Int.random(in: 0..<parameters.nodes)
                    _ = try PoStSectorProof(sector, challenges: [leaf], parameters: parameters)
                } catch { bad[info.sectorNumber] = "\(error)" }
            }
            return bad
        }
    }

    // MARK: - WindowPoSt

    func prove(_ request: WindowProofRequest) async throws -> ProofOutcome {
        try await windowThread.run { [self] in
            // Some milliseconds for tens of megabytes that only proofs need.
            defer { venus_return_free_memory() }
            return try proveNow(request)
        }
    }

    private func proveNow(_ request: WindowProofRequest) throws -> ProofOutcome {
        guard let draw = Bytes32(request.randomness),
            let parameters = SectorParameters.of(request.type)
        else {
            throw ProvingFailure("\(request.type) is no WindowPoSt, or the randomness is short")
        }
        let randomness = PoStChallenges.masked(draw)
        var problems: [UInt64: String] = [:]
        var sectors: [PoStSector] = []
        for info in request.sectors.values.joined() {
            do { sectors.append(try locate(info).0) } catch {
                problems[info.sectorNumber.rawValue] = "\(error)"
            }
        }
        sectors.sort { $0.number < $1.number }
        let vanilla = open(&sectors, &problems, request.type, randomness, parameters)

        var outcome = ProofOutcome(proof: nil)
        let good = Set(sectors.map(\.number))
        for (index, all) in request.sectors.sorted(by: { $0.key < $1.key }) {
            let numbers = all.map(\.sectorNumber.rawValue)
            let skipped = numbers.filter { !good.contains($0) }.sorted()
            if skipped.count == numbers.count {
                outcome.omitted.append(index)
            } else {
                outcome.partitions.append(PoStPartition(index: index, skipped: BitField(skipped)))
            }
        }
        outcome.problems = problems.sorted { $0.key < $1.key }.map { "sector \($0): \($1)" }
        guard !vanilla.isEmpty else { return outcome }
        let size = parameters.sectorSize
        let bytes = try prover.proveWindow(vanilla, sectorSize: size)
        guard
            try keys.verifiesWindow(
                bytes,
                sectorSize: size,
                version: request.type.proofVersion,
                randomness: randomness,
                sectors: sectors.map { SectorCommitment(number: $0.number, commR: $0.commR) }
            )
        else { throw ProvingFailure("the WindowPoSt does not verify") }
        outcome.proof = PoStProof(postProof: request.type, proofBytes: bytes)
        return outcome
    }

    /// Opens the challenged leaves of all sectors, and takes out those that cannot be opened.
    ///
    /// A sector's challenges depend on its place among the good ones, so the others are opened again when one
    /// falls out.
    private func open(
        _ sectors: inout [PoStSector],
        _ problems: inout [UInt64: String],
        _ type: RegisteredPoStProof,
        _ randomness: Bytes32,
        _ parameters: SectorParameters
    ) -> [PoStSectorProof] {
        while true {
            let all = sectors
            let opened = Mutex<[Int: Result<PoStSectorProof, SealError>]>([:])
            ParallelWork.forEachRange(of: all.count, grain: 1, threads: prover.threads) { range in
                for position in range {
                    let result = Result { () throws(SealError) in
                        try PoStSectorProof(
                            all[position],
                            challenges: PoStChallenges.window(
                                randomness: randomness,
                                sector: all[position].number,
                                position: position,
                                version: type.proofVersion,
                                parameters: parameters
                            ),
                            parameters: parameters
                        )
                    }
                    opened.withLock { $0[position] = result }
                }
            }
            var proofs: [PoStSectorProof] = []
            var good: [PoStSector] = []
            for position in all.indices {
                switch opened.withLock({ $0[position] }) {
                case .success(let proof):
                    proofs.append(proof)
                    good.append(all[position])
                case .failure(let error): problems[all[position].number] = "\(error)"
                case nil: problems[all[position].number] = "not opened"
                }
            }
            sectors = good
            if good.count == all.count { return proofs }
        }
    }
}
