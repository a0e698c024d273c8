/// The number of a sector, unique for one miner.
public struct SectorNumber: ProtocolInteger {
    /// The number, at most 2^63 - 1.
    public let rawValue: UInt64

    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// The greatest number that a sector may have.
    public static let maximum = SectorNumber(rawValue: UInt64(Int64.max))
}

/// How much a sector stores, padding included.
public struct SectorSize: ProtocolInteger {
    /// The size in bytes.
    public let rawValue: UInt64

    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// 2 KiB, for development.
    public static let kib2: SectorSize = 2048
    /// 8 MiB, for development.
    public static let mib8: SectorSize = 8_388_608
    /// 512 MiB, for test networks.
    public static let mib512: SectorSize = 536_870_912
    /// 32 GiB.
    public static let gib32: SectorSize = 34_359_738_368
    /// 64 GiB.
    public static let gib64: SectorSize = 68_719_476_736

    /// Every size that a proof exists for, smallest first.
    public static let all: [SectorSize] = [.kib2, .mib8, .mib512, .gib32, .gib64]

    /// The size in bytes.
    public var bytes: UInt64 { rawValue }

    /// The size in the largest binary unit, cut off, not rounded: `32GiB`.
    public var shortText: String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        var size = rawValue
        var unit = 0
        while size >= 1024, unit < units.count - 1 {
            size /= 1024
            unit += 1
        }
        return "\(size)\(units[unit])"
    }

    /// Reads what people type: `2KiB`, `32GiB`, or a number of bytes; upper and lower case are the same.
    public init?(text: some StringProtocol) {
        if let known = Self.all.first(where: { $0.shortText.lowercased() == text.lowercased() }) {
            self = known
        } else if let bytes = UInt64(text), let known = Self.all.first(where: { $0.bytes == bytes })
        {
            self = known
        } else {
            return nil
        }
    }
}

/// A sector of one miner.
public struct SectorID: Hashable, Comparable, Sendable {
    /// The miner's actor ID.
    public var miner: ActorID
    /// The sector's number.
    public var number: SectorNumber

    /// Names a sector.
    public init(miner: ActorID, number: SectorNumber) {
        self.miner = miner
        self.number = number
    }

    public static func < (a: Self, b: Self) -> Bool { (a.miner, a.number) < (b.miner, b.number) }

    /// The name of the sector's files: `s-t01000-7`.
    ///
    /// The letter is `t` on every network, the main network included.
    public var storageName: String { "s-t0\(miner)-\(number)" }
}
