import FilecoinTypes
import VenusAPI

/// What a round wants to know or have done; each is answered by an event.
enum MiningRequest: Hashable, Sendable {
    /// What a miner needs for the epoch, on a tipset.
    case baseInfo(Address, on: Tipset)
    /// The election proof: a signature of the worker.
    case election(Address, worker: Address, DrawRequest)
    /// The ticket: a signature of the worker.
    case ticket(Address, worker: Address, DrawRequest)
    /// The WinningPoSt.
    case proof(Address, [ExtendedSectorInfo], randomness: [UInt8])
    /// What the head is by now.
    case head
    /// Messages for blocks on a tipset, one list for each ticket quality.
    case messages(on: TipsetKey, qualities: [Double])
    /// The block without its signature.
    case block(Address, BlockTemplate)
    /// The block's signature.
    case signature(Address, worker: Address, BlockHeader)
    /// That the block is no consensus fault, and is on disk.
    case admission(Address, BlockMessage, parentEpoch: ChainEpoch)
    /// That the node takes the block, once it is time.
    case submission(Address, BlockMessage)

    /// Whose request it is; nil for those of the whole round.
    var miner: Address? {
        switch self {
        case .baseInfo(let miner, _), .election(let miner, _, _), .ticket(let miner, _, _),
            .proof(let miner, _, _), .block(let miner, _), .signature(let miner, _, _),
            .admission(let miner, _, _), .submission(let miner, _):
            miner
        case .head, .messages: nil
        }
    }

    /// The name of the step in records.
    var step: String {
        switch self {
        case .baseInfo: "getBaseInfo"
        case .election: "computeElectionProof"
        case .ticket: "computeTicket"
        case .proof: "computePostProof"
        case .head: "chainHead"
        case .messages: "selectMessage"
        case .block: "createBlock"
        case .signature: "signBlock"
        case .admission: "admitBlock"
        case .submission: "submitBlock"
        }
    }
}

/// An answer to a request, or a moment that came.
enum MiningEvent: Sendable {
    case baseInfo(Address, MiningBaseInfo?)
    case election(Address, Signature)
    case ticket(Address, Signature)
    case proof(Address, [PoStProof])
    case head(Tipset)
    case messages(on: TipsetKey, [[SignedMessage]])
    case block(Address, BlockMessage)
    case signature(Address, Signature)
    case admitted(Address)
    case submitted(Address)
    /// A request got no answer, and why.
    case failed(MiningRequest, String)
    /// The time for draws and proofs is over.
    case drawsOver
    /// The time for moving to a better base is over.
    case rebasesOver
    /// The next round begins.
    case roundOver
}

/// What a round has its runner do.
enum MiningAction: Sendable {
    case perform(MiningRequest)
    /// Send ``MiningEvent/drawsOver`` when the time for it has passed.
    case limitDraws
    /// Send ``MiningEvent/rebasesOver`` when the time for it has passed.
    case limitRebases
    /// A miner won; keep the record.
    case won(MineRecord)
    /// The head left the base of a winner.
    case forked(Address)
    /// A miner is done; keep the record, if there is one.
    case ended(Address, MiningOutcome, MineRecord?)
}

/// How a round ends for a miner.
enum MiningOutcome: Hashable, Sendable {
    /// It could not take part, and why.
    case notEligible(String)
    /// It took part and did not win.
    case lost
    /// Its block was taken.
    case produced(BlockMessage)
    /// A step failed.
    case failed(step: String, String)
    /// A step was not done in time.
    case timedOut(step: String)

    /// Whether nothing went wrong.
    var isFine: Bool {
        switch self {
        case .lost, .produced: true
        case .notEligible, .failed, .timedOut: false
        }
    }

    /// What went wrong, for people.
    var message: String {
        switch self {
        case .lost, .produced: ""
        case .notEligible(let reason): reason
        case .failed(let step, let reason): "\(step): \(reason)"
        case .timedOut(let step): "mining timeout! \(step) was not done in time"
        }
    }
}
