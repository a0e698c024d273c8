package import Bytes
internal import Hashing

/// Which sectors and leaves a proof of space-time opens.
package enum PoStChallenges {
    /// The randomness as the proofs use it: below the field's modulus, by clearing the two top bits.
    package static func masked(_ randomness: Bytes32) -> Bytes32 {
        var masked = randomness
        // Byte 31 is the lowest byte of the last word.
        masked.word3 &= ~0xc0
        return masked
    }

    /// The place of the sector that a WinningPoSt must prove, in the miner's list of `count` sectors.
    package static func winningSector(
        proverID: Bytes32,
        randomness: Bytes32,
        count: UInt64
    ) -> UInt64? {
        guard count > 0 else { return nil }
        var preimage = proverID.bytes + randomness.bytes
        preimage.appendLittleEndian(UInt64(0))
        return SHA256.hash(preimage).leadingLittleEndian64 % count
    }

    /// One challenged leaf.
    ///
    /// - Parameters:
    ///   - randomness: The masked randomness.
    ///   - sector: The sector number.
    ///   - index: The number of the challenge within the proof, or from version 1.2 on within the sector.
    ///   - nodes: The number of nodes of the sector.
    /// - Returns: The number of the leaf.
    package static func leaf(
        randomness: Bytes32,
        sector: UInt64,
        index: UInt64,
        nodes: Int
    ) -> Int {
        var preimage = randomness.bytes
        preimage.appendLittleEndian(sector)
        preimage.appendLittleEndian(index)
        return Int(SHA256.hash(preimage).leadingLittleEndian64 % UInt64(nodes))
    }

    /// The challenged leaves of a WinningPoSt: 66 of one sector.
    package static func winning(
        randomness: Bytes32,
        sector: UInt64,
        parameters: SectorParameters
    ) -> [Int] {
        (0..<UInt64(SectorParameters.winningPoStChallenges)).map {
            leaf(randomness: randomness, sector: sector, index: $0, nodes: parameters.nodes)
        }
    }

    /// The challenged leaves of one sector of a WindowPoSt.
    ///
    /// `position` is the place of the sector in the whole proof, all partitions counted; it decides the
    /// challenges up to version 1.1 and nothing from 1.2 on.
    package static func window(
        randomness: Bytes32,
        sector: UInt64,
        position: Int,
        version: ProofVersion,
        parameters: SectorParameters
    ) -> [Int] {
        let count = SectorParameters.windowPoStChallenges
        let first = version == .v1_2 ? 0 : UInt64(position * count)
        return (0..<UInt64(count)).map {
            leaf(
                randomness: randomness,
                sector: sector,
                index: first + $0,
                nodes: parameters.nodes
            )
        }
    }
}
