import FilecoinTypes
import ServiceKit

/// What the loops of the engine know of one another.
///
/// A wake time stays noted until its loop has acted on it, so that a clock that jumped sees that the loop is due
/// although it has not run yet.
struct EngineState: Sendable {
    /// A head that messages are to be selected at.
    struct Selection: Sendable {
        let head: Tipset
        let time: ProtocolTime
    }

    /// The length of an epoch; nil until the node has said it.
    var blockDelay: Duration?
    /// The newest head that messages were brought up to.
    var head: Tipset?
    /// When it was.
    var headSince: ProtocolTime?
    /// Counts the heads.
    var headCount: UInt64 = 0
    /// Senders whose selection is under way.
    var busy: Set<Address> = []

    /// The next selection, unless the newest head has had its own.
    var selection: Selection?
    var selectionWake: ProtocolTime?
    /// Whether messages wait for the chain.
    var hasOpenMessages = false
    var epochWake: ProtocolTime?
    /// Wakes the loop that asks for epochs.
    var hasNeed: AsyncStream<Void>.Continuation?

    /// Callers that wait for a head.
    var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    var nextWaiter: UInt64 = 0
    /// How many callers wait for something on the chain.
    var waitCount = 0
    /// Whether nobody processes heads any more.
    var isEnded = false

    /// Whether something needs the next epoch.
    private var needsEpoch: Bool { hasOpenMessages || waitCount > 0 }

    /// Takes the head of a selection that is due.
    mutating func takeSelection(_ now: ProtocolTime) -> Tipset? {
        selectionWake = nil
        guard let due = selection, due.time <= now else { return nil }
        selection = nil
        return due.head
    }

    /// Says when the next epoch starts, for the loop that sleeps until then; nil where nobody needs it.
    mutating func armEpoch(_ now: ProtocolTime) -> ProtocolTime? {
        epochWake = nil
        guard needsEpoch, let head, let blockDelay, blockDelay > .zero else { return nil }
        let schedule = EpochSchedule(
            genesis: ProtocolTime(seconds: Int64(clamping: head.minTimestamp)),
            blockDelay: blockDelay
        )
        return schedule.start(of: max(0, schedule.epoch(at: now)) + 1)
    }

    /// Whether every loop sleeps until a time to come.
    func isIdle(_ now: ProtocolTime) -> Bool {
        func sleeps(_ wake: ProtocolTime?) -> Bool { wake.map { $0 > now } ?? false }
        return (selection == nil || sleeps(selectionWake)) && (!needsEpoch || sleeps(epochWake))
    }
}
