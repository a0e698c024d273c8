import FilecoinCrypto
import FilecoinTypes
import ServiceKit
import VenusAPI

// Draws and proofs: from the base info of a miner to a winner that is ready.

extension MiningRound {
    func take(
        _ info: MiningBaseInfo?,
        _ attempt: inout MiningAttempt,
        _ took: Duration,
        _ now: ProtocolTime
    ) -> [MiningAction] {
        switch attempt.stage {
        case .asking:
            attempt.durations["getBaseInfo"] = took
            guard let info else {
                return end(&attempt, .notEligible("no base info: no sector can be proven"), now)
            }
            attempt.info = info
            guard info.isEligible else {
                return end(&attempt, .notEligible("the chain does not let it be elected"), now)
            }
            guard info.workerKey.kind == .bls else {
                let reason = "miner worker address was not a BLS key: \(info.workerKey)"
                return end(&attempt, .failed(step: "getBaseInfo", reason), now)
            }
            attempt.stage = .electing(info)
            let draw = DrawRequest.election(attempt.miner, epoch: epoch, entry: info.drawEntry)
            return [.perform(.election(attempt.miner, worker: info.workerKey, draw))]
        case .askingAgain(let candidate, let base):
            guard let info, candidate.holds(with: info) else {
                return stay(candidate, &attempt, "the election does not hold on the new head")
            }
            attempt.stage = .drawingAgain(candidate, info, base)
            return [drawTicket(attempt.miner, info, base)]
        default: return []
        }
    }

    private func drawTicket(
        _ miner: Address,
        _ info: MiningBaseInfo,
        _ base: Tipset
    ) -> MiningAction {
        let draw = DrawRequest.ticket(
            miner,
            epoch: epoch,
            entry: info.drawEntry,
            parent: base.minTicket
        )
        return .perform(.ticket(miner, worker: info.workerKey, draw))
    }

    func takeElection(
        _ signature: Signature,
        _ attempt: inout MiningAttempt,
        _ took: Duration,
        _ now: ProtocolTime
    ) -> [MiningAction] {
        guard case .electing(let info) = attempt.stage else { return [] }
        attempt.durations["computeElectionProof"] = took
        guard signature.type == .bls else {
            return end(&attempt, Self.notBLS("computeElectionProof", signature), now)
        }
        let count = ElectionProof.winCount(
            vrfProof: signature.data,
            power: info.minerPower.attoFIL,
            totalPower: info.networkPower.attoFIL
        )
        attempt.winCount = count
        guard count > 0 else { return end(&attempt, .lost, now) }
        attempt.wonAt = now
        let election = ElectionProof(winCount: count, vrfProof: signature.data)
        attempt.stage = .proving(MiningWin(info: info, election: election))
        let draws = BlockDraws(beaconEntry: info.drawEntry, epoch: epoch, miner: attempt.miner)
        return [
            .perform(.proof(attempt.miner, info.sectors, randomness: draws.winningPoStSeed)),
            drawTicket(attempt.miner, info, base),
            .won(record(of: attempt)),
        ]
    }

    func takeTicket(
        _ signature: Signature,
        _ attempt: inout MiningAttempt,
        _ took: Duration,
        _ now: ProtocolTime
    ) -> [MiningAction] {
        switch attempt.stage {
        case .proving(var win):
            attempt.durations["computeTicket"] = took
            guard signature.type == .bls else {
                return end(&attempt, Self.notBLS("computeTicket", signature), now)
            }
            win.ticket = Ticket(vrfProof: signature.data)
            return settle(win, &attempt)
        case .drawingAgain(var candidate, let info, let base):
            guard signature.type == .bls else {
                return stay(candidate, &attempt, "the wallet's ticket has no BLS signature")
            }
            candidate.info = info
            candidate.base = base
            candidate.ticket = Ticket(vrfProof: signature.data)
            attempt.info = info
            attempt.base = base
            attempt.stage = .ready(candidate)
            return []
        default: return []
        }
    }

    func take(
        _ proofs: [PoStProof],
        _ attempt: inout MiningAttempt,
        _ took: Duration,
        _ now: ProtocolTime
    ) -> [MiningAction] {
        guard case .proving(var win) = attempt.stage else { return [] }
        attempt.durations["computePostProof"] = took
        guard !proofs.isEmpty else {
            return end(&attempt, .failed(step: "computePostProof", "the sealer sent no proof"), now)
        }
        win.proofs = proofs
        return settle(win, &attempt)
    }

    private func settle(_ win: MiningWin, _ attempt: inout MiningAttempt) -> [MiningAction] {
        attempt.stage = .proving(win)
        guard let ticket = win.ticket, let proofs = win.proofs else { return [] }
        attempt.stage = .ready(
            MiningCandidate(
                base: base,
                info: win.info,
                election: win.election,
                ticket: ticket,
                proofs: proofs
            )
        )
        return []
    }

    static func notBLS(_ step: String, _ signature: Signature) -> MiningOutcome {
        .failed(step: step, "the wallet gave a \(signature.type) signature, not a BLS one")
    }
}
