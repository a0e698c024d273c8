internal import BuiltinActors
internal import FilecoinTypes
internal import Multiformats

/// Parts of states that were checked and found right, so that they are not checked again.
///
/// For whoever checks many states of one history: parts are known by their CIDs, and most of them are the same
/// from one message to the next. Not `Sendable`: one history owns it.
package final class VerifiedParts {
    /// All that the check of a deadline reads.
    struct DeadlineKey: Hashable {
        let deadline: CID
        let sectors: CID
        let grid: QuantSpec
        let size: SectorSize
    }

    /// How many parts are remembered at most.
    private static let limit = 20_000

    private var deadlines: [DeadlineKey: PowerPair] = [:]

    /// Remembers nothing yet.
    package init() {}

    /// The active power of a deadline that was found right.
    subscript(key: DeadlineKey) -> PowerPair? {
        get { deadlines[key] }
        set {
            if deadlines.count >= Self.limit { deadlines.removeAll(keepingCapacity: true) }
            deadlines[key] = newValue
        }
    }
}
