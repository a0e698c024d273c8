public import FilecoinTypes
internal import Hashing

/// What a draw of randomness is for; keeps draws for different ends apart.
public enum RandomnessPurpose: Int64, Hashable, Sendable, CaseIterable {
    case ticketProduction = 1
    case electionProofProduction = 2
    case winningPoStChallengeSeed = 3
    case windowedPoStChallengeSeed = 4
    case sealRandomness = 5
    case interactiveSealChallengeSeed = 6
    case windowedPoStDeadlineAssignment = 7
    case marketDealCronSeed = 8
    case poStChainCommit = 9
}

/// Draws of randomness from a ticket or a beacon entry.
public enum Randomness {
    /// Returns 32 bytes: BLAKE2b-256 of purpose, digest of the base, round and entropy.
    ///
    /// | part | bytes |
    /// |---|---|
    /// | purpose | 8, big-endian, signed |
    /// | BLAKE2b-256 of the base | 32 |
    /// | round | 8, big-endian, signed |
    /// | entropy | all |
    ///
    /// - Parameters:
    ///   - base: A ticket's proof or a beacon entry's data.
    ///   - purpose: What the draw is for.
    ///   - round: The epoch it belongs to.
    ///   - entropy: What sets this draw apart from others of the same purpose and epoch.
    /// - Returns: The 32 bytes.
    public static func draw(
        base: [UInt8],
        purpose: RandomnessPurpose,
        round: ChainEpoch,
        entropy: [UInt8]
    ) -> [UInt8] {
        draw(
            baseDigest: BLAKE2b.hash256(base),
            purpose: purpose.rawValue,
            round: round,
            entropy: entropy
        )
    }

    /// The same with the digest of the base, and a purpose by its number, which actors may choose freely.
    public static func draw(
        baseDigest: [UInt8],
        purpose: Int64,
        round: ChainEpoch,
        entropy: [UInt8]
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(48 + entropy.count)
        appendBigEndian(UInt64(bitPattern: purpose), to: &bytes)
        bytes += baseDigest
        appendBigEndian(UInt64(bitPattern: round.rawValue), to: &bytes)
        bytes += entropy
        return BLAKE2b.hash256(bytes)
    }
}

/// Appends a number, the most significant byte first.
func appendBigEndian(_ value: UInt64, to bytes: inout [UInt8]) {
    for shift in stride(from: UInt64(56), through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
}
