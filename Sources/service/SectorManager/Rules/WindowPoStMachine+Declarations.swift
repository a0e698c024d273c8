import BitFields
import BuiltinActors
import CBOR
import FilecoinTypes

/// Sectors that are declared faulty or recovered before a window opens.
struct Declaration: Hashable, Sendable {
    struct ID: Hashable, Comparable, Sendable {
        let open: ChainEpoch
        let kind: PoStMessage.Kind

        static func < (a: Self, b: Self) -> Bool {
            (a.open, a.kind.rawValue) < (b.open, b.kind.rawValue)
        }
    }

    let window: ProvingWindow
    let message: PoStMessage
    /// How many sectors it names.
    let count: UInt64
    /// Whether the messager has it.
    var isPushed: Bool = false
}

// Nothing of this is stored: after a restart the chain says what is faulty, the files say what is there, and
// the same declaration has the same id.
extension WindowPoStMachine {
    /// Has sectors looked at when one of the rule's times has come.
    mutating func check(_ window: ProvingWindow, _ view: ChainView) -> [ProvingAction] {
        guard view.epoch < window.faultCutoff - 1 else {
            recheckAt[window.open] = nil
            return []
        }
        let due = rules.checks.filter { window.open - $0 <= view.epoch }.count
        let isExtra = recheckAt[window.open].map { $0 <= view.epoch } ?? false
        guard due > checksDone[window.open] ?? 0 || isExtra else { return [] }
        checksDone[window.open] = due
        recheckAt[window.open] = nil
        let states = view.partitions[window.index] ?? []
        let sectors = BitField.union(
            of: states.map { wanted($0, isLast: due == rules.checks.count) }
        )
        return sectors.isEmpty ? [] : [.check(window, sectors)]
    }

    /// The sectors of a partition that a check looks at.
    private func wanted(_ state: PartitionState, isLast: Bool) -> BitField {
        // Files that are gone for an hour only are no fault yet: the last check decides.
        isLast && rules.declaresFaults ? state.recoverable.union(state.healthy) : state.recoverable
    }

    /// When checks of a window are due after an epoch.
    func checkTimes(
        _ window: ProvingWindow,
        _ states: [PartitionState],
        after epoch: ChainEpoch
    ) -> [ChainEpoch] {
        rules.checks.enumerated().compactMap { number, offset in
            let time = window.open - offset
            let isLast = number == rules.checks.count - 1
            let hasWork = states.contains { !wanted($0, isLast: isLast).isEmpty }
            return time > epoch && hasWork ? time : nil
        }
    }

    /// Declares what a check found.
    mutating func declare(
        _ window: ProvingWindow,
        _ sectors: BitField,
        _ bad: BitField
    ) -> [ProvingAction] {
        guard let view, view.window(window.index) == window, view.epoch < window.faultCutoff - 1
        else { return [] }
        let states = view.partitions[window.index] ?? []
        let recovered = states.map { $0.recoverable.intersection(sectors).subtracting(bad) }
        let faulty = states.map { $0.healthy.intersection(sectors).intersection(bad) }
        return declare(.recoveries, window, recovered) + declare(.faults, window, faulty)
    }

    private mutating func declare(
        _ kind: PoStMessage.Kind,
        _ window: ProvingWindow,
        _ sectors: [BitField]
    ) -> [ProvingAction] {
        var left = rules.sectorsPerDeclaration
        var list: [SectorDeclaration] = []
        for (index, field) in sectors.enumerated() where !field.isEmpty && left > 0 {
            guard list.count < MinerPolicy.declarationsMax else { break }
            let part = BitField(field.bits.prefix(Int(clamping: left)))
            left -= part.count
            list.append(
                SectorDeclaration(deadline: window.index, partition: UInt64(index), sectors: part)
            )
        }
        guard !list.isEmpty else { return [] }
        let id = Declaration.ID(open: window.open, kind: kind)
        let message = PoStMessage(
            kind: kind,
            miner: miner,
            window: window,
            attempt: failedDeclarations[id] ?? 0,
            parameters: SectorDeclarations(declarations: list).cborBytes(),
            expires: window.faultCutoff
        )
        if declarations[id]?.message == message { return [] }
        let count = list.reduce(0) { $0 + $1.sectors.count }
        let declaration = Declaration(window: window, message: message, count: count)
        declarations[id] = declaration
        let text = kind == .faults ? "are declared faulty" : "are declared recovered"
        return [
            .report(declaration.report("\(count) sectors \(text)", isGood: kind == .recoveries)),
            .push(message),
        ]
    }

    // MARK: - Messages

    /// Asks about declarations that are on their way, and gives up those that are too late.
    mutating func reviewDeclarations(_ view: ChainView) -> [ProvingAction] {
        let isOld = { (open: ChainEpoch) in open + MinerPolicy.challengeWindow <= view.epoch }
        checksDone = checksDone.filter { !isOld($0.key) }
        failedDeclarations = failedDeclarations.filter { !isOld($0.key.open) }
        var actions: [ProvingAction] = []
        for (id, declaration) in declarations.sorted(by: { $0.key < $1.key }) {
            if view.epoch >= declaration.window.faultCutoff + rules.patience {
                declarations[id] = nil
                actions.append(.abandon(id: declaration.message.id))
            } else if declaration.isPushed {
                actions.append(.watch(id: declaration.message.id))
            }
        }
        return actions
    }

    private func declaration(of message: String) -> Declaration.ID? {
        declarations.first { $0.value.message.id == message }?.key
    }

    mutating func declarationPushed(_ message: String) -> [ProvingAction] {
        if let id = declaration(of: message) { declarations[id]?.isPushed = true }
        return []
    }

    /// Forgets a declaration and has the sectors looked at again.
    mutating func declarationFailed(_ message: String, _ reason: String) -> [ProvingAction] {
        guard let id = declaration(of: message), let view else { return [] }
        guard let old = declarations.removeValue(forKey: id) else { return [] }
        // Each message costs: after three that the chain refused only the rule's own checks are left.
        if failedDeclarations[id] ?? 0 < 3, view.epoch + 1 < old.window.faultCutoff - 1 {
            recheckAt[id.open] = view.epoch + 1
        }
        return [.report(old.report("a declaration failed: \(reason)"))]
    }

    mutating func declarationLearned(
        _ message: String,
        _ outcome: MessageOutcome
    ) -> [ProvingAction] {
        guard let id = declaration(of: message), let old = declarations[id] else { return [] }
        switch outcome {
        case .waiting, .onItsWay: return []
        case .unknown:
            declarations[id]?.isPushed = false
            return [.push(old.message)]
        case .executed(.ok, _):
            declarations[id] = nil
            return [.report(old.report("the declaration has landed", isGood: true))]
        case .executed(let code, _):
            failedDeclarations[id, default: 0] += 1
            return declarationFailed(message, "exit code \(code)")
        case .failed(let text):
            failedDeclarations[id, default: 0] += 1
            return declarationFailed(message, text)
        }
    }
}

extension Declaration {
    func report(_ text: String, isGood: Bool = false) -> ProvingReport {
        ProvingReport(isGood: isGood, text: text, window: window)
    }
}
