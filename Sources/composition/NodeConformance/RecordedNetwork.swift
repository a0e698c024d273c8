import ActorRuntime
import BigIntegers
import Consensus
import CBOR
import FilecoinTypes
import Hashing
import Multiformats
import NetworkParameters

// The network that recorded chains come from: its beacon and its proofs are mocks, which must stay out of
// every service.

/// The beacon of lotus's test networks: round `epoch + 100`, no signature.
struct MockBeacon: RandomBeacon, BeaconSource {
    private static let offset: UInt64 = 100

    var isChained: Bool { true }

    func round(at epoch: ChainEpoch) -> UInt64 {
        UInt64(bitPattern: epoch.rawValue) &+ Self.offset
    }

    func entry(round: UInt64) -> BeaconEntry {
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: round >> (56 - 8 * $0)) }
        return BeaconEntry(round: round, data: BLAKE2b.hash256(bytes))
    }

    func verify(_ entry: BeaconEntry, previous: BeaconEntry) throws(BeaconFault) {
        guard entry.data == self.entry(round: entry.round).data else {
            throw .invalid(round: entry.round, "not the mock's entry")
        }
    }
}

/// The proofs of lotus's test networks.
final class MockProofs: ProofVerifier, WinningPoStVerifier {
    func verify(_ claim: WinningPoStClaim) -> Bool { true }

    func challengedSectors(miner: ActorID, randomness: [UInt8], count: UInt64) -> [UInt64] { [0] }

    func verify(_ post: WindowPoStVerifyInfo) -> Bool {
        guard post.proofs.count == 1, post.randomness.count == 32 else { return false }
        var bytes = post.randomness
        bytes[31] &= 0x3f
        for sector in post.challengedSectors { bytes += sector.cborBytes() }
        return post.proofs[0].proofBytes == SHA256.hash(bytes)
    }

    func verify(_ seal: SealVerifyInfo) -> Bool {
        guard seal.proof.count == 192, seal.interactiveRandomness.count == 32,
            seal.randomness.count == 32
        else { return false }
        let expected = Self.sealBytes(
            unsealed: seal.unsealedCID,
            sealed: seal.sealedCID,
            interactive: seal.interactiveRandomness,
            randomness: seal.randomness
        )
        return Array(seal.proof.prefix(32)) == expected
    }

    func verify(_ aggregate: AggregateSealVerifyInfo) -> Bool {
        var sum = [UInt8](repeating: 0, count: 32)
        for (index, seal) in aggregate.seals.enumerated() {
            let bytes = Self.sealBytes(
                unsealed: seal.unsealedCID,
                sealed: seal.sealedCID,
                interactive: seal.interactiveRandomness,
                randomness: seal.randomness
            )
            for place in 0..<32 { sum[place] &+= bytes[place] &* UInt8(truncatingIfNeeded: index) }
        }
        return Array(aggregate.proof.prefix(32)) == sum
    }

    func verify(_ update: ReplicaUpdateInfo) -> Bool { true }

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

extension NetworkParameters {
    /// The network of the recorded chains.
    static let recorded: NetworkParameters = {
        var parameters = NetworkParameters.twoKiB
        parameters.beacons = []
        // lotus needs some height for what comes after actors v7.
        let later: [NetworkUpgrade] = [
            .skyr, .shark, .hygge, .lightning, .thunder, .watermelon, .dragon, .phoenix, .waffle,
            .tukTuk, .teep, .tock, .goldenWeek, .fireHorse, .xx,
        ]
        var height: ChainEpoch = 9_000_000
        for upgrade in later {
            // Phoenix and Waffle share one.
            if upgrade != .waffle { height = height + 1 }
            parameters.upgrades[upgrade] = height
        }
        return parameters
    }()
}
