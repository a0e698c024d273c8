/// Which proof of spacetime a miner gives: its purpose and the size of its sectors.
public struct RegisteredPoStProof: ProtocolInteger {
    /// The number on the chain.
    public let rawValue: Int64

    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// What a proof of spacetime is for.
    public enum Purpose: Hashable, Sendable {
        /// Shows, with a block, that the winner of an election stores a sector.
        case winning
        /// Shows, once in a proving period, that a partition's sectors are stored.
        case window
    }

    /// The two forms of a WindowPoSt; the raw value is the number of the 2 KiB proof.
    public enum WindowVersion: Int64, Hashable, Sendable {
        case v1 = 5
        /// Since network version 19: the challenges of a partition no longer overlap.
        case v1_1 = 10
    }

    /// Whether the number is one of the fifteen that exist.
    public var isKnown: Bool { (0..<15).contains(rawValue) }

    /// What the proof is for; `nil` for an unknown number.
    public var purpose: Purpose? { isKnown ? (rawValue < 5 ? .winning : .window) : nil }

    /// The size of the sectors; `nil` for an unknown number.
    public var sectorSize: SectorSize? { isKnown ? SectorSize.all[Int(rawValue % 5)] : nil }

    /// The form of a WindowPoSt; `nil` for other proofs.
    public var windowVersion: WindowVersion? {
        purpose == .window ? WindowVersion(rawValue: rawValue / 5 * 5) : nil
    }

    /// How many sectors a partition of a WindowPoSt holds; `nil` for other proofs.
    public var windowPartitionSectorCount: Int? {
        guard purpose == .window, let sectorSize else { return nil }
        switch sectorSize {
        case .gib64: return 2300
        case .gib32: return 2349
        default: return 2
        }
    }

    /// The same WindowPoSt in another form; `nil` for other proofs.
    public func asWindow(_ version: WindowVersion) -> RegisteredPoStProof? {
        purpose == .window ? RegisteredPoStProof(rawValue: rawValue % 5 + version.rawValue) : nil
    }

    /// How many bytes one proof has: a Groth16 proof for each partition.
    public static let proofByteCount = 192

    public static let stackedDrgWinning2KiBV1: RegisteredPoStProof = 0
    public static let stackedDrgWinning8MiBV1: RegisteredPoStProof = 1
    public static let stackedDrgWinning512MiBV1: RegisteredPoStProof = 2
    public static let stackedDrgWinning32GiBV1: RegisteredPoStProof = 3
    public static let stackedDrgWinning64GiBV1: RegisteredPoStProof = 4
    public static let stackedDrgWindow2KiBV1: RegisteredPoStProof = 5
    public static let stackedDrgWindow8MiBV1: RegisteredPoStProof = 6
    public static let stackedDrgWindow512MiBV1: RegisteredPoStProof = 7
    public static let stackedDrgWindow32GiBV1: RegisteredPoStProof = 8
    public static let stackedDrgWindow64GiBV1: RegisteredPoStProof = 9

    /// The name in the proofs library, `StackedDrgWinning2KiBV1`, or the number.
    public var description: String {
        guard let sectorSize else { return String(rawValue) }
        let size = sectorSize.shortText
        switch windowVersion {
        case nil: return "StackedDrgWinning\(size)V1"
        case .v1: return "StackedDrgWindow\(size)V1"
        case .v1_1: return "StackedDrgWindow\(size)V1_1"
        }
    }
}

/// Which proof shows that a replica was updated with data (SnapDeals, FIP-0019).
public struct RegisteredUpdateProof: ProtocolInteger {
    /// The number on the chain: 0 for 2 KiB to 4 for 64 GiB.
    public let rawValue: Int64

    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// The size of the sector; `nil` for an unknown number.
    public var sectorSize: SectorSize? {
        (0..<5).contains(rawValue) ? SectorSize.all[Int(rawValue)] : nil
    }
}

/// How proofs of replication are aggregated (FIP-0013).
public struct RegisteredAggregationProof: ProtocolInteger {
    /// The number on the chain.
    public let rawValue: Int64

    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// SnarkPack with the transcript of network versions 13 to 15.
    public static let snarkPackV1: RegisteredAggregationProof = 0
    /// SnarkPack since network version 16.
    public static let snarkPackV2: RegisteredAggregationProof = 1
}
