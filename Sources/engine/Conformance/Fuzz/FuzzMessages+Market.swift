internal import BigIntegers
internal import CBOR
internal import FilecoinTypes

// Messages to the market.
extension FuzzMessages {
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
