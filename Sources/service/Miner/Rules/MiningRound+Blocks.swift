import FilecoinTypes
import ServiceKit
import VenusAPI

// Blocks: from the choice of messages to the submission.

extension MiningRound {
    /// The winners on a tipset, best ticket first.
    private func winners(on key: TipsetKey) -> [(miner: Address, candidate: MiningCandidate)] {
        attempts.compactMap { attempt -> (miner: Address, candidate: MiningCandidate)? in
            guard case .choosing(let candidate) = attempt.stage, candidate.base.key == key else {
                return nil
            }
            return (attempt.miner, candidate)
        }.sorted { $0.candidate.ticket.digest < $1.candidate.ticket.digest }
    }

    /// Has messages chosen: once for each base, which are one unless somebody stayed behind.
    mutating func chooseMessages() -> [MiningAction] {
        phase = .making
        var keys: [TipsetKey] = []
        for place in attempts.indices {
            guard case .ready(let candidate) = attempts[place].stage else { continue }
            attempts[place].stage = .choosing(candidate)
            if !keys.contains(candidate.base.key) { keys.append(candidate.base.key) }
        }
        return keys.map { key in
            let qualities = winners(on: key).map(\.candidate.ticket.quality)
            return .perform(.messages(on: key, qualities: qualities))
        }
    }

    mutating func take(
        _ lists: [[SignedMessage]],
        on key: TipsetKey,
        _ took: Duration,
        remark: String
    ) -> [MiningAction] {
        winners(on: key).enumerated().flatMap { rank, winner in
            let messages = rank < lists.count ? lists[rank] : []
            return update(winner.miner) { round, attempt in
                attempt.durations["selectMessage"] = took
                if !remark.isEmpty { attempt.remark = remark }
                attempt.stage = .creating(winner.candidate)
                let template = round.template(winner.miner, winner.candidate, messages)
                return [.perform(.block(winner.miner, template))]
            }
        }
    }

    private func template(
        _ miner: Address,
        _ candidate: MiningCandidate,
        _ messages: [SignedMessage]
    ) -> BlockTemplate {
        BlockTemplate(
            miner: miner,
            parents: candidate.base.key,
            ticket: candidate.ticket,
            electionProof: candidate.election,
            beaconValues: candidate.info.beaconEntries,
            messages: messages,
            epoch: epoch,
            timestamp: UInt64(clamping: timestamp.seconds),
            winningPoStProof: candidate.proofs
        )
    }

    func take(
        _ block: BlockMessage,
        _ attempt: inout MiningAttempt,
        _ took: Duration,
        _ now: ProtocolTime
    ) -> [MiningAction] {
        guard case .creating(let candidate) = attempt.stage else { return [] }
        attempt.durations["createBlock"] = took
        let header = block.header
        // What is signed must be what was asked for.
        guard header.miner == attempt.miner, header.height == epoch,
            header.parents == candidate.base.cids, header.ticket == candidate.ticket,
            header.electionProof == candidate.election,
            header.timestamp == UInt64(clamping: timestamp.seconds)
        else {
            let reason = "the node made another block than was asked for"
            return end(&attempt, .failed(step: "createBlock", reason), now)
        }
        guard header.blockSignature == nil else { return admit(candidate, block, &attempt) }
        attempt.stage = .signing(candidate, block)
        return [
            .perform(.signature(attempt.miner, worker: candidate.info.workerKey, header))
        ]
    }

    func takeSignature(
        _ signature: Signature,
        _ attempt: inout MiningAttempt,
        _ took: Duration,
        _ now: ProtocolTime
    ) -> [MiningAction] {
        guard case .signing(let candidate, var block) = attempt.stage else { return [] }
        attempt.durations["signBlock"] = took
        guard signature.type == .bls else {
            return end(&attempt, Self.notBLS("signBlock", signature), now)
        }
        block.header.blockSignature = signature
        return admit(candidate, block, &attempt)
    }

    private func admit(
        _ candidate: MiningCandidate,
        _ block: BlockMessage,
        _ attempt: inout MiningAttempt
    ) -> [MiningAction] {
        attempt.block = block
        attempt.stage = .admitting(candidate, block)
        return [
            .perform(
                .admission(attempt.miner, block, parentEpoch: candidate.base.height)
            )
        ]
    }

    func takeAdmission(
        _ attempt: inout MiningAttempt,
        _ took: Duration
    ) -> [MiningAction] {
        guard case .admitting(_, let block) = attempt.stage else { return [] }
        attempt.durations["admitBlock"] = took
        attempt.stage = .submitting(block)
        return [.perform(.submission(attempt.miner, block))]
    }

    func takeSubmission(
        _ attempt: inout MiningAttempt,
        _ took: Duration,
        _ now: ProtocolTime
    ) -> [MiningAction] {
        guard case .submitting(let block) = attempt.stage else { return [] }
        attempt.durations["submitBlock"] = took
        return end(&attempt, .produced(block), now)
    }
}
