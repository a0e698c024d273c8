import BitFields
import BuiltinActors
import FilecoinTypes

/// What the runner learns.
enum ProvingEvent: Sendable {
    /// The chain has a new head.
    case head(ChainView)
    /// A proof was made for these draws, or nothing could be proven.
    case proved(ProofTask.ID, WindowDraws, ProofOutcome)
    /// A proof could not be made.
    case notProved(ProofTask.ID, WindowDraws, reason: String)
    /// Sectors of a window were looked at; those in `bad` lack something.
    case checked(ProvingWindow, sectors: BitField, bad: BitField)
    /// Sectors of a window could not be looked at.
    case notChecked(ProvingWindow)
    /// The messager has the message.
    case pushed(id: String)
    /// The messager does not have it.
    case notPushed(id: String, reason: String)
    /// What became of a message.
    case message(id: String, MessageOutcome)
}

/// What came out of proving some partitions.
struct ProofOutcome: Hashable, Sendable {
    /// Nil if no sector could be proven.
    var proof: PoStProof?
    /// The partitions that the proof covers, with the sectors that it leaves out.
    var partitions: [PoStPartition] = []
    /// The partitions of which no sector could be proven.
    var omitted: [UInt64] = []
    /// What was wrong with the sectors that were left out.
    var problems: [String] = []

    init(proof: PoStProof?) { self.proof = proof }
}

/// Where a message stands.
enum MessageOutcome: Hashable, Sendable {
    /// The messager does not know it.
    case unknown
    /// It waits for a nonce; the text says why, if something is wrong.
    case waiting(error: String)
    /// It has a nonce and is on its way.
    case onItsWay
    /// The chain executed it in a tipset of this epoch.
    case executed(ExitCode, at: ChainEpoch)
    /// The messager gave it up.
    case failed(String)

    /// Whether it waits for a nonce.
    var isWaiting: Bool { if case .waiting = self { true } else { false } }
}

/// What the runner does.
enum ProvingAction: Hashable, Sendable {
    /// Proves sectors of partitions, by partition.
    case prove(ProofTask.ID, ProvingWindow, [UInt64: BitField], WindowDraws)
    /// Stores a task; what follows must not happen before.
    case save(ProofTask)
    /// Hands a message to the messager.
    case push(PoStMessage)
    /// Asks the messager about a message.
    case watch(id: String)
    /// Tells the messager that a message is not wanted any more.
    case abandon(id: String)
    /// Looks at the files of sectors.
    case check(ProvingWindow, BitField)
    /// Tells people.
    case report(ProvingReport)
}

/// Something that people want to know.
struct ProvingReport: Hashable, Sendable {
    /// Whether nobody has to do anything.
    var isGood: Bool
    var text: String
    var window: ProvingWindow
}
