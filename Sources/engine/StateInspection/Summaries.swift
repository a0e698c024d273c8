internal import ActorRuntime
internal import CBOR
internal import BuiltinActors
internal import FilecoinTypes

/// What actors say that must fit what others say.
struct Summaries {
    var miners: [ActorID: MinerSummary] = [:]
    var power: PowerSummary?
    var deals: [DealID: DealSummary] = [:]

    /// Checks that the power table agrees with what miners have.
    func checkMinersAgainstPower(_ ids: [ActorID], _ findings: inout Findings) {
        for id in ids.sorted() {
            guard let miner = miners[id] else { continue }
            findings.inside(id, .storageMiner) { findings in
                guard let power else { return findings.add("there is no power actor") }
                check(miner, .id(id), power, &findings)
            }
        }
    }

    private func check(
        _ miner: MinerSummary,
        _ address: Address,
        _ power: PowerSummary,
        _ findings: inout Findings
    ) {
        guard let claim = power.claims[address] else {
            return findings.add("has no claim in the power table")
        }
        let claimed = PowerPair(
            raw: claim.rawBytePower,
            qualityAdjusted: claim.qualityAdjustedPower
        )
        findings.require(
            miner.activePower == claimed,
            "active power is \(miner.activePower.text), the claim \(claimed.text)"
        )
        if let proof = miner.windowPoStProofType {
            findings.require(
                proof == claim.windowPoStProofType,
                "proof type is \(proof.rawValue), the claim's \(claim.windowPoStProofType.rawValue)"
            )
        }
        // A miner with nothing to prove has no event.
        guard let events = power.events[address] else { return }
        var deadlineEpochs: [ChainEpoch] = []
        for event in events {
            guard let payload = try? MinerCronPayload(cbor: event.payload),
                let known = payload.event
            else {
                findings.add("cron event at epoch \(event.epoch) has a payload of no known kind")
                continue
            }
            if known == .provingDeadline { deadlineEpochs.append(event.epoch) }
        }
        findings.require(
            deadlineEpochs.count <= 1,
            "deadline cron is scheduled at several epochs: \(deadlineEpochs)"
        )
        findings.require(
            deadlineEpochs.isEmpty != miner.isDeadlineCronActive,
            "deadline cron is \(miner.isDeadlineCronActive ? "" : "not ")active, but scheduled at"
                + " \(deadlineEpochs)"
        )
        findings.require(!deadlineEpochs.isEmpty, "has cron events, but no deadline cron")
    }

    /// Checks that active deals are in sectors.
    ///
    /// The other way need not hold: a deal may end before its sector.
    func checkDealsAgainstSectors(_ findings: inout Findings) {
        for (id, deal) in deals.sorted(by: { $0.key < $1.key }) {
            if deal.sectorStartEpoch == -1 { continue }
            findings.inside(.market, .storageMarket) { findings in
                findings.within("deal \(id)") { findings in check(deal, id, &findings) }
            }
        }
    }

    private func check(_ deal: DealSummary, _ id: DealID, _ findings: inout Findings) {
        guard let miner = deal.provider.actorID.flatMap({ miners[$0] }) else {
            return findings.add("provider \(deal.provider) is no miner")
        }
        guard let sector = miner.dealSectors[id] else {
            return findings.require(
                deal.slashEpoch >= 0,
                "is not slashed, but in no sector of \(deal.provider)"
            )
        }
        findings.require(
            deal.sectorStartEpoch == sector.activation,
            "started at \(deal.sectorStartEpoch), its sector at \(sector.activation)"
        )
        for (event, epoch) in [
            ("started", deal.sectorStartEpoch), ("updated", deal.lastUpdatedEpoch),
            ("slashed", deal.slashEpoch),
        ] {
            findings.require(
                epoch <= sector.expiration,
                "\(event) at \(epoch), after its sector expired at \(sector.expiration)"
            )
        }
    }
}
