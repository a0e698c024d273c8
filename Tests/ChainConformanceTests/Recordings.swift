import ActorRuntime
import ChainConformance
import FilecoinTypes
import Foundation
import StateMachine
import Synchronization
import TestSupport

extension RecordedChain {
    /// A chain of the reference recordings.
    init(named name: String) throws {
        try self.init(
            ChainFolder(
                path: Vectors.folder.appendingPathComponent("reference/lotus/\(name)").path
            )
        )
    }
}

/// Remembers what another verifier finds right.
final class RememberingProofs: ProofVerifier {
    private let proofs: any ProofVerifier
    let seals = Mutex<[SealVerifyInfo]>([])
    let windowPoSts = Mutex<[WindowPoStVerifyInfo]>([])

    init(_ proofs: any ProofVerifier) { self.proofs = proofs }

    func verify(_ seal: SealVerifyInfo) -> Bool { verify(batch: [seal])[0] }

    func verify(batch: [SealVerifyInfo]) -> [Bool] {
        let answers = proofs.verify(batch: batch)
        seals.withLock { seals in
            seals += zip(batch, answers).compactMap { $1 ? $0 : nil }
        }
        return answers
    }

    func verify(_ aggregate: AggregateSealVerifyInfo) -> Bool { proofs.verify(aggregate) }
    func verify(_ update: ReplicaUpdateInfo) -> Bool { proofs.verify(update) }

    func verify(_ post: WindowPoStVerifyInfo) -> Bool {
        let isRight = proofs.verify(post)
        if isRight { windowPoSts.withLock { $0.append(post) } }
        return isRight
    }
}
