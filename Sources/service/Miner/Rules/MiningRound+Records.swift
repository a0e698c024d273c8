import FilecoinTypes
import ServiceKit
import VenusAPI

// Records: what is kept of an attempt.

extension MiningRound {
    /// What is to be kept of an attempt that ended; nothing of one that did not win and did not fail.
    func record(
        of attempt: MiningAttempt,
        outcome: MiningOutcome,
        endedAt: ProtocolTime
    ) -> MineRecord? {
        var record = record(of: attempt)
        switch outcome {
        case .notEligible, .lost: return nil
        case .produced(let block):
            record.state = .success
            record.cid = block.cid
        case .failed:
            record.state = .error
            record.cid = attempt.block?.cid
        case .timedOut: record.state = .timeout
        }
        record.fields["error"] = outcome.message
        record.fields["end"] = CivilTime(nanoseconds: endedAt.nanoseconds).rfc3339
        return record
    }

    func record(of attempt: MiningAttempt) -> MineRecord {
        MineRecord(
            miner: attempt.miner,
            epoch: epoch,
            parents: attempt.base.key,
            parentEpoch: attempt.base.height,
            state: attempt.isForked ? .chainForked : .mining,
            cid: nil,
            wonAt: attempt.wonAt,
            fields: fields(of: attempt)
        )
    }

    private func fields(of attempt: MiningAttempt) -> [String: String] {
        let base = attempt.base
        let sinceBase = startedAt - ProtocolTime(seconds: Int64(clamping: base.minTimestamp))
        var fields = [
            "epoch": "\(epoch)", "miner": "\(attempt.miner)", "baseEpoch": "\(base.height)",
            "nullRounds": "\(epoch.rawValue - base.height.rawValue - 1)",
            "baseDelta": GoDuration.text(sinceBase), "lateStart": "\(isLate)",
            "start": CivilTime(nanoseconds: startedAt.nanoseconds).rfc3339,
        ]
        if let info = attempt.info {
            fields["worker"] = "\(info.workerKey)"
            fields["minerPower"] = "\(info.minerPower.attoFIL)"
            fields["networkPower"] = "\(info.networkPower.attoFIL)"
            fields["isEligible"] = "\(info.isEligible)"
            fields["beaconEpoch"] = "\(info.drawEntry.round)"
            fields["winCount"] = "\(attempt.winCount)"
        }
        if !attempt.remark.isEmpty { fields["info"] = attempt.remark }
        for (step, duration) in attempt.durations { fields[step] = GoDuration.text(duration) }
        return fields
    }
}
