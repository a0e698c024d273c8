import ActorRuntime
import Bytes
import CBOR
import Consensus
import FilecoinCrypto
import FilecoinTypes
import Hashing
import Multiformats
import StorageCircuits
import StorageProofs
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

/// Verifies WindowPoSts with keys, and takes lotus's word for the one proof of replication of the real chain.
final class WindowProofs: ProofVerifier {
    private let keys: VerifyingKeySet
    let verifiedCount = Atomic<Int>(0)

    init(_ keys: VerifyingKeySet) { self.keys = keys }

    func verify(_ seal: SealVerifyInfo) -> Bool { true }
    func verify(_ aggregate: AggregateSealVerifyInfo) -> Bool { false }
    func verify(_ update: ReplicaUpdateInfo) -> Bool { false }

    func verify(_ post: WindowPoStVerifyInfo) -> Bool {
        guard let randomness = Bytes32(post.randomness) else { return false }
        let sectors = post.challengedSectors.compactMap { sector in
            (try? sector.sealedCID.commitment(.sealed)).flatMap { Bytes32($0) }.map {
                SectorCommitment(number: sector.sectorNumber.rawValue, commR: $0)
            }
        }
        let isRight = try? keys.verifiesWindow(
            post.proofs.flatMap(\.proofBytes),
            sectorSize: 2048,
            version: .v1_0,
            randomness: PoStChallenges.masked(randomness),
            sectors: sectors
        )
        if isRight == true { verifiedCount.add(1, ordering: .relaxed) }
        return isRight ?? false
    }
}

/// Verifies signatures with the real algorithms.
final class KeySignatures: SignatureVerifier {
    func verify(_ signature: Signature, signer: Address, plaintext: [UInt8]) -> Bool {
        signature.verifies(plaintext, by: signer)
    }
}
