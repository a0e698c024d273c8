/// What a caller may do: each level includes those before it.
package enum Permission: String, Sendable, CaseIterable, Comparable {
    case read, write, sign, admin

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
    /// - Parameter level: The token's text; anything else than the four levels grants nothing.
    package init(name: String, level: String) {
        self.init(name: name, permissions: Set(Permission(rawValue: level)?.granted ?? []))
    }

    package func may(_ permission: Permission) -> Bool { permissions.contains(permission) }
}
