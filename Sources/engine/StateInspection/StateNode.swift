package import Multiformats

/// A part of a state, for people: a value, named parts, or a block to look into.
package indirect enum StateNode {
    /// A named part.
    package struct Part {
        package let name: String
        package let node: StateNode
    }

    /// A value without parts.
    case leaf(String)
    /// Named parts, in their order.
    case parts([Part])
    /// A block by its CID, and what is in it when somebody looks.
    case link(CID, () -> StateNode)
}

extension StateNode {
    /// The whole tree, a line for each value; `depth` levels of blocks are opened.
    package func lines(depth: Int = .max) -> [String] {
        switch self {
        case .leaf(let text): [text]
        case .parts(let parts) where parts.isEmpty: ["empty"]
        case .parts(let parts):
            parts.flatMap { part in Self.labelled(part.name, part.node.lines(depth: depth)) }
        case .link(let cid, let open):
            depth > 0 ? open().lines(depth: depth - 1) : ["\(cid)"]
        }
    }

    /// Where this tree and another differ: a line for each value, `-` before what only this one has and `+`
    /// before what only the other has.
    ///
    /// Blocks with the same CID are not opened.
    package func differences(from other: StateNode) -> [String] {
        switch (self, other) {
        case (.leaf(let a), .leaf(let b)): return a == b ? [] : ["- \(a)", "+ \(b)"]
        case (.link(let a, let openA), .link(let b, let openB)):
            return a == b ? [] : openA().differences(from: openB())
        case (.parts(let a), .parts(let b)): return Self.differences(a, b)
        default: return lines().map { "- \($0)" } + other.lines().map { "+ \($0)" }
        }
    }

    private static func differences(_ a: [Part], _ b: [Part]) -> [String] {
        let other = Dictionary(
            b.map { ($0.name, $0.node) },
            uniquingKeysWith: { first, _ in first }
        )
        var lines: [String] = []
        for part in a {
            let found =
                other[part.name].map { part.node.differences(from: $0) }
                ?? part.node.lines().map { "- \($0)" }
            if !found.isEmpty { lines += labelled(part.name, found) }
        }
        let known = Set(a.map(\.name))
        for part in b where !known.contains(part.name) {
            lines += labelled(part.name, part.node.lines().map { "+ \($0)" })
        }
        return lines
    }

    /// One line stays beside its name; more stand below it.
    private static func labelled(_ name: String, _ lines: [String]) -> [String] {
        if lines.count == 1 { return ["\(name): \(lines[0])"] }
        return ["\(name):"] + lines.map { "  \($0)" }
    }
}
