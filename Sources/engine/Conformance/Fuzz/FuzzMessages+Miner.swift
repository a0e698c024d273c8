internal import ActorRuntime
internal import BigIntegers
internal import BitFields
internal import BuiltinActors
internal import CBOR
internal import FilecoinTypes
internal import Multiformats

extension FuzzMessages {
    private typealias Miner = FuzzWorld.Miner

    mutating func minerPlan() -> Plan? {
        guard let miner = anyMiner() else { return powerPlan() }
        // What is open now is proven first, or nearly everything would end as faulty.
        if random.chance(50), let plan = openDeadlinePlan() { return plan }
        let method =
            random.pick(weighted: [
                (2, 5), (20, 6), (18, 7), (5, 8), (3, 9), (4, 10), (10, 11), (1, 13), (1, 15),
                (4, 16), (6, 25), (4, 26), (6, 27), (3, 19), (1, 20), (4, 22), (3, 24), (2, 23),
                (2, 3), (1, 4), (1, 18), (2, 21), (1, 2), (4, 0), (3, 100),
            ]) ?? 6
        let worker = miner.worker.actorID ?? anyAccount()
        let owner = miner.owner.actorID ?? anyAccount()
        func byWorker(_ params: CBORValue?, value: TokenAmount = .zero) -> Plan {
            Plan(from: worker, to: miner.id, UInt64(method), value: value, params)
        }
        switch method {
        case 0: return Plan(from: owner, to: miner.id, 0, value: .fil(random.within(1...500)))
        case 3:
            return Plan(
                from: owner,
                to: miner.id,
                3,
                Self.list(
                    Self.item(blsAddress()),
                    .list((0..<random.below(4)).map { _ in Self.item(anyAddress()) })
                )
            )
        case 4: return byWorker(Self.list(.bytes(random.bytes(random.below(140)))))
        case 5: return postPlan(miner)
        case 6: return byWorker(preCommit(miner, number: freshNumber(miner)))
        case 7: return byWorker(Self.list(Self.item(preCommitted(miner)), proof()))
        case 8: return byWorker(Self.list(.list(extensions(miner))))
        case 9, 10, 11: return byWorker(Self.list(.list(declarations(miner, method))))
        case 13: return byWorker(Self.list(Self.item(anySector(miner))))
        // A reported miner may do little for 900 epochs.
        case 15 where random.chance(30): return faultReportPlan(miner)
        case 16: return Plan(from: owner, to: miner.id, 16, Self.list(Self.item(amount())))
        case 18: return byWorker(Self.list(.list([.bytes(random.bytes(random.below(40)))])))
        case 19: return compactionPlan(miner, worker)
        case 20:
            let start = random.next() % 400
            return byWorker(Self.list(Self.item(BitField(start..<start + random.next() % 9))))
        case 21, 22: return Plan(from: owner, to: miner.id, UInt64(method))
        case 23:
            let next = miner.pendingOwner ?? .id(anyAccount())
            let isProposal = miner.pendingOwner == nil || random.chance(20)
            return Plan(
                from: isProposal ? owner : next.actorID ?? owner,
                to: miner.id,
                23,
                Self.item(isProposal ? .id(anyAccount()) : next)
            )
        case 24:
            let disputable = miner.places.filter { $0.proofs > 0 }
            let place = random.pick(disputable) ?? random.pick(miner.places)
            return Plan(
                from: anyAccount(),
                to: miner.id,
                24,
                Self.list(
                    Self.item(place?.deadline ?? UInt64(random.below(49))),
                    Self.item(random.next() % max(1, place?.proofs ?? 2))
                )
            )
        case 25:
            let first = freshNumber(miner)
            let batch = (0...random.below(7)).map { preCommit(miner, number: first + UInt64($0)) }
            return byWorker(Self.list(.list(batch)), value: .fil(random.within(0...3)))
        case 26 where miner.preCommits.count > 3 || random.chance(10):
            return aggregatePlan(miner, worker)
        case 27: return byWorker(Self.list(.list(replicaUpdates(miner))))
        case 100: return closedMinerPlan(miner)
        default: return byWorker(nil)
        }
    }

    // MARK: - Sectors that come

    private mutating func freshNumber(_ miner: Miner) -> UInt64 {
        if random.chance(5) { return anySector(miner) }
        return UInt64(random.below(500)) + (random.chance(1) ? 1 << 62 : 0)
    }

    private mutating func preCommit(_ miner: Miner, number: UInt64) -> CBORValue {
        let epoch = world.epoch.rawValue
        var deals: [FuzzWorld.Deal] = []
        if random.chance(40) {
            deals = world.deals.filter {
                !$0.isActive && $0.proposal.provider == .id(miner.id)
                    && $0.proposal.startEpoch.rawValue >= epoch
                    && $0.proposal.pieceSize.rawValue <= miner.size.bytes / 2
            }
            deals = Array(deals.prefix(1 + random.below(2)))
        }
        var expiration = epoch + 86_550 + 518_400 + random.within(-2...700_000)
        if let end = deals.map(\.proposal.endEpoch.rawValue).max() {
            expiration = max(expiration, end)
        }
        // Actors v6 could give the place of an empty sector to one with deals.
        let old = miner.sectors.first { $0.dealIDs.isEmpty }
        let place = old.flatMap { old in
            miner.places.first { $0.active.contains(old.sectorNumber.rawValue) }
        }
        let replaces = world.version < .v7 && !deals.isEmpty && place != nil && random.chance(50)
        return Self.list(
            Self.item(random.chance(97) ? miner.proofType.rawValue : random.within(0...9)),
            Self.item(number),
            Self.item(sealedCID()),
            Self.item(epoch - random.within(0...200)),
            .list(deals.map { Self.item($0.id) }),
            Self.item(expiration),
            .bool(replaces),
            Self.item(replaces ? place?.deadline ?? 0 : 0),
            Self.item(replaces ? place?.partition ?? 0 : 0),
            Self.item(replaces ? old?.sectorNumber.rawValue ?? 0 : 0)
        )
    }

    private mutating func preCommitted(_ miner: Miner) -> UInt64 {
        let ripe = miner.preCommits.filter { $0.epoch + 10 < world.epoch }
        return random.pick(ripe)?.number ?? random.pick(miner.preCommits)?.number
            ?? UInt64(random.below(500))
    }

    private mutating func aggregatePlan(_ miner: Miner, _ worker: ActorID) -> Plan {
        let ripe = miner.preCommits.filter { $0.epoch + 10 < world.epoch }.map(\.number)
        let count = 3 + random.below(8)
        return Plan(
            from: worker,
            to: miner.id,
            26,
            Self.list(Self.item(BitField(ripe.prefix(count))), proof(1000))
        )
    }

    private mutating func replicaUpdates(_ miner: Miner) -> [CBORValue] {
        let empty = miner.sectors.filter { $0.dealIDs.isEmpty }
        let deals = world.deals.filter {
            !$0.isActive && $0.proposal.provider == .id(miner.id)
                && $0.proposal.startEpoch >= world.epoch
                && $0.proposal.pieceSize.rawValue <= miner.size.bytes
        }
        return (0...random.below(2)).map { index in
            let sector = random.pick(empty)
            let number = sector?.sectorNumber.rawValue ?? UInt64(random.below(500))
            let place = place(of: number, miner)
            let wanted = deals.dropFirst(index).prefix(1)
                .filter { $0.proposal.endEpoch <= (sector?.expiration ?? 0) }
            return Self.list(
                Self.item(number),
                Self.item(place?.deadline ?? 0),
                Self.item(place?.partition ?? 0),
                Self.item(sealedCID()),
                .list(wanted.map { Self.item($0.id) }),
                Self.item(miner.proofType.rawValue % 5),
                proof()
            )
        }
    }

    // MARK: - Sectors that are there

    private mutating func anySector(_ miner: Miner) -> UInt64 {
        random.pick(miner.sectors)?.sectorNumber.rawValue ?? UInt64(random.below(500))
    }

    private func place(of number: UInt64, _ miner: Miner) -> Miner.Place? {
        miner.places.first { $0.active.contains(number) || $0.faulty.contains(number) }
    }

    private mutating func declarations(_ miner: Miner, _ method: Int) -> [CBORValue] {
        // Recoveries are for faults, the rest is for what is healthy.
        let wantsFaulty = method == 11
        let fitting = miner.places.filter { !(wantsFaulty ? $0.faulty : $0.active).isEmpty }
        let places = random.some(fitting, percent: 40)
        return (places.isEmpty ? Array(fitting.prefix(1)) : places).map { place in
            let members = wantsFaulty && random.chance(90) ? place.faulty : place.active
            var chosen = random.some(members, percent: method == 9 ? 30 : 60)
            if random.chance(3) { chosen.append(UInt64(random.below(500))) }
            return Self.list(
                Self.item(place.deadline),
                Self.item(place.partition),
                Self.item(BitField(chosen))
            )
        }
    }

    private mutating func extensions(_ miner: Miner) -> [CBORValue] {
        random.some(miner.places, percent: 30).map { place in
            let longest =
                miner.sectors.filter { place.active.contains($0.sectorNumber.rawValue) }
                .map(\.expiration.rawValue).max() ?? 0
            return Self.list(
                Self.item(place.deadline),
                Self.item(place.partition),
                Self.item(BitField(random.some(place.active, percent: 70))),
                Self.item(longest + random.within(-1...200_000))
            )
        }
    }

    private mutating func compactionPlan(_ miner: Miner, _ worker: ActorID) -> Plan {
        let dead = miner.places.filter(\.isCompactable)
        let place = random.pick(dead) ?? random.pick(miner.places)
        return Plan(
            from: worker,
            to: miner.id,
            19,
            Self.list(
                Self.item(place?.deadline ?? UInt64(random.below(48))),
                Self.item(BitField(0..<(place?.partitions ?? 1)))
            )
        )
    }

    // MARK: - Proofs of spacetime

    /// A proof for a deadline that is open, if any miner has one to prove.
    private mutating func openDeadlinePlan() -> Plan? {
        let due = world.miners.filter { miner in
            miner.current.isOpen && !provable(miner).isEmpty
        }
        return random.pick(due).map { postPlan($0) }
    }

    /// The partitions of the open deadline that a proof is still to be made for.
    private func provable(_ miner: Miner) -> [Miner.Place] {
        miner.places.filter {
            $0.deadline == miner.current.index && $0.isProvable && !$0.proven.contains($0.partition)
                && !proven.contains(Self.name(of: $0, miner))
        }
    }

    private static func name(of place: Miner.Place, _ miner: Miner) -> String {
        "\(miner.id) \(place.deadline) \(place.partition)"
    }

    private mutating func postPlan(_ miner: Miner) -> Plan {
        let open = miner.current.index
        let places = provable(miner)
        var partitions = random.some(places, percent: 80).map { place in
            if random.chance(95) { proven.insert(Self.name(of: place, miner)) }
            // What is skipped becomes faulty.
            let skipped = random.chance(8) ? random.some(place.active, percent: 50) : []
            return Self.list(Self.item(place.partition), Self.item(BitField(skipped)))
        }
        if partitions.isEmpty { partitions = [Self.list(.integer(0), Self.item(BitField()))] }
        return Plan(
            from: miner.worker.actorID ?? anyAccount(),
            to: miner.id,
            5,
            Self.list(
                Self.item(random.chance(97) ? open : UInt64(random.below(50))),
                .list(partitions),
                // A wrong one is taken at first, and may be disputed.
                .list([Self.list(Self.item(miner.proofType.rawValue), proof(wrong: 12))]),
                Self.item(world.epoch - 1),
                .bytes(random.chance(98) ? Self.chainRandomness : random.bytes(32))
            )
        )
    }

    // MARK: - Others

    private mutating func faultReportPlan(_ miner: Miner) -> Plan {
        let height = world.epoch.rawValue - random.within(0...40)
        let parents = [sealedCID()]
        let first = header(miner, height, parents)
        let isTimeOffset = random.chance(30)
        let second = header(
            miner,
            isTimeOffset ? height + 1 : height,
            isTimeOffset ? parents : [sealedCID()]
        )
        return Plan(
            from: anyAccount(),
            to: miner.id,
            15,
            Self.list(
                .bytes(first.cborBytes()),
                .bytes(random.chance(95) ? second.cborBytes() : first.cborBytes()),
                .bytes([])
            )
        )
    }

    private mutating func header(
        _ miner: Miner,
        _ height: Int64,
        _ parents: [CID]
    ) -> BlockHeader {
        let root = CID.dagCBOR(hashing: random.bytes(8))
        return BlockHeader(
            miner: .id(miner.id),
            ticket: Ticket(vrfProof: random.bytes(96)),
            electionProof: nil,
            beaconEntries: [],
            winPoStProof: [],
            parents: parents,
            parentWeight: 1,
            height: ChainEpoch(height),
            parentStateRoot: root,
            parentMessageReceipts: root,
            messages: root,
            blsAggregate: nil,
            timestamp: UInt64(max(0, height)),
            blockSignature: Signature(
                type: .bls,
                data: [random.chance(5) ? 0xba : 1] + random.bytes(95)
            ),
            parentBaseFee: 100
        )
    }

    /// A method that only other actors may call.
    private mutating func closedMinerPlan(_ miner: Miner) -> Plan {
        let estimate = Self.list(Self.item(amount()), Self.item(amount()))
        let calls: [(UInt64, CBORValue)] = [
            (
                1,
                Self.list(
                    Self.item(anyAddress()),
                    Self.item(anyAddress()),
                    .list([]),
                    .integer(5),
                    .bytes([]),
                    .list([])
                )
            ),
            (12, Self.list(.bytes([0x81, UInt8(1 + random.below(3))]), estimate, estimate)),
            (14, Self.list(Self.item(amount()), Self.item(amount()))),
            (
                17,
                Self.list(
                    .list([Self.item(preCommitted(miner))]),
                    estimate,
                    Self.item(amount()),
                    estimate
                )
            ),
            (UInt64(28 + random.below(9)), .list([])),
        ]
        let (method, params) = random.pick(calls) ?? (28, .list([]))
        return Plan(from: anyAccount(), to: miner.id, method, params)
    }
}
