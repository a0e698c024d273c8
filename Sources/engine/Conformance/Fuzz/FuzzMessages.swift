internal import ActorRuntime
internal import BigIntegers
internal import BitFields
internal import BuiltinActors
internal import CBOR
internal import FilecoinTypes
internal import Multiformats

/// Makes messages for the actors of a state: most of them right, so that something comes of them, and many
/// with something wrong.
struct FuzzMessages {
    /// What a message is to do.
    struct Plan {
        var from: ActorID
        var to: Address
        var method: UInt64
        var value: TokenAmount = .zero
        var params: CBORValue?

        init(
            from: ActorID,
            to: ActorID,
            _ method: UInt64,
            value: TokenAmount = .zero,
            _ params: CBORValue? = nil
        ) {
            self.from = from
            self.to = .id(to)
            self.method = method
            self.value = value
            self.params = params
        }
    }

    /// The randomness of every epoch.
    static let chainRandomness = Array("fuzz, fuzz, fuzz, fuzz, fuzz, 32".utf8)

    var random: FuzzRandom
    let world: FuzzWorld
    /// The nonces of accounts that have sent messages since the world was looked at.
    private var nonces: [ActorID: UInt64] = [:]
    /// Partitions for which a proof was made since then.
    var proven: Set<String> = []

    init(random: FuzzRandom, world: FuzzWorld) {
        self.random = random
        self.world = world
    }

    /// The next message.
    mutating func next() -> Message {
        var plan = plan()
        var params = plan.params?.cborBytes() ?? []
        var gasLimit: Int64 = 10_000_000_000
        if random.chance(22) {
            switch random.below(9) {
            case 0: plan.from = anyAccount()
            case 1: plan.method = UInt64(random.below(30))
            case 2: plan.to = .id(random.pick(Array(world.records.keys.sorted())) ?? .market)
            case 3: plan.value = amount()
            case 4: gasLimit = random.within(1...60_000_000)
            case 5: params = FuzzMutation.bytes(params, &random)
            default:
                let value = plan.params ?? .list([])
                params = FuzzMutation.structure(value, &random).cborBytes()
            }
        }
        return message(plan, params, gasLimit: gasLimit)
    }

    /// Tells which nonce an account has come to.
    mutating func note(nonce: UInt64, of account: ActorID) { nonces[account] = nonce }

    /// Turns a plan into a message with the sender's next nonce.
    private mutating func message(_ plan: Plan, _ params: [UInt8], gasLimit: Int64) -> Message {
        var nonce = nonces[plan.from] ?? world.records[plan.from]?.nonce ?? 0
        if random.chance(1) { nonce += UInt64(random.below(3)) }
        let key = world.keys[plan.from] ?? .id(plan.from)
        return Message(
            to: plan.to,
            from: random.chance(50) ? key : .id(plan.from),
            nonce: nonce,
            value: plan.value,
            gasLimit: GasAmount(rawValue: gasLimit),
            gasFeeCap: 200,
            gasPremium: 1,
            method: MethodNumber(rawValue: plan.method),
            params: params
        )
    }

    private mutating func plan() -> Plan {
        let actor = random.pick(weighted: [
            (5, ActorKind.account), (4, .`init`), (2, .storagePower), (16, .storageMarket),
            (52, .storageMiner), (6, .verifiedRegistry), (11, .multisig), (7, .paymentChannel),
            (1, .reward), (1, .cron), (1, .system),
        ])
        let plan: Plan? =
            switch actor {
            case .`init`: execPlan()
            case .storagePower: powerPlan()
            case .storageMarket: marketPlan()
            case .storageMiner: minerPlan()
            case .verifiedRegistry: registryPlan()
            case .multisig: multisigPlan()
            case .paymentChannel: channelPlan()
            case .reward: closedPlan(.reward, methods: 4)
            case .cron: closedPlan(.cron, methods: 2)
            case .system: closedPlan(.system, methods: 1)
            default: transferPlan()
            }
        return plan ?? transferPlan()
    }

    // MARK: - Parts

    mutating func anyAccount() -> ActorID { random.pick(world.accounts) ?? 100 }

    /// The address of an account, as ID or as key.
    mutating func anyAddress() -> Address {
        let id = anyAccount()
        return random.chance(50) ? .id(id) : world.keys[id] ?? .id(id)
    }

    mutating func anyMiner() -> FuzzWorld.Miner? { random.pick(world.miners) }

    /// An amount: mostly some FIL, now and then one at an edge.
    mutating func amount() -> TokenAmount {
        switch random.below(20) {
        case 0: .zero
        case 1: -1
        case 2: .fil(random.within(1...3_000_000_000))
        case 3: 1
        default: TokenAmount(attoFIL: BigInt(random.within(1...9_000_000_000_000_000_000)))
        }
    }

    static func item(_ address: Address) -> CBORValue { .bytes(address.bytes) }

    static func item(_ amount: TokenAmount) -> CBORValue { item(amount.attoFIL) }

    static func item(_ number: BigInt) -> CBORValue {
        let magnitude = number.magnitudeBytes
        if magnitude.isEmpty { return .bytes([]) }
        return .bytes([number.signum < 0 ? 1 : 0] + magnitude)
    }

    static func item(_ field: BitField) -> CBORValue { .bytes(field.rlePlus) }

    static func item(_ cid: CID) -> CBORValue { .link(cid.bytes) }

    static func item(_ number: UInt64) -> CBORValue { .integer(Int128(number)) }

    static func item(_ number: Int64) -> CBORValue { .integer(Int128(number)) }

    static func item(_ epoch: ChainEpoch) -> CBORValue { item(epoch.rawValue) }

    static func list(_ items: CBORValue...) -> CBORValue { .list(items) }

    /// A signature that counts as right, or one that does not.
    mutating func signature() -> CBORValue {
        let mark: UInt8 = random.chance(4) ? 0xba : 1
        return .bytes([random.chance(50) ? 1 : 2, mark] + random.bytes(64))
    }

    /// Bytes of a proof that counts as right, or of one that does not.
    mutating func proof(_ count: Int = 192, wrong: Int = 4) -> CBORValue {
        .bytes([random.chance(wrong) ? 0xba : 1] + [UInt8](repeating: 7, count: count - 1))
    }

    mutating func sealedCID() -> CID {
        CID(
            codec: .filCommitmentSealed,
            multihash: Multihash(code: .poseidonBLS12381A2FC1, digest: random.bytes(32))
        )
    }

    mutating func pieceCID() -> CID {
        CID(
            codec: .filCommitmentUnsealed,
            multihash: Multihash(code: .sha256Truncated254Padded, digest: random.bytes(32))
        )
    }

    // MARK: - Small actors

    mutating func transferPlan() -> Plan {
        var plan = Plan(from: anyAccount(), to: anyAccount(), 0, value: amount())
        switch random.below(10) {
        case 0: plan.to = .secp256k1(publicKey: [4] + random.bytes(64))
        case 1: plan.to = (try? .bls(publicKey: random.bytes(48))) ?? .blsZero
        case 2: plan.to = .actor(seed: random.bytes(4))
        case 3: plan.to = .id(random.pick(world.miners)?.id ?? .burntFunds)
        case 4: plan.to = .id(random.pick(world.multisigs)?.id ?? .reward)
        case 5: plan.to = .id(random.pick(world.channels)?.id ?? .power)
        case 6:
            plan.method = 2
            plan.value = .zero
        case 7:
            plan.to = (try? .delegated(namespace: 10, subaddress: random.bytes(20))) ?? .blsZero
        default: break
        }
        return plan
    }

    /// A method that accounts may not call, with whatever parameters.
    mutating func closedPlan(_ actor: ActorID, methods: UInt64) -> Plan {
        let items = (0..<random.below(5)).map { _ in Self.item(random.within(0...9)) }
        return Plan(from: anyAccount(), to: actor, random.next() % (methods + 2), .list(items))
    }

    mutating func execPlan() -> Plan {
        let code: ActorKind =
            random.pick(weighted: [
                (48, .multisig), (48, .paymentChannel), (2, .storageMiner), (2, .account),
            ]) ?? .multisig
        let signers = random.some(world.accounts, percent: 25).map { Self.item(.id($0)) }
        let parameters: CBORValue =
            code == .paymentChannel
            ? Self.list(Self.item(anyAddress()), Self.item(anyAddress()))
            : Self.list(
                .list(signers.isEmpty ? [Self.item(anyAddress())] : signers),
                Self.item(random.within(1...Int64(max(1, signers.count)))),
                Self.item(random.chance(60) ? 0 : random.within(1...5000)),
                Self.item(random.chance(70) ? 0 : world.epoch.rawValue - random.within(-50...50))
            )
        return Plan(
            from: anyAccount(),
            to: .initActor,
            2,
            value: .fil(random.within(0...100)),
            Self.list(
                Self.item(ActorCode(code, world.version).cid),
                .bytes(parameters.cborBytes())
            )
        )
    }

    mutating func powerPlan() -> Plan {
        // Few miners: each costs time in every check.
        if random.chance(35) && world.miners.count < 7 {
            let types: [RegisteredPoStProof] = [
                .stackedDrgWindow2KiBV1, .stackedDrgWindow2KiBV1, .stackedDrgWindow2KiBV1,
                .stackedDrgWindow8MiBV1, .stackedDrgWindow8MiBV1,
                random.chance(10) ? .stackedDrgWindow32GiBV1 : .stackedDrgWindow2KiBV1,
            ]
            return Plan(
                from: anyAccount(),
                to: .power,
                2,
                value: .fil(random.within(0...2000)),
                Self.list(
                    Self.item(anyAddress()),
                    Self.item(blsAddress()),
                    Self.item((random.pick(types) ?? 5).rawValue),
                    .bytes(random.bytes(random.below(40))),
                    .list([.bytes(random.bytes(8))])
                )
            )
        }
        switch random.below(6) {
        case 0: return Plan(from: anyAccount(), to: .power, 9)
        case 1:
            return Plan(
                from: anyAccount(),
                to: .power,
                4,
                Self.list(Self.item(world.epoch + 5), .bytes([0x81, 1]))
            )
        default:
            let items = Self.list(Self.item(amount()), Self.item(amount()))
            return Plan(from: anyAccount(), to: .power, UInt64(random.below(11)), items)
        }
    }

    /// The address of an account with a BLS key, as workers must have.
    mutating func blsAddress() -> Address {
        let ids = world.accounts.filter { world.keys[$0]?.kind == .bls }
        guard let id = random.pick(ids), !random.chance(5) else { return anyAddress() }
        return random.chance(50) ? .id(id) : world.keys[id] ?? .id(id)
    }

    mutating func registryPlan() -> Plan {
        let root = FuzzGenesis.registryRoot
        let cap = BigInt(random.within(200...200_000))
        switch random.below(10) {
        case 0, 1:
            return Plan(
                from: root,
                to: .verifiedRegistry,
                2,
                Self.list(Self.item(anyAddress()), Self.item(cap << 8))
            )
        case 2 where random.chance(30):
            let verifier = random.pick(world.verifiers) ?? anyAddress()
            return Plan(from: root, to: .verifiedRegistry, 3, Self.item(verifier))
        case 3 where world.version >= .v7:
            return removeDataCapPlan(root, cap)
        case 4:
            return Plan(
                from: anyAccount(),
                to: .verifiedRegistry,
                UInt64(5 + random.below(2)),
                Self.list(Self.item(anyAddress()), Self.item(cap))
            )
        default:
            let verifier = random.pick(world.verifiers)?.actorID ?? anyAccount()
            return Plan(
                from: verifier,
                to: .verifiedRegistry,
                4,
                Self.list(Self.item(anyAddress()), Self.item(cap))
            )
        }
    }

    private mutating func removeDataCapPlan(_ root: ActorID, _ cap: BigInt) -> Plan {
        let requests = (0..<2).map { _ in
            Self.list(Self.item(random.pick(world.verifiers) ?? anyAddress()), signature())
        }
        let client = random.pick(world.clients) ?? anyAddress()
        return Plan(
            from: root,
            to: .verifiedRegistry,
            7,
            .list([Self.item(client), Self.item(cap)] + requests)
        )
    }

    // MARK: - Multisigs and channels

    mutating func multisigPlan() -> Plan? {
        guard let multisig = random.pick(world.multisigs) else { return execPlan() }
        let signer = random.pick(multisig.signers)?.actorID ?? anyAccount()
        if random.chance(45), let (id, transaction) = random.pick(multisig.pending) {
            return decisionPlan(multisig, signer, id, transaction)
        }
        if random.chance(6) {
            return Plan(
                from: signer,
                to: multisig.id,
                UInt64(5 + random.below(5)),
                changeParameters(multisig, method: 5)
            )
        }
        let inner: Plan =
            switch random.below(10) {
            case 0, 1, 2: transferPlan()
            case 3: (minerPlan() ?? transferPlan())
            case 4: marketPlan() ?? transferPlan()
            default: changePlan(multisig)
            }
        return Plan(
            from: signer,
            to: multisig.id,
            2,
            value: random.chance(30) ? .fil(random.within(0...5)) : .zero,
            Self.list(
                Self.item(inner.to),
                Self.item(inner.value),
                Self.item(inner.method),
                .bytes(inner.params?.cborBytes() ?? [])
            )
        )
    }

    private mutating func decisionPlan(
        _ multisig: FuzzWorld.Multisig,
        _ signer: ActorID,
        _ id: Int64,
        _ transaction: MultisigTransaction
    ) -> Plan {
        let isCancel = random.chance(20)
        let proposer = transaction.approved.first?.actorID ?? signer
        return Plan(
            from: isCancel && random.chance(80) ? proposer : signer,
            to: multisig.id,
            isCancel ? 4 : 3,
            Self.list(
                Self.item(id),
                .bytes(random.chance(95) ? [] : random.bytes(32))
            )
        )
    }

    /// A change of the multisig, which it must make itself.
    private mutating func changePlan(_ multisig: FuzzWorld.Multisig) -> Plan {
        let method = UInt64(5 + random.below(5))
        return Plan(
            from: multisig.id,
            to: multisig.id,
            method,
            changeParameters(multisig, method: method)
        )
    }

    private mutating func changeParameters(
        _ multisig: FuzzWorld.Multisig,
        method: UInt64
    ) -> CBORValue {
        let member = Self.item(random.pick(multisig.signers) ?? anyAddress())
        switch method {
        case 5: return Self.list(Self.item(anyAddress()), .bool(random.chance(30)))
        case 6: return Self.list(member, .bool(random.chance(50)))
        case 7: return Self.list(member, Self.item(anyAddress()))
        case 8: return Self.list(Self.item(random.within(0...4)))
        default:
            return Self.list(
                Self.item(world.epoch + ChainEpoch(random.within(-10...10))),
                Self.item(random.within(-1...2000)),
                Self.item(amount())
            )
        }
    }

    mutating func channelPlan() -> Plan? {
        guard let channel = random.pick(world.channels) else { return execPlan() }
        let ends = [channel.from, channel.to]
        let sender = random.pick(ends)?.actorID ?? anyAccount()
        switch random.below(10) {
        case 0: return Plan(from: sender, to: channel.id, 3)
        case 1,
            2 where channel.isSettling:
            return Plan(from: sender, to: channel.id, 4)
        case 3: return Plan(from: sender, to: channel.id, 0, value: .fil(random.within(0...9)))
        default: return voucherPlan(channel, sender)
        }
    }

    private mutating func voucherPlan(_ channel: FuzzWorld.Channel, _ sender: ActorID) -> Plan {
        let secret = random.bytes(random.below(3))
        let merges = (0..<(random.chance(20) ? random.below(3) : 0)).map { _ in
            Self.list(Self.item(random.within(0...5)), Self.item(random.within(1...90)))
        }
        let voucher: [CBORValue] = [
            Self.item(.id(channel.id)),
            Self.item(random.chance(90) ? 0 : world.epoch.rawValue + random.within(-5...5)),
            Self.item(random.chance(90) ? 0 : world.epoch.rawValue + random.within(-5...5)),
            .bytes(random.chance(90) ? [] : secret),
            random.chance(92)
                ? .null
                : Self.list(Self.item(.id(sender)), Self.item(random.within(0...2)), .bytes([])),
            Self.item(random.within(0...5)),
            Self.item(random.within(1...100)),
            Self.item(TokenAmount(attoFIL: BigInt(random.within(0...5_000_000_000_000_000_000)))),
            Self.item(random.chance(80) ? 0 : world.epoch.rawValue + random.within(0...3000)),
            .list(merges),
            signature(),
        ]
        return Plan(
            from: sender,
            to: channel.id,
            2,
            Self.list(.list(voucher), .bytes(secret))
        )
    }

    // MARK: - Market

    mutating func marketPlan() -> Plan? {
        let miner = anyMiner()
        switch random.below(12) {
        case 0, 1, 2, 3:
            let whose = random.chance(40) ? miner.map { .id($0.id) } ?? anyAddress() : anyAddress()
            return Plan(
                from: anyAccount(),
                to: .market,
                2,
                value: .fil(random.within(0...60)),
                Self.item(whose)
            )
        case 4:
            let client = anyAccount()
            let isMiner = random.chance(40)
            let sender = isMiner ? miner?.owner.actorID ?? client : client
            let whose: Address = isMiner ? .id(miner?.id ?? client) : .id(client)
            return Plan(
                from: sender,
                to: .market,
                3,
                Self.list(Self.item(whose), Self.item(amount()))
            )
        case 5:
            let method = UInt64(random.pick([1, 5, 6, 7, 8, 9, 10]) ?? 8)
            let deals = random.some(world.deals, percent: 10).map { Self.item($0.id) }
            let seal = Self.item(miner?.proofType.rawValue ?? 5)
            return Plan(
                from: anyAccount(),
                to: .market,
                method,
                method == 8
                    ? Self.list(.list([Self.list(.list(deals), seal)]))
                    : Self.list(Self.item(world.epoch), .list(deals))
            )
        default:
            guard let miner else { return nil }
            // A market with many deals costs time in every check.
            if world.deals.count > 150 && !random.chance(5) { return nil }
            return Plan(
                from: miner.worker.actorID ?? anyAccount(),
                to: .market,
                4,
                Self.list(.list((0...random.below(3)).map { _ in deal(miner) }))
            )
        }
    }

    private mutating func deal(_ miner: FuzzWorld.Miner) -> CBORValue {
        let sizes: [Int64] = [128, 256, 256, 512, 1024, 2048, 4096]
        let start = world.epoch.rawValue + random.within(-2...4000)
        let isVerified = random.chance(25) && !world.clients.isEmpty
        let client = isVerified ? random.pick(world.clients) ?? anyAddress() : anyAddress()
        let proposal = Self.list(
            Self.item(pieceCID()),
            Self.item(random.pick(sizes) ?? 256),
            .bool(isVerified),
            Self.item(client),
            Self.item(.id(random.chance(98) ? miner.id : .burntFunds)),
            .text("deal \(random.below(1000))"),
            Self.item(start),
            Self.item(start + 518_400 + random.within(-1...600)),
            Self.item(TokenAmount(attoFIL: BigInt(random.within(0...9_000_000_000)))),
            Self.item(.fil(random.within(0...2))),
            Self.item(.fil(random.within(0...1)))
        )
        return Self.list(proposal, signature())
    }
}
