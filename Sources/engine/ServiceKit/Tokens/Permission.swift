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

    /// This level and those below it, lowest first: what a token of this level grants.
    package var granted: [Permission] { Self.allCases.filter { $0 <= self } }
}

/// Who calls and what they may do, as a verified token says.
package struct Caller: Hashable, Sendable {
    /// The user of the token; empty for a token of the `Allow` family, which names nobody.
    package let name: String
    /// What the token grants; empty for a token whose level is none of ours.
    package let permissions: Set<Permission>

    package init(name: String, permissions: Set<Permission>) {
        self.name = name
        self.permissions = permissions
    }

    /// A caller with the level of a token of the auth family.
    ///
    /// A text that is none of the four levels grants nothing.
    package init(name: String, level: String) {
        self.init(name: name, permissions: Set(Permission(rawValue: level)?.granted ?? []))
    }

    /// A caller with a level and all levels below it.
    package init(name: String, level: Permission) {
        self.init(name: name, permissions: Set(level.granted))
    }

    /// Whether the token grants a level; `admin` alone does not imply `read`.
    package func may(_ level: Permission) -> Bool { permissions.contains(level) }
}
