import BuiltinActors
import Bytes
import CBOR
import FilecoinTypes
import Hashing

/// A finished WindowPoSt, bound to the randomness of one chain.
struct WindowProof: Hashable, Sendable {
    var draws: WindowDraws
    /// The partitions that it covers, with the sectors that it leaves out.
    var partitions: [PoStPartition]
    var proof: PoStProof
}

/// The proof of some partitions in one window, from its beginning until the chain has it.
///
/// | state | means | left by |
/// |---|---|---|
/// | waiting | nothing is under way before the epoch `notBefore` | the randomness is old enough |
/// | proving | a proof is being made for the draws | the proof, a failure, other draws |
/// | proven | the proof is stored | the window opens |
/// | pushing | the messager is being told | its answer |
/// | pushed | the messager has the message | the chain has the proof, or the message failed |
/// | landed | the chain has the proof | a reorganisation that takes it back |
/// | missed | the window closed without it | nothing |
struct ProofTask: Hashable, Sendable {
    /// The window's opening and the number of the task within it.
    struct ID: Hashable, Comparable, Sendable {
        let open: ChainEpoch
        let number: Int

        static func < (a: Self, b: Self) -> Bool { (a.open, a.number) < (b.open, b.number) }
    }

    enum State: Hashable, Sendable {
        case waiting
        case proving(WindowDraws)
        case proven
        case pushing
        case pushed
        /// The chain executed the message before the state of a head above this epoch.
        case landed(at: ChainEpoch)
        case missed
    }

    let id: ID
    let window: ProvingWindow
    /// The numbers of the partitions, in order.
    var partitions: [UInt64]
    var state: State = .waiting
    /// Present from `proven` on.
    var proof: WindowProof?
    /// How often a message or a proof was given up.
    var attempt: Int = 0
    var notBefore: ChainEpoch = 0
    /// The id of the message that was pushed last; empty before.
    var messageID: String = ""
    /// The head at which the messager took the message.
    var pushedAt: ChainEpoch = 0
    /// What went wrong last, for people.
    var note: String = ""

    init(id: ID, window: ProvingWindow, partitions: [UInt64]) {
        self.id = id
        self.window = window
        self.partitions = partitions
    }

    /// What the chain is told; nil without a proof.
    var parameters: SubmitWindowedPoStParameters? {
        guard let proof else { return nil }
        return SubmitWindowedPoStParameters(
            deadline: window.index,
            partitions: proof.partitions,
            proofs: [proof.proof],
            // The challenge itself: any later epoch could be reorganised without need.
            chainCommitEpoch: window.challenge,
            chainCommitRand: proof.draws.commit
        )
    }

    /// The message that submits the proof.
    ///
    /// Its id follows from the content, so that pushing it again after a crash cannot double it.
    func message(miner: ActorID) -> PoStMessage? {
        guard let parameters else { return nil }
        return PoStMessage(
            kind: .proof,
            miner: miner,
            window: window,
            attempt: attempt,
            parameters: parameters.cborBytes(),
            expires: window.close
        )
    }
}

/// A message of the runner to its miner's actor.
struct PoStMessage: Hashable, Sendable {
    /// What the message does.
    enum Kind: String, Hashable, Sendable {
        case proof = "post"
        case faults = "faults"
        case recoveries = "recover"

        /// The method of the miner's actor.
        var method: MethodNumber {
            switch self {
            case .proof: 5
            case .faults: 10
            case .recoveries: 11
            }
        }
    }

    let kind: Kind
    /// Under which the messager keeps it.
    let id: String
    let parameters: [UInt8]
    /// From this epoch on it would fail.
    let expires: ChainEpoch

    init(
        kind: Kind,
        miner: ActorID,
        window: ProvingWindow,
        attempt: Int,
        parameters: [UInt8],
        expires: ChainEpoch
    ) {
        self.kind = kind
        self.parameters = parameters
        self.expires = expires
        let digest = Array(BLAKE2b.hash256(parameters).prefix(8)).hex
        id = "\(kind.rawValue)-t0\(miner)-\(window.open)-\(digest)-\(attempt)"
    }
}
