package import ActorRuntime
internal import Bytes
internal import FilecoinTypes
internal import Multiformats
package import StorageCircuits
internal import StorageProofs

/// Verifies the proofs in messages with the verifying keys of the network.
///
/// Proofs of replication and WindowPoSts. There are no circuits for aggregated seals and replica updates here:
/// those are refused, so a chain that relies on them cannot be followed.
package final class CircuitMessageProofs: ProofVerifier {
    private let keys: VerifyingKeySet
    private let threadCount: Int
    private let report: @Sendable (String) -> Void

    /// Judges by `keys`, on up to `threadCount` threads.
    ///
    /// `report` is called with the reason for each proof that is refused for want of a key.
    package init(
        _ keys: VerifyingKeySet,
        threadCount: Int = 1,
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.keys = keys
        self.threadCount = threadCount
        self.report = report
    }

    /// What a check gave; false, with a report, where there is no key.
    private func judged(_ check: () throws(PoStInputError) -> Bool) -> Bool {
        do throws(PoStInputError) { return try check() } catch {
            if case .noVerifyingKey = error { report("\(error)") }
            return false
        }
    }

    // MARK: - Replication

    package func verify(_ seal: SealVerifyInfo) -> Bool {
        guard let statement = Self.statement(seal) else { return false }
        return judged { () throws(PoStInputError) in
            try keys.verifiesSeal(seal.proof, statement, threads: threadCount)
        }
    }

    package func verify(batch: [SealVerifyInfo]) -> [Bool] {
        let statements = batch.map(Self.statement)
        let rows = zip(batch, statements).compactMap { seal, statement in
            statement.map { (proof: seal.proof, statement: $0) }
        }
        // Sound proofs cost less together; if one is not, each is looked at alone.
        if batch.count > 1, rows.count == batch.count,
            (try? keys.verifiesSeals(rows, threads: threadCount)) == true
        {
            return batch.map { _ in true }
        }
        return batch.map { verify($0) }
    }

    private static func statement(_ seal: SealVerifyInfo) -> SealStatement? {
        guard let configuration = PoRepConfiguration(seal.sealProof),
            let ticket = Bytes32(seal.randomness), let seed = Bytes32(seal.interactiveRandomness),
            let unsealed = try? seal.unsealedCID.commitment(.unsealed),
            let sealed = try? seal.sealedCID.commitment(.sealed),
            let commD = Bytes32(unsealed), let commR = Bytes32(sealed)
        else { return nil }
        let input = SealInput(
            configuration: configuration,
            minerID: seal.sector.miner.rawValue,
            sector: seal.sector.number.rawValue,
            ticket: ticket
        )
        return SealStatement(input: input, commD: commD, commR: commR, seed: seed)
    }

    package func verify(_ aggregate: AggregateSealVerifyInfo) -> Bool { false }

    package func verify(_ update: ReplicaUpdateInfo) -> Bool { false }

    // MARK: - Space-time

    package func verify(_ post: WindowPoStVerifyInfo) -> Bool {
        // The reference takes the size from the sectors and joins the bytes of all proofs.
        guard let size = post.challengedSectors.first?.sealProof.sectorSize,
            let type = post.proofs.first?.postProof, type.sectorSize == size,
            let randomness = Bytes32(post.randomness)
        else { return false }
        // The proofs library keeps sectors in a map: those that stand in for skipped ones count once.
        var sectors: [SectorNumber: SectorCommitment] = [:]
        for sector in post.challengedSectors {
            guard sector.sealProof.sectorSize == size,
                let commitment = try? sector.sealedCID.commitment(.sealed),
                let commR = Bytes32(commitment)
            else { return false }
            sectors[sector.sectorNumber] = SectorCommitment(
                number: sector.sectorNumber.rawValue,
                commR: commR
            )
        }
        let ordered = sectors.values.sorted { $0.number < $1.number }
        return judged { () throws(PoStInputError) in
            try keys.verifiesWindow(
                post.proofs.flatMap(\.proofBytes),
                sectorSize: size.rawValue,
                version: type.proofVersion,
                randomness: PoStChallenges.masked(randomness),
                sectors: ordered,
                threads: threadCount
            )
        }
    }
}
