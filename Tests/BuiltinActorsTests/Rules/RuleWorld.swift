import ActorRuntime
import BigIntegers
import BuiltinActors
import CBOR
import FilecoinTypes
import IPLD
import Multiformats

/// A small network in which one rule of the actors at a time is tried.
///
/// It begins with the singletons and some rich accounts. Proofs and signatures count unless their first
/// byte is ``wrong``, randomness never changes, and the averages that fees are computed from are round
/// numbers: one FIL per epoch for a network of 2^30 bytes. So each expected value is a sum that a reader
/// can do.
final class RuleWorld {
    /// An account that pays for miners; its key is a BLS key, so it may be a worker too.
    static let owner: ActorID = 100
    /// Accounts for everybody else.
    static let client: ActorID = 101
    static let reporter: ActorID = 102
    static let other: ActorID = 103
    /// The account that names verifiers.
    static let registryRoot: ActorID = 80

    /// What every account has at first, in FIL.
    static let wealth: Int64 = 1_000_000
    /// The smoothed reward of an epoch, in attoFIL.
    static let rewardPerEpoch: Int128 = 1_000_000_000_000_000_000
    /// The smoothed quality-adjusted power of the network, in bytes.
    static let networkPower: Int128 = 1 << 30
    /// The randomness of every epoch.
    static let randomness = [UInt8](repeating: 7, count: 32)
    /// The first byte of a proof or a signature that does not count.
    static let wrong: UInt8 = 0xba

    let tree: StateTree
    let store: ActorStore
    let version: ActorsVersion
    let policy: ActorPolicy
    /// The epoch of the next message.
    var epoch: ChainEpoch
    var baseFee: TokenAmount = 0
    /// Miners, whose deadlines ``advance(to:)`` stops for.
    var miners: [ActorID] = []
    private var nonce: UInt64 = 0
    /// Whether what a message does is undone even if it succeeds.
    private var isTrial = false

    init(
        at epoch: ChainEpoch = 3000,
        version: ActorsVersion = .v7,
        policy: ActorPolicy = .twoKiB
    ) throws {
        self.epoch = epoch
        self.version = version
        self.policy = policy
        let blocks = MemoryBlockStore()
        tree = try StateTree(emptyIn: blocks)
        store = ActorStore(reading: blocks)
        try addAccounts(blocks)
        try addSingletons(blocks)
        try fixAverages()
    }

    // MARK: - Messages

    /// How a message ended.
    struct Refusal: Error, CustomStringConvertible {
        let code: ExitCode
        let message: String
        var description: String { "exit \(code): \(message)" }
    }

    /// Sends a message that succeeds.
    ///
    /// - Returns: The CBOR that the method returned.
    /// - Throws: ``Refusal``; the state is then as it was.
    @discardableResult
    func send(
        _ method: MethodNumber,
        to receiver: ActorID,
        from sender: ActorID,
        _ params: (any CBOREncodable)? = nil,
        value: TokenAmount = .zero
    ) throws -> [UInt8] {
        let machine = try machine()
        nonce += 1
        machine.begin(origin: .id(sender), nonce: nonce, gasLimit: 100_000_000_000_000)
        tree.beginSnapshot()
        defer { tree.endSnapshot() }
        do throws(ActorError) {
            let returned = try machine.call(
                from: sender,
                to: .id(receiver),
                method: method,
                value: value,
                params: params?.cborBytes() ?? [],
                depth: 0
            )
            if isTrial { tree.revert() }
            return returned
        } catch {
            tree.revert()
            throw Refusal(code: error.exitCode, message: error.message)
        }
    }

    /// Returns how a message would end; nothing changes.
    func trial(
        _ method: MethodNumber,
        to receiver: ActorID,
        from sender: ActorID,
        _ params: (any CBOREncodable)? = nil
    ) throws -> ExitCode {
        isTrial = true
        defer { isTrial = false }
        return try exitCode(method, to: receiver, from: sender, params)
    }

    /// Sends a message and returns how it ended.
    func exitCode(
        _ method: MethodNumber,
        to receiver: ActorID,
        from sender: ActorID,
        _ params: (any CBOREncodable)? = nil,
        value: TokenAmount = .zero
    ) throws -> ExitCode {
        do {
            try send(method, to: receiver, from: sender, params, value: value)
            return .ok
        } catch let refusal as Refusal { return refusal.code }
    }

    private func machine() throws -> Machine {
        try Machine(
            tree: tree,
            epoch: epoch,
            networkVersion: version == .v6 ? 14 : 15,
            baseFee: baseFee,
            prices: .calico,
            policy: policy,
            registry: .builtin,
            view: FixedChain(root: try tree.flush()),
            proofs: MarkedProofs(),
            signatures: MarkedSignatures()
        )
    }

    // MARK: - Time

    /// Runs cron, as at the end of every tipset, and goes to the next epoch.
    func endEpoch() throws {
        try send(CronMethod.epochTick, to: .cron, from: .system)
        try fixAverages()
        epoch += 1
    }

    /// Goes to an epoch, with cron at the end of every deadline on the way.
    ///
    /// The actors do in one cron what was due in the epochs before, as long as no deadline is passed over.
    func advance(to target: ChainEpoch) throws {
        while let due = try nextDeadlineEnd(), due < target {
            epoch = due
            try endEpoch()
        }
        epoch = target
    }

    private func nextDeadlineEnd() throws -> ChainEpoch? {
        try miners.compactMap { id -> ChainEpoch? in
            let miner: MinerState = try state(of: id)
            return miner.deadlineCronActive ? miner.deadlineInfo(at: epoch).last : nil
        }.min()
    }

    // MARK: - State

    func state<State: CBORDecodable>(
        of id: ActorID,
        as type: State.Type = State.self
    ) throws -> State {
        guard let record = try tree.actor(id) else { throw MissingActor(id: id) }
        return try tree.store.value(record.head)
    }

    func setState(of id: ActorID, _ state: some CBOREncodable) throws {
        let head = try tree.store.put(value: state)
        try tree.mutate(id) { (record) throws(ActorError) in record.head = head }
    }

    func change<State: CBORCodable>(
        _ id: ActorID,
        as type: State.Type = State.self,
        _ body: (inout State) throws -> Void
    ) throws {
        var state: State = try state(of: id)
        try body(&state)
        try setState(of: id, state)
    }

    func balance(of id: ActorID) throws -> TokenAmount { try tree.actor(id)?.balance ?? .zero }

    /// How much more an actor has after something was done.
    func gain(of id: ActorID, _ body: () throws -> Void) throws -> TokenAmount {
        let before = try balance(of: id)
        try body()
        return try balance(of: id) - before
    }

    struct MissingActor: Error { let id: ActorID }

    /// Sets the averages of reward and power back to their round numbers; each cron moves them a little.
    private func fixAverages() throws {
        try change(.reward, as: RewardState.self) {
            $0.thisEpochRewardSmoothed = Self.reward
            $0.thisEpochBaselinePower = BigInt(Self.networkPower)
        }
        try change(.power, as: PowerState.self) { $0.thisEpochQAPowerSmoothed = Self.power }
    }

    /// What `power` bytes can expect to earn in `epochs` epochs.
    ///
    /// While the averages stand still: their share of the network, times the epochs, times the reward of one. Fees
    /// and pledges are made of this.
    static func expectedReward(epochs: Int128, power: Int128 = sectorSize) -> TokenAmount {
        TokenAmount(rewardPerEpoch * epochs * power / networkPower)
    }

    static let reward = FilterEstimate(position: BigInt(rewardPerEpoch), velocity: 0)
    static let power = FilterEstimate(position: BigInt(networkPower), velocity: 0)

    // MARK: - Genesis

    private func addAccounts(_ blocks: MemoryBlockStore) throws {
        for id in [Self.owner, Self.client, Self.reporter, Self.other, Self.registryRoot] {
            let key = try Address.bls(
                publicKey: [UInt8](repeating: UInt8(id.rawValue), count: 48)
            )
            try add(id, .account, AccountState(address: key), .fil(Self.wealth))
        }
        try add(.burntFunds, .account, AccountState(address: .burntFunds))
    }

    private func addSingletons(_ blocks: MemoryBlockStore) throws {
        let addresses = HAMT<ActorID>(store: blocks, bitWidth: ADTBitWidth.map)
        try add(.system, .system, SystemState())
        try add(
            .initActor,
            .`init`,
            InitState(addressMap: try addresses.flush(), nextID: 1000, networkName: "rules")
        )
        try add(.reward, .reward, RewardState(realizedPower: 0), .fil(1_000_000_000))
        let entries = [
            CronEntry(receiver: .power, method: PowerMethod.cronTick),
            CronEntry(receiver: .market, method: MarketMethod.cronTick),
        ]
        try add(.cron, .cron, CronState(entries: entries))
        try add(.power, .storagePower, try PowerState(emptyIn: store))
        try add(.market, .storageMarket, try MarketState(store: store))
        let empty = try ADTMap<DataCap>.emptyRoot(in: store)
        try add(
            .verifiedRegistry,
            .verifiedRegistry,
            VerifiedRegistryState(
                rootKey: .id(Self.registryRoot),
                verifiers: empty,
                verifiedClients: empty,
                removeDataCapProposalIDs: version >= .v7 ? empty : nil
            )
        )
    }

    private func add(
        _ id: ActorID,
        _ kind: ActorKind,
        _ state: some CBOREncodable,
        _ balance: TokenAmount = .zero
    ) throws {
        let head = try tree.store.put(value: state)
        tree.set(
            id,
            ActorRecord(code: ActorCode(kind, version).cid, head: head, balance: balance)
        )
    }
}

extension TokenAmount {
    /// An amount from plain arithmetic, in attoFIL.
    init(_ attoFIL: Int128) { self.init(attoFIL: BigInt(attoFIL)) }
}

/// A chain that always answers the same.
private final class FixedChain: ChainView {
    private let root: CID

    /// A chain whose state was always the one with this root.
    init(root: CID) { self.root = root }

    func chainRandomness(
        _ tag: DomainSeparationTag,
        epoch: ChainEpoch,
        entropy: [UInt8]
    ) -> [UInt8] { RuleWorld.randomness }
    func beaconRandomness(
        _ tag: DomainSeparationTag,
        epoch: ChainEpoch,
        entropy: [UInt8]
    ) -> [UInt8] { RuleWorld.randomness }
    func circulatingSupply(at epoch: ChainEpoch, tree: StateTree) -> TokenAmount {
        .fil(100_000_000)
    }
    func lookbackStateRoot(at epoch: ChainEpoch) -> CID { root }
}

/// Proofs that count unless they are marked.
private final class MarkedProofs: ProofVerifier {
    func verify(_ seal: SealVerifyInfo) -> Bool { seal.proof.first != RuleWorld.wrong }
    func verify(_ aggregate: AggregateSealVerifyInfo) -> Bool {
        aggregate.proof.first != RuleWorld.wrong
    }
    func verify(_ update: ReplicaUpdateInfo) -> Bool { true }
    func verify(_ post: WindowPoStVerifyInfo) -> Bool {
        post.proofs.first?.proofBytes.first != RuleWorld.wrong
    }
}

/// Signatures that count unless they are marked.
private final class MarkedSignatures: SignatureVerifier {
    func verify(_ signature: Signature, signer: Address, plaintext: [UInt8]) -> Bool {
        signature.data.first != RuleWorld.wrong
    }
}
