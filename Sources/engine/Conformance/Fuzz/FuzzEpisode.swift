internal import ActorRuntime
internal import BigIntegers
internal import BuiltinActors
internal import CBOR
internal import FilecoinTypes
internal import Hashing
internal import IPLD
internal import Multiformats
internal import StateInspection
internal import StateMachine

/// What came of random messages.
package struct FuzzReport: Sendable {
    /// How messages of one method ended.
    package struct Ends: Sendable {
        /// With exit code 0.
        package var succeeded = 0
        /// With another one.
        package var failed = 0
    }

    /// Messages that were applied.
    package var messages = 0
    /// Epochs whose cron ran.
    package var epochs = 0
    /// How messages ended, by actor and method.
    package var methods: [String: Ends] = [:]
    /// How messages ended, by exit code.
    package var exitCodes: [Int64: Int] = [:]
    /// Complaints that the reference's checker makes too: actor and text, counted once per episode.
    package var knownComplaints = 0
    /// Sectors that ended in time.
    package var expired = 0
    /// Sectors that ended because they had been faulty for too long.
    package var endedByFault = 0
    /// The most blocks that were kept at once.
    package var mostBlocks = 0
    /// What must not happen, with what is needed to see it again.
    package var problems: [String] = []
    /// A digest of all receipts and states, by episode seed.
    package var digests: [UInt64: [UInt8]] = [:]

    package init() {}

    /// Adds the numbers of another report.
    package mutating func add(_ other: FuzzReport) {
        messages += other.messages
        epochs += other.epochs
        for (name, ends) in other.methods {
            methods[name, default: Ends()].succeeded += ends.succeeded
            methods[name, default: Ends()].failed += ends.failed
        }
        exitCodes.merge(other.exitCodes, uniquingKeysWith: +)
        knownComplaints += other.knownComplaints
        expired += other.expired
        endedByFault += other.endedByFault
        mostBlocks = max(mostBlocks, other.mostBlocks)
        problems += other.problems
        digests.merge(other.digests) { a, _ in a }
    }

    /// Counts a message.
    mutating func count(_ method: String, _ code: ExitCode) {
        messages += 1
        exitCodes[code.rawValue, default: 0] += 1
        if code.isSuccess {
            methods[method, default: Ends()].succeeded += 1
        } else {
            methods[method, default: Ends()].failed += 1
        }
    }
}

/// A small network from its genesis on, to which random messages are sent.
///
/// Needs a deep stack, see `DeepStack`.
struct FuzzEpisode {
    /// After how many messages every actor is checked, and what the state no longer reaches is forgotten.
    static let messagesPerCheck = 1000
    /// Messages of one tipset, at most.
    private static let messagesPerTipset = 20

    let seed: UInt64
    let messages: Int
    /// Whether the actors' rules are checked; without, only the digest counts.
    let isChecked: Bool

    private let rules: ExecutionRules
    private let version: ActorsVersion

    init(seed: UInt64, messages: Int, isChecked: Bool) {
        self.seed = seed
        self.messages = messages
        self.isChecked = isChecked
        // Most networks run actors v7; both price lists are in use.
        let networkVersion: NetworkVersion = seed % 4 == 3 ? 14 : 15
        version = seed % 4 == 3 ? .v6 : .v7
        rules = ExecutionRules(
            networkVersion: { _ in networkVersion },
            prices: seed % 3 == 2 ? .genesis : .calico,
            policy: .twoKiB,
            proofs: AssumingVerifier(.unlessMarked),
            signatures: AssumingSignatures()
        )
    }

    func run() throws -> FuzzReport {
        let store = MemoryBlockStore()
        let root = try genesis(store)
        var run = FuzzRun(
            episode: self,
            rules: rules,
            version: version,
            store: store,
            root: root,
            random: FuzzRandom(seed: seed)
        )
        try run.start()
        while run.report.messages < messages && run.report.problems.isEmpty {
            try run.runTipset(
                messages: min(Self.messagesPerTipset, messages - run.report.messages)
            )
        }
        return run.finish()
    }

    /// What states look like: learnt from a network that is run until everything has occurred in it.
    static func shapes() throws -> StateShapes {
        let episode = FuzzEpisode(seed: 12, messages: 2000, isChecked: false)
        let store = MemoryBlockStore()
        var run = FuzzRun(
            episode: episode,
            rules: episode.rules,
            version: episode.version,
            store: store,
            root: try episode.genesis(store),
            random: FuzzRandom(seed: episode.seed)
        )
        var shapes = StateShapes()
        var tipsets = 0
        while run.report.messages < episode.messages {
            try run.runTipset(messages: messagesPerTipset)
            tipsets += 1
            if tipsets % 20 == 0 { try run.teach(&shapes) }
        }
        return shapes
    }

    private func genesis(_ store: MemoryBlockStore) throws -> CID {
        try FuzzGenesis(version: version, random: FuzzRandom(seed: seed ^ 0x67656e), store: store)
            .root()
    }
}

/// Signatures that count as right unless they are marked.
private final class AssumingSignatures: SignatureVerifier {
    func verify(_ signature: Signature, signer: Address, plaintext: [UInt8]) -> Bool {
        signature.data.first != 0xba
    }
}

/// The state of an episode.
private struct FuzzRun {
    let episode: FuzzEpisode
    let rules: ExecutionRules
    let version: ActorsVersion
    var store: MemoryBlockStore
    var root: CID
    var random: FuzzRandom
    var report = FuzzReport()
    /// The last epoch that has passed.
    private var epoch: ChainEpoch = -1
    private var total = TokenAmount.zero
    private var digest: [UInt8] = []
    private var checkedMessages = 0
    /// When deadlines with sectors open next.
    private var duties: [ChainEpoch] = []
    private var channels: [FuzzWorld.Channel] = []
    private var known: Set<String> = []
    private var disputes = FuzzDisputes()
    private var aging = FuzzAging()
    private let verified = VerifiedParts()

    init(
        episode: FuzzEpisode,
        rules: ExecutionRules,
        version: ActorsVersion,
        store: MemoryBlockStore,
        root: CID,
        random: FuzzRandom
    ) {
        self.episode = episode
        self.rules = rules
        self.version = version
        self.store = store
        self.root = root
        self.random = random
    }

    private func view() throws -> RecordedChain {
        try RecordedChain(
            supply: .fil(400_000_000),
            lookback: root,
            fixedRandomness: FuzzMessages.chainRandomness
        )
    }

    /// Remembers how much there is.
    mutating func start() throws {
        let tree = try StateTree(root: root, store: store)
        var sum = TokenAmount.zero
        try tree.forEach { _, record in sum += record.balance }
        total = sum
    }

    func finish() -> FuzzReport {
        var report = report
        report.knownComplaints = known.count
        report.digests[episode.seed] = digest
        return report
    }

    private mutating func fail(_ what: String) {
        report.problems.append(
            "seed \(episode.seed), message \(report.messages), epoch \(epoch): \(what)"
        )
    }

    // MARK: - Tipsets

    /// Runs the crons of null rounds, then a tipset with up to `messages` messages.
    mutating func runTipset(messages: Int) throws {
        let nulls = nullRounds()
        let buffer = BufferedBlockStore(over: store)
        for _ in 0..<nulls {
            epoch = epoch + 1
            let machine = try machine(buffer)
            try runCron(machine)
            root = try machine.tree.flush()
        }
        epoch = epoch + 1
        let machine = try machine(buffer)
        var world = try world(machine.tree)
        if random.chance(10), let miner = random.pick(world.miners),
            try aging.age(miner, machine, &random)
        {
            world = try self.world(machine.tree)
        }
        channels = world.channels
        duties = world.miners.flatMap { miner in
            miner.places.map { miner.nextOpening(of: $0.deadline) }
        }
        var known = world.records
        var maker = FuzzMessages(random: random, world: world)
        for _ in 0..<random.below(messages + 1) {
            let message = maker.next()
            try apply(message, machine, &known)
            if let sender = try machine.tree.resolve(message.from),
                let record = try machine.tree.actor(sender)
            {
                maker.note(nonce: record.nonce, of: sender)
            }
            if !report.problems.isEmpty { return }
        }
        random = maker.random
        try award(world, machine)
        try runCron(machine)
        root = try machine.tree.flush()
        try buffer.flush(roots: [root])
        digest = BLAKE2b.hash256(digest + root.bytes)
        report.mostBlocks = max(report.mostBlocks, store.count)
        if report.messages - checkedMessages >= FuzzEpisode.messagesPerCheck {
            checkedMessages = report.messages
            try checkEverything()
        }
    }

    private func world(_ tree: StateTree) throws -> FuzzWorld {
        try FuzzWorld(tree, epoch: epoch, version: version, policy: rules.policy)
    }

    /// How many epochs pass without blocks.
    ///
    /// Often as many as it takes until some sectors are to be proven: a day passes slowly.
    private mutating func nullRounds() -> Int {
        if random.chance(10), let due = duties.filter({ $0 > epoch }).min() {
            return Int((due - epoch).rawValue) + random.below(50) - 1
        }
        let most = random.pick(weighted: [(60, 0), (25, 2), (10, 20), (4, 60), (1, 200)]) ?? 0
        return random.below(most + 1)
    }

    private func machine(_ buffer: BufferedBlockStore) throws -> Machine {
        try rules.machine(
            tree: try StateTree(root: root, store: buffer),
            epoch: epoch,
            baseFee: 100,
            view: try view()
        )
    }

    private mutating func runCron(_ machine: Machine) throws {
        report.epochs += 1
        let cron = Message(
            to: .cron,
            from: .system,
            gasLimit: 100_000_000_000_000,
            method: CronMethod.epochTick
        )
        let due = try aging.takeDue(machine)
        try applyImplicit(cron, machine)
        try aging.count(due, machine, &report)
    }

    /// Pays a miner as for a block, now and then with a penalty.
    private mutating func award(_ world: FuzzWorld, _ machine: Machine) throws {
        guard random.chance(50), let miner = random.pick(world.miners) else { return }
        let parameters = AwardBlockRewardParameters(
            miner: .id(miner.id),
            penalty: random.chance(20) ? TokenAmount(attoFIL: 1_000_000_000) : .zero,
            gasReward: .zero,
            winCount: random.within(1...2)
        )
        let message = Message(
            to: .reward,
            from: .system,
            gasLimit: 1_000_000_000,
            method: RewardMethod.awardBlockReward,
            params: parameters.cborBytes()
        )
        try applyImplicit(message, machine)
    }

    private mutating func applyImplicit(_ message: Message, _ machine: Machine) throws {
        let result = try machine.applyImplicit(message)
        guard result.receipt.exitCode.isSuccess else {
            return fail("the protocol's own call to \(message.to) ended with \(result.receipt)")
        }
    }

    // MARK: - Messages

    private mutating func apply(
        _ message: Message,
        _ machine: Machine,
        _ known: inout [ActorID: ActorRecord]
    ) throws {
        let trace = ExecutionTrace()
        machine.trace = trace
        defer { machine.trace = nil }
        let group = VectorMessages.group(of: message, machine)
        let result: MessageResult
        do { result = try machine.apply(ChainMessage(message)) } catch {
            return fail("\(group) \(message) cannot be executed: \(error)")
        }
        report.count(group, result.receipt.exitCode)
        digest = BLAKE2b.hash256(digest + result.receipt.cborBytes())
        guard episode.isChecked else { return }
        let changed = try changes(trace, message, machine, &known)
        if let difference = changed.difference, !difference.isZero {
            fail("\(group) \(message) changed the supply by \(difference.attoFIL) attoFIL")
        }
        if result.receipt.exitCode.isSuccess { try disputes.note(message, group: group, machine) }
        let broken = try StateInvariants(
            machine.tree,
            at: .during(epoch),
            policy: rules.policy,
            verified: verified
        ).check(only: changed.ids)
        note(broken, after: "\(group) \(message), which ended with \(result.receipt.exitCode)")
    }

    /// The actors that a message changed, and by how much all balances together changed.
    private func changes(
        _ trace: ExecutionTrace,
        _ message: Message,
        _ machine: Machine,
        _ known: inout [ActorID: ActorRecord]
    ) throws -> (ids: [ActorID], difference: TokenAmount?) {
        var touched: Set<ActorID> = [.reward, .burntFunds, .initActor]
        if let sender = try machine.tree.resolve(message.from) { touched.insert(sender) }
        // A channel that is collected leaves what it has to its payer, without a call.
        for channel in channels {
            touched.formUnion([channel.from, channel.to].compactMap(\.actorID))
        }
        for event in trace.events {
            guard case .enter(let from, let to, _, _, _) = event else { continue }
            touched.insert(from)
            if let id = try machine.tree.resolve(to) { touched.insert(id) }
        }
        var difference = TokenAmount.zero
        var changed: [ActorID] = []
        for id in touched {
            let new = try machine.tree.actor(id)
            let old = known[id]
            if new == old { continue }
            difference += (new?.balance ?? .zero) - (old?.balance ?? .zero)
            known[id] = new
            if new != nil { changed.append(id) }
        }
        return (changed, difference)
    }

    private mutating func note(_ broken: [BrokenInvariant], after what: String) {
        for one in broken {
            if one.isKnown || disputes.explain(one) {
                known.insert(one.description)
            } else {
                fail("\(one) after \(what)")
            }
        }
    }

    /// Shows all actors.
    func teach(_ shapes: inout StateShapes) throws {
        let reader = ActorStore(reading: store)
        var records: [(ActorID, ActorRecord)] = []
        try StateTree(root: root, store: store).forEach { records.append(($0, $1)) }
        for (_, record) in records.sorted(by: { $0.0 < $1.0 }) {
            shapes.learn(from: record, reader)
        }
    }

    // MARK: - Everything

    private mutating func checkEverything() throws {
        if episode.isChecked {
            let report = try StateInvariants(
                try StateTree(root: root, store: store),
                at: .after(epoch),
                policy: rules.policy
            ).check(expectedTotal: total)
            note(report.broken, after: "the tipset")
        }
        // What is kept is what the state reaches: an episode of any length has its bounds.
        let kept = MemoryBlockStore()
        try DAG.forEachBlock(from: [root], in: store) { kept.put($0.bytes, cid: $0.cid) }
        store = kept
    }
}
