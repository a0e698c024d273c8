internal import BigIntegers
internal import BuiltinActors
internal import CBOR
internal import FilecoinTypes

// Messages to multisigs and payment channels.
extension FuzzMessages {
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
}
