import ActorRuntime
import Bytes
import FilecoinTypes
import Multiformats
import StorageCircuits
import StorageProofs

/// Verifies the proofs in messages with the network's verifying keys.
///
/// Proofs of replication are not verified yet: there are no circuits for them, so none is accepted.
final class CircuitProofs: ProofVerifier {
    private let keys: VerifyingKeySet

    init(_ keys: VerifyingKeySet) { self.keys = keys }

    func verify(_ seal: SealVerifyInfo) -> Bool { false }

    func verify(_ aggregate: AggregateSealVerifyInfo) -> Bool { false }

    func verify(_ update: ReplicaUpdateInfo) -> Bool { false }

    func verify(_ post: WindowPoStVerifyInfo) -> Bool {
        guard let type = post.proofs.first?.postProof, let size = type.sectorSize,
            let randomness = Bytes32(post.randomness)
        else { return false }
        var sectors: [SectorCommitment] = []
        for sector in post.challengedSectors {
            guard let commitment = try? sector.sealedCID.commitment(.sealed),
                let commR = Bytes32(commitment)
            else { return false }
            sectors.append(SectorCommitment(number: sector.sectorNumber.rawValue, commR: commR))
        }
        let isRight = try? keys.verifiesWindow(
            post.proofs.flatMap(\.proofBytes),
            sectorSize: size.rawValue,
            version: type.proofVersion,
            randomness: PoStChallenges.masked(randomness),
            sectors: sectors
        )
        return isRight ?? false
    }
}
