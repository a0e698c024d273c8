internal import ActorRuntime
internal import BigIntegers
internal import BuiltinActors
internal import FilecoinTypes

/// What other checks need to know of the power actor.
struct PowerSummary {
    /// A call that a miner asked for.
    struct Event {
        let epoch: ChainEpoch
        let payload: [UInt8]
    }

    var claims: [Address: PowerClaim] = [:]
    var events: [Address: [Event]] = [:]
}

/// The rules of the storage power actor's state.
struct PowerCheck {
    /// Seals that a miner may submit in one epoch.
    private static let maxProofsPerMiner = 200

    let state: PowerState
    let store: ActorStore
    let policy: ActorPolicy

    func run(_ findings: inout Findings) -> PowerSummary {
        for (name, total) in [
            ("raw power", state.totalRawBytePower),
            ("quality-adjusted power", state.totalQualityAdjustedPower),
            ("committed raw power", state.totalBytesCommitted),
            ("committed quality-adjusted power", state.totalQABytesCommitted),
        ] {
            findings.require(total.signum >= 0, "total \(name) \(total) is negative")
        }
        for (less, a, more, b) in [
            (
                "raw power", state.totalRawBytePower, "quality-adjusted power",
                state.totalQualityAdjustedPower
            ),
            (
                "committed raw power", state.totalBytesCommitted,
                "committed quality-adjusted power", state.totalQABytesCommitted
            ),
            (
                "raw power", state.totalRawBytePower, "committed raw power",
                state.totalBytesCommitted
            ),
            (
                "quality-adjusted power", state.totalQualityAdjustedPower,
                "committed quality-adjusted power", state.totalQABytesCommitted
            ),
        ] {
            findings.require(a <= b, "total \(less) \(a) is above the \(more) \(b)")
        }
        var summary = PowerSummary()
        checkEvents(&summary, &findings)
        checkClaims(&summary, &findings)
        checkProofs(summary, &findings)
        return summary
    }

    private func checkEvents(_ summary: inout PowerSummary, _ findings: inout Findings) {
        let queue = findings.reading("cron events") { () throws(ActorError) in
            var events = try state.cronEvents(store)
            return try events.entries()
        }
        for (key, events) in queue ?? [] {
            guard let epoch = key.signedNumber.map({ ChainEpoch(rawValue: $0) }) else {
                findings.add("key \(key.bytes) of the cron events is no epoch")
                continue
            }
            findings.require(
                epoch >= state.firstCronEpoch,
                "cron event at epoch \(epoch), before the first one \(state.firstCronEpoch)"
            )
            for event in events {
                summary.events[event.miner, default: []]
                    .append(.init(epoch: epoch, payload: event.callbackPayload))
            }
        }
    }

    private func checkClaims(_ summary: inout PowerSummary, _ findings: inout Findings) {
        let entries = findings.reading("claims") { () throws(ActorError) in
            var claims = try state.claims(store)
            return try claims.entries()
        }
        guard let entries else { return }
        var committed = PowerPair.zero
        var counted = PowerPair.zero
        var large: Int64 = 0
        for (key, claim) in entries {
            guard let miner = try? Address(bytes: key.bytes) else {
                findings.add("key \(key.bytes) of the claims is no address")
                continue
            }
            summary.claims[miner] = claim
            let power = PowerPair(
                raw: claim.rawBytePower,
                qualityAdjusted: claim.qualityAdjustedPower
            )
            committed += power
            guard let least = try? policy.minPower(claim.windowPoStProofType) else {
                findings.add(
                    "claim of \(miner) has proof type \(claim.windowPoStProofType.rawValue),"
                        + " which has no least power"
                )
                continue
            }
            if claim.rawBytePower >= least {
                large += 1
                counted += power
            }
        }
        let totalCommitted = PowerPair(
            raw: state.totalBytesCommitted,
            qualityAdjusted: state.totalQABytesCommitted
        )
        findings.require(
            committed == totalCommitted,
            "claims add up to \(committed.text), recorded is \(totalCommitted.text)"
        )
        findings.require(
            large == state.minerAboveMinPowerCount,
            "\(large) miners are above the minimum, recorded are \(state.minerAboveMinPowerCount)"
        )
        let total = PowerPair(
            raw: state.totalRawBytePower,
            qualityAdjusted: state.totalQualityAdjustedPower
        )
        findings.require(
            counted == total,
            "claims above the minimum add up to \(counted.text), recorded is \(total.text)"
        )
    }

    private func checkProofs(_ summary: PowerSummary, _ findings: inout Findings) {
        if state.proofValidationBatch == nil { return }
        let batch = findings.reading("seals to verify") { () throws(ActorError) in
            var proofs = try state.proofBatch(store)
            return try proofs.entries()
        }
        for (key, seals) in batch ?? [] {
            guard let miner = try? Address(bytes: key.bytes) else {
                findings.add("key \(key.bytes) of the seals to verify is no address")
                continue
            }
            guard let claim = summary.claims[miner] else {
                findings.add("\(miner) has seals to verify but no claim")
                continue
            }
            findings.require(
                seals.count <= Self.maxProofsPerMiner,
                "\(miner) has \(seals.count) seals to verify"
            )
            for seal in seals {
                let proof = seal.sealProof.windowPoStProof(.v1)
                findings.require(
                    proof == claim.windowPoStProofType,
                    "\(miner) submitted a seal of type \(seal.sealProof.rawValue), its claim has"
                        + " proof type \(claim.windowPoStProofType.rawValue)"
                )
            }
        }
    }
}

extension PowerPair {
    var text: String { "\(raw) bytes raw and \(qualityAdjusted) quality-adjusted" }
}

extension ADTMultimap {
    /// All keys with their values.
    mutating func entries() throws(ActorError) -> [(ADTKey, [Value])] {
        var entries: [(ADTKey, [Value])] = []
        try forAll { (key, array) throws(ActorError) in
            entries.append((key, try array.all().map(\.1)))
        }
        return entries
    }
}
