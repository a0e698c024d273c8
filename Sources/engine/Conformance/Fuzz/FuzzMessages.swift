internal import ActorRuntime
internal import CBOR
internal import FilecoinTypes

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
}
