import ActorRuntime
import CBOR
import Consensus
import FilecoinCrypto
import FilecoinTypes
import Hashing
import Multiformats
import Synchronization

/// The verifier of lotus's own tests (`chain/proofs/mock`), with which the recorded chains were made.
final class MockProofs: ProofVerifier {
    func verify(_ seal: SealVerifyInfo) -> Bool {
        guard seal.proof.count == 192 else { return false }
        let expected = Self.expected(
            sealed: seal.sealedCID,
            unsealed: seal.unsealedCID,
            interactive: seal.interactiveRandomness,
            randomness: seal.randomness
        )
        return Array(seal.proof.prefix(32)) == expected
    }

    private static func expected(
        sealed: CID,
        unsealed: CID,
        interactive: [UInt8],
        randomness: [UInt8]
    ) -> [UInt8] {
        (0..<32).map {
            unsealed.bytes[$0] &+ sealed.bytes[31 - $0] &- interactive[$0] &* randomness[$0]
        }
    }

    func verify(_ aggregate: AggregateSealVerifyInfo) -> Bool {
        var sum = [UInt8](repeating: 0, count: 32)
        for (position, seal) in aggregate.seals.enumerated() {
            let one = Self.expected(
                sealed: seal.sealedCID,
                unsealed: seal.unsealedCID,
                interactive: seal.interactiveRandomness,
                randomness: seal.randomness
            )
            for index in sum.indices {
                sum[index] &+= one[index] &* UInt8(truncatingIfNeeded: position)
            }
        }
        return Array(aggregate.proof.prefix(32)) == sum
    }

    func verify(_ update: ReplicaUpdateInfo) -> Bool { true }

    func verify(_ post: WindowPoStVerifyInfo) -> Bool {
        guard post.proofs.count == 1, !post.challengedSectors.isEmpty else { return false }
        var input = post.randomness
        if input.count == 32 { input[31] &= 0x3f }
        for sector in post.challengedSectors { input += sector.cborBytes() }
        return post.proofs[0].proofBytes == SHA256.hash(input)
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

/// Verifies signatures with the real algorithms.
final class KeySignatures: SignatureVerifier {
    func verify(_ signature: Signature, signer: Address, plaintext: [UInt8]) -> Bool {
        signature.verifies(plaintext, by: signer)
    }
}
