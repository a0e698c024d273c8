import FilecoinTypes
import VenusAPI

// A better base: the head may have moved while winners proved.

extension MiningRound {
    /// Looks at the head before blocks are made.
    ///
    /// | head | what is done |
    /// |---|---|
    /// | the base | it stays |
    /// | of the epoch or later | it stays: the blocks of the others are there already |
    /// | the base with further blocks, same least ticket | blocks build on it; all draws hold |
    /// | any other | winners ask and draw their ticket anew; who cannot stays on the old base |
    mutating func check(_ head: Tipset) -> [MiningAction] {
        if head == base || head.height >= epoch { return chooseMessages() }
        let isGrown =
            head.height == base.height && head.parentKey == base.parentKey
            && head.minTicket == base.minTicket
        base = head
        phase = .rebasing
        var actions: [MiningAction] = isGrown ? [] : [.limitRebases]
        for place in attempts.indices {
            guard case .ready(var candidate) = attempts[place].stage else { continue }
            if isGrown {
                candidate.base = head
                attempts[place].base = head
                attempts[place].stage = .ready(candidate)
            } else {
                attempts[place].stage = .askingAgain(candidate, head)
                actions.append(.perform(.baseInfo(attempts[place].miner, on: head)))
            }
        }
        return actions
    }

    /// Leaves a winner on its base, which the head has left: its block may become an orphan, but a head that
    /// moves back and forth must not cost it.
    func stay(
        _ candidate: MiningCandidate,
        _ attempt: inout MiningAttempt,
        _ reason: String
    ) -> [MiningAction] {
        attempt.stage = .ready(candidate)
        attempt.isForked = true
        attempt.remark = "chain forked: \(reason)"
        return [.forked(attempt.miner)]
    }

    mutating func endLateRebases() -> [MiningAction] {
        attempts.indices.flatMap { place -> [MiningAction] in
            switch attempts[place].stage {
            case .askingAgain(let candidate, _), .drawingAgain(let candidate, _, _):
                return update(attempts[place].miner) {
                    $0.stay(candidate, &$1, "not drawn anew in time")
                }
            default: return []
            }
        }
    }
}
