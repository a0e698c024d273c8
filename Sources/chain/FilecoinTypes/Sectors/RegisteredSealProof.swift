/// How a sector was sealed: its size and the version of the proof of replication.
///
/// The numbers are those of the proofs library and of the chain and never change.
public struct RegisteredSealProof: ProtocolInteger {
    /// The number on the chain.
    public let rawValue: Int64

    public init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// The version of the construction; within each, the five sizes follow one another.
    public enum Version: Int64, CaseIterable, Hashable, Sendable {
        /// Until network version 7.
        case v1 = 0
        /// From network version 7 on: another graph seed.
        case v1_1 = 1
        /// Synthetic PoRep (FIP-0059).
        case v1_1SyntheticPoRep = 2
        /// Non-interactive PoRep (FIP-0092).
        case v1_2NonInteractivePoRep = 3
    }

    /// The proof of a version for a size; `nil` for a size that no proof exists for.
    public init?(version: Version, sectorSize: SectorSize) {
        guard let index = SectorSize.all.firstIndex(of: sectorSize) else { return nil }
        rawValue = version.rawValue * 5 + Int64(index)
    }

    /// Whether the number is one of the twenty that exist.
    public var isKnown: Bool { (0..<20).contains(rawValue) }

    /// The version; `nil` for an unknown number.
    public var version: Version? { isKnown ? Version(rawValue: rawValue / 5) : nil }

    /// The size of the sector; `nil` for an unknown number.
    public var sectorSize: SectorSize? { isKnown ? SectorSize.all[Int(rawValue % 5)] : nil }

    /// How many bytes a proof has; `nil` for an unknown number.
    public var proofByteCount: Int? {
        guard let version, let sectorSize else { return nil }
        let isLarge = sectorSize >= .gib32
        // 192 bytes for each Groth16 proof; a non-interactive proof is an aggregate.
        return switch version {
        case .v1, .v1_1, .v1_1SyntheticPoRep: isLarge ? 1920 : 192
        case .v1_2NonInteractivePoRep: isLarge ? 23_092 : 14_164
        }
    }

    /// The WinningPoSt of sectors sealed this way.
    public var winningPoStProof: RegisteredPoStProof? {
        isKnown ? RegisteredPoStProof(rawValue: rawValue % 5) : nil
    }

    /// The WindowPoSt of sectors sealed this way; `v1_1` is the form since network version 19.
    public func windowPoStProof(
        _ version: RegisteredPoStProof.WindowVersion = .v1
    )
        -> RegisteredPoStProof?
    {
        isKnown ? RegisteredPoStProof(rawValue: rawValue % 5 + version.rawValue) : nil
    }

    /// The proof of a replica update (SnapDeals) of sectors sealed this way.
    public var updateProof: RegisteredUpdateProof? {
        isKnown ? RegisteredUpdateProof(rawValue: rawValue % 5) : nil
    }

    public static let stackedDrg2KiBV1: RegisteredSealProof = 0
    public static let stackedDrg8MiBV1: RegisteredSealProof = 1
    public static let stackedDrg512MiBV1: RegisteredSealProof = 2
    public static let stackedDrg32GiBV1: RegisteredSealProof = 3
    public static let stackedDrg64GiBV1: RegisteredSealProof = 4
    public static let stackedDrg2KiBV1_1: RegisteredSealProof = 5
    public static let stackedDrg8MiBV1_1: RegisteredSealProof = 6
    public static let stackedDrg512MiBV1_1: RegisteredSealProof = 7
    public static let stackedDrg32GiBV1_1: RegisteredSealProof = 8
    public static let stackedDrg64GiBV1_1: RegisteredSealProof = 9

    /// The name in the proofs library, `StackedDrg2KiBV1_1`, or the number.
    public var description: String {
        guard let version, let sectorSize else { return String(rawValue) }
        let suffix =
            switch version {
            case .v1: "V1"
            case .v1_1: "V1_1"
            case .v1_1SyntheticPoRep: "V1_1_Feat_SyntheticPoRep"
            case .v1_2NonInteractivePoRep: "V1_2_Feat_NiPoRep"
            }
        return "StackedDrg\(sectorSize.shortText)\(suffix)"
    }

    /// Reads a name that ``description`` writes, or a known number.
    public init?(text: some StringProtocol) {
        let all = (0..<20).map { RegisteredSealProof(rawValue: $0) }
        guard
            let found = all.first(where: { $0.description == text || String($0.rawValue) == text })
        else { return nil }
        self = found
    }
}
