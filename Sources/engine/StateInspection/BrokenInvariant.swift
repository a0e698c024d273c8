package import ActorRuntime
package import FilecoinTypes

/// A rule of the actors' states that a state breaks.
package struct BrokenInvariant: Hashable, Sendable, CustomStringConvertible {
    /// The actor whose state breaks it; nil if the tree as a whole does.
    package let actor: ActorID?
    /// What the actor is.
    package let kind: ActorKind?
    /// What is wrong, after the place in the state.
    package let text: String
    /// Whether states that the reference's actors leave behind break this rule too.
    ///
    /// Its own checker complains as well: about a miner that was rewarded without ever having committed
    /// anything, which locks funds although no deadline cron runs; about an open payment channel with a least
    /// epoch of settling; about a lane that a voucher over nothing opened; and, after genesis, about the rounding of the first baseline, about keys that have IDs
    /// of singletons and about a reserve that is locked for ever.
    package let isKnown: Bool

    package var description: String {
        let subject = actor.map { "\(Address.id($0)) \(kind?.rawValue ?? "unknown"): " } ?? ""
        return subject + text
    }
}

/// Collects broken invariants, each with the place in the state where it was found.
struct Findings {
    private(set) var broken: [BrokenInvariant] = []
    private var actor: ActorID?
    private var kind: ActorKind?
    private var places: [String] = []

    /// Adds a rule that is broken.
    mutating func add(_ text: String, isKnown: Bool = false) {
        broken.append(
            BrokenInvariant(
                actor: actor,
                kind: kind,
                text: (places + [text]).joined(separator: ": "),
                isKnown: isKnown
            )
        )
    }

    /// Adds the rule unless it holds.
    mutating func require(_ holds: Bool, _ text: @autoclosure () -> String) {
        if !holds { add(text()) }
    }

    /// Checks something inside a place.
    mutating func within<Result>(
        _ place: String,
        _ body: (inout Findings) -> Result
    ) -> Result {
        places.append(place)
        defer { places.removeLast() }
        return body(&self)
    }

    /// Checks the state of an actor.
    mutating func inside<Result>(
        _ actor: ActorID,
        _ kind: ActorKind?,
        _ body: (inout Findings) -> Result
    ) -> Result {
        self.actor = actor
        self.kind = kind
        defer {
            self.actor = nil
            self.kind = nil
        }
        return body(&self)
    }

    /// Reads a part of a state; one that cannot be read is a broken invariant.
    mutating func reading<Value>(
        _ what: @autoclosure () -> String,
        _ body: () throws(ActorError) -> Value
    ) -> Value? {
        do { return try body() } catch {
            add("cannot read \(what()): \(error.message)")
            return nil
        }
    }
}
