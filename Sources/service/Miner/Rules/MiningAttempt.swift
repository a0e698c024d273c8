import FilecoinTypes
import ServiceKit
import VenusAPI

/// A win whose ticket and proof are on their way.
struct MiningWin: Hashable, Sendable {
    let info: MiningBaseInfo
    let election: ElectionProof
    var ticket: Ticket?
    var proofs: [PoStProof]?
}

/// All that a block needs but its messages.
struct MiningCandidate: Hashable, Sendable {
    var base: Tipset
    var info: MiningBaseInfo
    let election: ElectionProof
    var ticket: Ticket
    let proofs: [PoStProof]

    /// Whether election and proof also hold on another base, which these are the figures of.
    ///
    /// They depend on the draw, the power and the sectors, not on the parents themselves; the ticket does.
    func holds(with other: MiningBaseInfo) -> Bool {
        other.isEligible && other.drawEntry == info.drawEntry && other.sectors == info.sectors
            && other.workerKey == info.workerKey && other.minerPower == info.minerPower
            && other.networkPower == info.networkPower
    }
}

extension MiningBaseInfo {
    /// The entry that the draws of the epoch are made from.
    var drawEntry: BeaconEntry { beaconEntries.last ?? previousBeaconEntry }
}

/// How far one miner is in a round.
///
/// | stage | left by |
/// |---|---|
/// | `asking` | base info: → `electing`, or ended without a chance |
/// | `electing` | the election proof: → `proving` if it wins, else ended |
/// | `proving` | ticket and proof: → `ready` |
/// | `ready` | the head: → `askingAgain` on a better base, else → `choosing` |
/// | `askingAgain` | base info on the better base: → `drawingAgain`, or `ready` on the old one |
/// | `drawingAgain` | the new ticket: → `ready` |
/// | `choosing` | messages, or their failure: → `creating` |
/// | `creating` | the block: → `signing`, or `admitting` if the node signed it |
/// | `signing` | the signature: → `admitting` |
/// | `admitting` | the filter's consent, on disk: → `submitting` |
/// | `submitting` | the node's consent: ended |
/// | `ended` | nothing |
struct MiningAttempt: Sendable {
    enum Stage: Hashable, Sendable {
        case asking
        case electing(MiningBaseInfo)
        case proving(MiningWin)
        case ready(MiningCandidate)
        case askingAgain(MiningCandidate, Tipset)
        case drawingAgain(MiningCandidate, MiningBaseInfo, Tipset)
        case choosing(MiningCandidate)
        case creating(MiningCandidate)
        case signing(MiningCandidate, BlockMessage)
        case admitting(MiningCandidate, BlockMessage)
        case submitting(BlockMessage)
        case ended(MiningOutcome)

        /// The step that is waited for, by its name in records.
        var step: String {
            switch self {
            case .asking, .askingAgain: "getBaseInfo"
            case .electing: "computeElectionProof"
            case .proving(let win): win.proofs == nil ? "computePostProof" : "computeTicket"
            case .drawingAgain: "computeTicket"
            case .ready: "chainHead"
            case .choosing: "selectMessage"
            case .creating: "createBlock"
            case .signing: "signBlock"
            case .admitting: "admitBlock"
            case .submitting: "submitBlock"
            case .ended: ""
            }
        }
    }

    let miner: Address
    var stage: Stage = .asking
    /// How long each step took.
    var durations: [String: Duration] = [:]
    /// What the epoch was tried with; kept for the record.
    var info: MiningBaseInfo?
    var winCount: Int64 = 0
    var wonAt: ProtocolTime?
    /// What the block builds on.
    var base: Tipset
    var block: BlockMessage?
    /// Whether the head has left the base.
    var isForked: Bool = false
    /// What went less well than it could, for the record.
    var remark: String = ""

    init(miner: Address, base: Tipset) {
        self.miner = miner
        self.base = base
    }

    /// An attempt that goes on with a block that was made before the service was started again.
    init(resuming block: BlockMessage, base: Tipset) {
        self.init(miner: block.header.miner, base: base)
        self.block = block
        stage = .submitting(block)
        remark = "the block was made before a restart"
    }

    /// Whether nothing is left to draw or prove.
    var isSettled: Bool {
        switch stage {
        case .ready, .submitting, .ended: true
        default: false
        }
    }

    var isReady: Bool { if case .ready = stage { true } else { false } }
    var isEnded: Bool { if case .ended = stage { true } else { false } }
}
