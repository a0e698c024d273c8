internal import ActorRuntime
internal import BigIntegers
internal import CBOR
internal import FilecoinTypes

// Messages to accounts, to the init and the power actor, and to the verified registry.
extension FuzzMessages {
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
}
