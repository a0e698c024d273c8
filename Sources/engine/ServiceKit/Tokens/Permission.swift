/// The level of a token: what its owner may do, each including those before it.
package enum Permission: String, Sendable, CaseIterable, Comparable {
    /// Look.
    case read
    /// Change what belongs to the caller.
    case write
    /// Have something signed.
    case sign
    /// Everything else: keys, tokens, users.
    case admin

    package static func < (a: Permission, b: Permission) -> Bool { a.order < b.order }

    private var order: Int {
        switch self {
        case .read: 0
        case .write: 1
        case .sign: 2
        case .admin: 3
        }
    }

    /// The bit that stands for the level in a set of them.
    fileprivate var bit: UInt8 { 1 << UInt8(order) }

    /// This level and those below it, lowest first: what a token of this level grants.
    package var granted: [Permission] { Self.allCases.filter { $0 <= self } }
}

/// Who calls and what they may do, as a verified token says.
package struct Caller: Hashable, Sendable {
    /// The user of the token; empty for a token of the `Allow` family, which names nobody.
    package let name: String
    /// A bit for each level that the token grants: looked at in every call.
    private let grants: UInt8

    package init(name: String, permissions: Set<Permission>) {
        self.name = name
        grants = permissions.reduce(0) { $0 | $1.bit }
    }

    /// What the token grants; empty for a token whose level is none of ours.
    package var permissions: Set<Permission> { Set(Permission.allCases.filter(may)) }

    /// A caller with the level of a token of the auth family.
    ///
    /// A text that is none of the four levels grants nothing.
    package init(name: String, level: String) {
        self.name = name
        grants = Permission(rawValue: level).map { ($0.bit << 1) - 1 } ?? 0
    }

    /// A caller with a level and all levels below it.
    package init(name: String, level: Permission) {
        self.name = name
        // The level's own bit and all below it.
        grants = (level.bit << 1) - 1
    }

    /// Whether the token grants a level; `admin` alone does not imply `read`.
    package func may(_ level: Permission) -> Bool { grants & level.bit != 0 }
}
