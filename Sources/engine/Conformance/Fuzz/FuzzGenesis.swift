internal import ActorRuntime
internal import BigIntegers
internal import BuiltinActors
internal import CBOR
internal import FilecoinTypes
internal import IPLD
internal import Multiformats

/// The state that an episode begins with: the singletons and some rich accounts, no miner.
struct FuzzGenesis {
    /// The account that names verifiers, as in every network.
    static let registryRoot: ActorID = 80
    private static let accountCount = 12

    let version: ActorsVersion
    var random: FuzzRandom
    let store: MemoryBlockStore

    init(version: ActorsVersion, random: FuzzRandom, store: MemoryBlockStore) {
        self.version = version
        self.random = random
        self.store = store
    }

    func root() throws -> CID {
        var random = random
        let tree = try StateTree(emptyIn: store)
        let actorStore = ActorStore(reading: store)
        let addresses = HAMT<ActorID>(store: store, bitWidth: ADTBitWidth.map)
        for index in 0..<Self.accountCount {
            let key = try Self.key(index, &random)
            let id = ActorID(100 + UInt64(index))
            try addresses.set(key.bytes, id)
            try add(tree, id, .account, AccountState(address: key), .fil(1_000_000))
        }
        let rootKey = try Self.key(1, &random)
        try addresses.set(rootKey.bytes, Self.registryRoot)
        try add(tree, Self.registryRoot, .account, AccountState(address: rootKey), .fil(10_000))
        try add(tree, .burntFunds, .account, AccountState(address: .burntFunds))
        try add(tree, .system, .system, SystemState())
        try add(
            tree,
            .initActor,
            .`init`,
            InitState(
                addressMap: try addresses.flush(),
                nextID: ActorID(1000),
                networkName: "fuzz"
            )
        )
        try add(
            tree,
            .reward,
            .reward,
            RewardState(realizedPower: 0),
            .fil(1_100_000_000)
        )
        let entries = [
            CronEntry(receiver: .power, method: PowerMethod.cronTick),
            CronEntry(receiver: .market, method: 9),
        ]
        try add(tree, .cron, .cron, CronState(entries: entries))
        try add(tree, .power, .storagePower, try PowerState(emptyIn: actorStore))
        try add(tree, .market, .storageMarket, try MarketState(store: actorStore))
        let empty = try ADTMap<DataCap>.emptyRoot(in: actorStore)
        try add(
            tree,
            .verifiedRegistry,
            .verifiedRegistry,
            VerifiedRegistryState(
                rootKey: .id(Self.registryRoot),
                verifiers: empty,
                verifiedClients: empty,
                removeDataCapProposalIDs: version >= .v7 ? empty : nil
            )
        )
        return try tree.flush()
    }

    /// A key that nobody has; every other one is a BLS key, as workers must have.
    private static func key(_ index: Int, _ random: inout FuzzRandom) throws -> Address {
        index % 2 == 0
            ? try .bls(publicKey: random.bytes(48))
            : .secp256k1(publicKey: [4] + random.bytes(64))
    }

    private func add(
        _ tree: StateTree,
        _ id: ActorID,
        _ kind: ActorKind,
        _ state: some CBOREncodable,
        _ balance: TokenAmount = .zero
    ) throws {
        tree.set(
            id,
            ActorRecord(
                code: ActorCode(kind, version).cid,
                head: try store.put(value: state),
                balance: balance
            )
        )
    }
}
