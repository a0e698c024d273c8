package import ActorRuntime
internal import CBOR
package import Consensus
package import FilecoinTypes
internal import Hashing
internal import Multiformats

// The network that recorded chains come from: its beacon and its proofs are mocks, which must stay out of
// every service.

/// The beacon of lotus's test networks: everybody can foresee it.
///
/// The round of an epoch is 100 more than the epoch; an entry is the BLAKE2b-256 of the round's eight bytes,
/// big-endian.
///
/// - SeeAlso: lotus, `chain/beacon/mock.go`.
package struct MockBeacon: RandomBeacon, BeaconSource {
    private static let offset: UInt64 = 100

    package init() {}

    package var isChained: Bool { true }

    package func round(at epoch: ChainEpoch) -> UInt64 {
        UInt64(bitPattern: epoch.rawValue) &+ Self.offset
    }

    /// The one entry of a round.
    package func entry(round: UInt64) -> BeaconEntry {
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: round >> (56 - 8 * $0)) }
        return BeaconEntry(round: round, data: BLAKE2b.hash256(bytes))
    }

    package func verify(_ entry: BeaconEntry, previous: BeaconEntry) throws(BeaconFault) {
        guard entry == self.entry(round: entry.round) else {
            throw .invalid(round: entry.round, "mock beacon entry was invalid!")
        }
    }
}

/// The proofs of lotus's test networks: sums and hashes of what they are about.
///
/// | proof | right if |
/// |---|---|
/// | WinningPoSt | always |
/// | WindowPoSt | one proof: SHA-256 of the randomness (two top bits cleared) and the CBOR of each sector |
/// | PoRep | 192 bytes, the first 32 computed from CIDs and randomness modulo 256 |
/// | aggregate | the first 32 bytes are the sum of those, each times its place |
/// | replica update | always |
///
/// - SeeAlso: lotus, `chain/proofs/mock`.
package final class MockProofs: ProofVerifier, WinningPoStVerifier {
    package init() {}

    package func verify(_ claim: WinningPoStClaim) -> Bool { true }

    package func challengedSectors(
        miner: ActorID,
        randomness: [UInt8],
        count: UInt64
    ) -> [UInt64] { [0] }

    package func verify(_ post: WindowPoStVerifyInfo) -> Bool {
        guard post.proofs.count == 1, post.randomness.count == 32,
            !post.challengedSectors.isEmpty
        else { return false }
        var bytes = post.randomness
        bytes[31] &= 0x3f
        for sector in post.challengedSectors { bytes += sector.cborBytes() }
        return post.proofs[0].proofBytes == SHA256.hash(bytes)
    }

    package func verify(_ seal: SealVerifyInfo) -> Bool {
        guard seal.proof.count == 192, seal.interactiveRandomness.count == 32,
            seal.randomness.count == 32
        else { return false }
        return Array(seal.proof.prefix(32)) == Self.sealBytes(seal)
    }

    package func verify(_ aggregate: AggregateSealVerifyInfo) -> Bool {
        var sum = [UInt8](repeating: 0, count: 32)
        for (index, seal) in aggregate.seals.enumerated() {
            let bytes = Self.sealBytes(
                unsealed: seal.unsealedCID,
                sealed: seal.sealedCID,
                interactive: seal.interactiveRandomness,
                randomness: seal.randomness
            )
            // The mock computes modulo 256.
            for place in 0..<32 { sum[place] &+= bytes[place] &* UInt8(truncatingIfNeeded: index) }
        }
        return Array(aggregate.proof.prefix(32)) == sum
    }

    package func verify(_ update: ReplicaUpdateInfo) -> Bool { true }

    private static func sealBytes(_ seal: SealVerifyInfo) -> [UInt8] {
        sealBytes(
            unsealed: seal.unsealedCID,
            sealed: seal.sealedCID,
            interactive: seal.interactiveRandomness,
            randomness: seal.randomness
        )
    }

    /// Arithmetic modulo 256, as the mock does it.
    private static func sealBytes(
        unsealed: CID,
        sealed: CID,
        interactive: [UInt8],
        randomness: [UInt8]
    ) -> [UInt8] {
        let first = unsealed.bytes
        let second = sealed.bytes
        return (0..<32).map { place in
            first[place] &+ second[31 - place] &- interactive[place] &* randomness[place]
        }
    }
}
