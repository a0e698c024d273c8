import BitFields
import BuiltinActors
import CBOR
import FilecoinTypes
import Testing

@testable import SectorManager

/// A chain that says what a script wants, and the machine that follows it.
struct ProvingScript {
    static let miner: ActorID = 1000
    /// The window that the scripts are about: deadline 3 of the period that starts at 2880.
    static let window = ProvingWindow(index: 3, open: 2880 + 180)

    var machine: WindowPoStMachine
    var states: [PartitionState]
    var submitted = BitField()
    var draws = WindowDraws(challenge: [1], commit: [2])

    init(
        _ states: [PartitionState] = [PartitionState(live: [1, 2])],
        rules: ProvingRules = ProvingScript.quietRules,
        stored: [ProofTask] = []
    ) {
        self.states = states
        machine = WindowPoStMachine(miner: Self.miner, rules: rules, stored: stored)
    }

    /// Rules under which sectors without files are skipped only.
    static var quietRules: ProvingRules {
        var quiet = ProvingRules()
        quiet.declaresFaults = false
        return quiet
    }

    /// A head at this many epochs from the opening.
    mutating func head(_ offset: Int64) -> [ProvingAction] {
        var view = ChainView(epoch: Self.window.open + ChainEpoch(offset), periodStart: 2880)
        view.partitions[Self.window.index] = states
        view.submitted = submitted
        view.draws[Self.window.index] = draws
        return machine.apply(.head(view)).filter { !$0.isReport }
    }

    mutating func apply(_ event: ProvingEvent) -> [ProvingAction] {
        machine.apply(event).filter { !$0.isReport }
    }

    /// The proof that the last `.prove` action asked for.
    mutating func prove(
        _ actions: [ProvingAction],
        skipping skipped: BitField = BitField()
    ) -> [ProvingAction] {
        guard case .prove(let id, _, let sectors, let draws)? = actions.last else { return [] }
        var outcome = ProofOutcome(proof: nil)
        for (index, numbers) in sectors.sorted(by: { $0.key < $1.key }) {
            let left = numbers.subtracting(skipped)
            if left.isEmpty {
                outcome.omitted.append(index)
            } else {
                let out = numbers.intersection(skipped)
                outcome.partitions.append(PoStPartition(index: index, skipped: out))
            }
        }
        if !outcome.partitions.isEmpty {
            outcome.proof = PoStProof(postProof: 5, proofBytes: [UInt8](repeating: 7, count: 192))
        }
        return apply(.proved(id, draws, outcome))
    }

    /// Goes to the point where the messager has the message, and gives its id.
    mutating func pushed() throws -> String {
        _ = prove(head(-10))
        let message = try #require(head(4).pushes.first)
        _ = apply(.pushed(id: message.id))
        return message.id
    }

    var task: ProofTask? { machine.tasks.values.min { $0.id < $1.id } }
}

extension ProvingAction {
    var isReport: Bool { if case .report = self { true } else { false } }
}

extension [ProvingAction] {
    var pushes: [PoStMessage] {
        compactMap { if case .push(let message) = $0 { message } else { nil } }
    }

    var proofs: [[UInt64: BitField]] {
        compactMap { if case .prove(_, _, let sectors, _) = $0 { sectors } else { nil } }
    }

    var saved: [ProofTask] {
        compactMap { if case .save(let task) = $0 { task } else { nil } }
    }
}

@Suite struct WindowPoStMachineTests {
    @Test func `windows of a period follow one another and wrap around`() {
        func window(_ index: UInt64, _ epoch: ChainEpoch) -> ChainEpoch {
            ProvingWindow(index: index, at: epoch, periodStart: 75).open
        }
        // Deadline 47 of the period before is open.
        #expect(window(47, 74) == 15)
        #expect(window(47, 75) == 2895)
        #expect(window(0, 74) == 75)
        #expect(window(0, 134) == 75)
        #expect(window(0, 135) == 2955)
        #expect(ChainView.openIndex(at: 74, periodStart: 75) == 47)
        #expect(ChainView.openIndex(at: 75, periodStart: 75) == 0)
        #expect(ChainView.openIndex(at: 75 + 2880 * 3, periodStart: 75) == 0)
    }

    @Test
    func `a partition is proven ten epochs after the challenge and submitted after the opening`()
        throws
    {
        var script = ProvingScript()
        #expect(script.head(-11) == [])
        #expect(script.machine.nextWake == ProvingScript.window.open - 10)
        let begin = script.head(-10)
        #expect(begin.proofs == [[0: [1, 2]]])
        // The proof is stored at once, but not sent before the window is four epochs old.
        let proven = script.prove(begin)
        #expect(proven.saved.map(\.state) == [.proven])
        #expect(proven.pushes.isEmpty)
        #expect(script.machine.nextWake == ProvingScript.window.open + 4)
        #expect(script.head(3) == [])
        let submit = script.head(4)
        let message = try #require(submit.pushes.first)
        #expect(submit == [.save(try #require(script.task)), .push(message)])
        let parameters = try SubmitWindowedPoStParameters(cbor: message.parameters)
        #expect(parameters.deadline == 3)
        #expect(parameters.partitions == [PoStPartition(index: 0, skipped: BitField())])
        #expect(parameters.chainCommitEpoch == ProvingScript.window.open - 20)
        #expect(parameters.chainCommitRand == [2])
        #expect(message.expires == ProvingScript.window.close)

        #expect(script.apply(.pushed(id: message.id)).saved.map(\.state) == [.pushed])
        #expect(script.head(5) == [.watch(id: message.id)])
        #expect(script.machine.nextWake == ProvingScript.window.open + 6)
        #expect(script.apply(.message(id: message.id, .onItsWay)) == [])
        script.submitted = [0]
        #expect(script.head(6).saved.map(\.state) == [.landed(at: ProvingScript.window.open + 5)])
        #expect(script.head(7) == [])
        // The next period is what comes next.
        #expect(script.machine.nextWake == ProvingScript.window.open + 2880 - 10)
    }

    @Test func `a head deep in the window begins at once, and the last epoch is too late`() {
        var script = ProvingScript()
        let begin = script.head(30)
        #expect(begin.proofs.count == 1)
        #expect(script.prove(begin).pushes.count == 1)
        var late = ProvingScript()
        #expect(late.head(58).proofs.count == 1)
        var tooLate = ProvingScript()
        #expect(tooLate.head(59) == [])
    }

    @Test func `null rounds over the opening lose nothing`() {
        var script = ProvingScript()
        #expect(script.head(-30) == [])
        // The next block comes twenty epochs into the window.
        let begin = script.head(20)
        #expect(begin.proofs.count == 1)
        #expect(script.prove(begin).pushes.count == 1)
    }

    @Test func `a proof that was stored before a crash is sent, not made again`() throws {
        var script = ProvingScript()
        let stored = try #require(script.prove(script.head(-10)).saved.last)
        #expect(stored.state == .proven)
        var after = ProvingScript(stored: [stored])
        #expect(after.head(-5) == [])
        let message = try #require(after.head(4).pushes.first)
        // A second crash before the answer: the same message under the same id.
        let again = try #require(after.machine.tasks[stored.id])
        var restored = again
        restored.state = .proven
        var third = ProvingScript(stored: [restored])
        #expect(third.head(6).pushes == [message])
    }

    @Test func `a message that was pushed before a crash is only watched`() throws {
        var script = ProvingScript()
        let id = try script.pushed()
        var after = ProvingScript(stored: [try #require(script.task)])
        #expect(after.head(7) == [.watch(id: id)])
        // The messager lost it: the same message again.
        #expect(after.apply(.message(id: id, .unknown)).pushes.map(\.id) == [id])
    }

    @Test func `a message that landed while the sealer was away is no missed proof`() throws {
        var script = ProvingScript()
        let id = try script.pushed()
        var after = ProvingScript(stored: [try #require(script.task)])
        #expect(after.head(400) == [.watch(id: id)])
        let epoch = ProvingScript.window.open + 8
        let landed = after.apply(.message(id: id, .executed(.ok, at: epoch)))
        #expect(landed.saved.map(\.state) == [.landed(at: epoch)])
    }

    @Test func `a message without funds is sent again, a refused one is proven again`() throws {
        var script = ProvingScript()
        let first = try script.pushed()
        let failed = script.apply(
            .message(id: first, .executed(.outOfGas, at: ProvingScript.window.open + 5))
        )
        #expect(failed.saved.map(\.state) == [.proven])
        let second = try #require(script.head(7).pushes.first)
        #expect(second.id != first)
        _ = script.apply(.pushed(id: second.id))
        let refused = script.apply(
            .message(id: second.id, .executed(.illegalArgument, at: ProvingScript.window.open + 8))
        )
        #expect(refused.saved.map(\.state) == [.waiting])
        let begin = script.head(9)
        #expect(begin.proofs.count == 1)
        let third = try #require(script.prove(begin).pushes.first)
        #expect(third.id != second.id)
    }

    @Test func `refused messages follow one another ever more slowly`() throws {
        var script = ProvingScript()
        var offsets: [Int64] = []
        _ = script.prove(script.head(-10))
        for offset in Int64(4)..<59 {
            var actions = script.head(offset)
            if !actions.proofs.isEmpty { actions = script.prove(actions) }
            guard let message = actions.pushes.first else { continue }
            offsets.append(offset)
            _ = script.apply(.pushed(id: message.id))
            let refused = MessageOutcome.executed(.illegalState, at: ProvingScript.window.open)
            _ = script.apply(.message(id: message.id, refused))
        }
        #expect(offsets == [4, 5, 7, 11, 19, 35, 51])
    }

    @Test func `a message that the messager gave up is sent again under another id`() throws {
        var script = ProvingScript()
        let first = try script.pushed()
        _ = script.apply(.message(id: first, .failed("marked bad")))
        let second = try #require(script.head(6).pushes.first)
        #expect(second.id != first)
    }

    @Test func `a message that gets no nonce for ten epochs is proven anew`() throws {
        var script = ProvingScript()
        let id = try script.pushed()
        _ = script.head(13)
        #expect(script.apply(.message(id: id, .waiting(error: "estimate failed"))) == [])
        _ = script.head(14)
        let actions = script.apply(.message(id: id, .waiting(error: "estimate failed")))
        #expect(actions.contains(.abandon(id: id)))
        #expect(actions.proofs.count == 1)
    }

    @Test func `a messager that is away is asked again at the next head`() throws {
        var script = ProvingScript()
        _ = script.prove(script.head(-10))
        let message = try #require(script.head(4).pushes.first)
        #expect(script.apply(.notPushed(id: message.id, reason: "unreachable")) == [])
        #expect(script.machine.nextWake == ProvingScript.window.open + 5)
        #expect(script.head(5).pushes == [message])
    }

    @Test func `a chain with another challenge makes the proof begin anew`() throws {
        var script = ProvingScript()
        let begin = script.head(-10)
        script.draws = WindowDraws(challenge: [9], commit: [2])
        // The proof under way is for the old draw.
        let anew = script.head(-9)
        #expect(anew.proofs.count == 1)
        #expect(script.prove(begin) == [])
        _ = script.prove(anew)
        let message = try #require(script.head(4).pushes.first)
        _ = script.apply(.pushed(id: message.id))
        // The same once the message is out: it would be refused.
        script.draws = WindowDraws(challenge: [9], commit: [3])
        let third = script.head(6)
        #expect(third.contains(.abandon(id: message.id)))
        #expect(third.proofs.count == 1)
    }

    @Test func `a reorganisation that takes the proof back has it watched again`() throws {
        var script = ProvingScript()
        let id = try script.pushed()
        script.submitted = [0]
        _ = script.head(7)
        #expect(script.task?.hasLanded == true)
        script.submitted = BitField()
        #expect(script.head(8).contains(.watch(id: id)))
        script.submitted = [0]
        _ = script.head(9)
        #expect(script.task?.hasLanded == true)
    }

    @Test func `a message that landed is not doubted by a head from before`() throws {
        var script = ProvingScript()
        let id = try script.pushed()
        let epoch = ProvingScript.window.open + 6
        _ = script.apply(.message(id: id, .executed(.ok, at: epoch)))
        #expect(script.head(6) == [])
        #expect(script.task?.hasLanded == true)
    }

    @Test func `a window that closes without a proof is missed, and the next one is proven`() {
        var script = ProvingScript()
        let begin = script.head(50)
        guard case .prove(let id, _, _, let draws)? = begin.last else {
            Issue.record("no proof was begun")
            return
        }
        _ = script.apply(.notProved(id, draws, reason: "out of memory"))
        #expect(script.head(51).proofs.count == 1)
        #expect(script.head(60).saved.map(\.state) == [.missed])
        #expect(script.head(2880 - 10).proofs.count == 1)
    }

    @Test func `the message of the last epochs is awaited after the close`() throws {
        var script = ProvingScript()
        _ = script.prove(script.head(-10))
        let message = try #require(script.head(58).pushes.first)
        _ = script.apply(.pushed(id: message.id))
        #expect(script.head(61) == [.watch(id: message.id)])
        let epoch = ProvingScript.window.open + 59
        let landed = script.apply(.message(id: message.id, .executed(.ok, at: epoch)))
        #expect(landed.saved.map(\.state) == [.landed(at: epoch)])
    }

    // MARK: - Sectors

    @Test func `faulty sectors are left out and recovering ones are proven`() {
        let state = PartitionState(live: [1, 2, 3, 4], faults: [2, 3], recoveries: [3])
        var script = ProvingScript([state])
        #expect(script.head(-10).proofs == [[0: [1, 3, 4]]])
    }

    @Test func `a partition whose sectors are all faulty is not proven`() {
        var script = ProvingScript([PartitionState(live: [1, 2], faults: [1, 2])])
        #expect(script.head(-10) == [])
        #expect(script.head(20) == [])
        #expect(script.machine.tasks.isEmpty)
    }

    @Test func `a sector without files is skipped, and the rest is proven`() throws {
        var script = ProvingScript()
        _ = script.prove(script.head(-10), skipping: [2])
        let message = try #require(script.head(4).pushes.first)
        let parameters = try SubmitWindowedPoStParameters(cbor: message.parameters)
        #expect(parameters.partitions == [PoStPartition(index: 0, skipped: [2])])
    }

    @Test func `a partition without any file is tried again while the window is open`() throws {
        var script = ProvingScript()
        #expect(script.prove(script.head(-10), skipping: [1, 2]) == [])
        #expect(script.machine.nextWake == ProvingScript.window.open - 5)
        #expect(script.head(-6) == [])
        // The disk is back.
        let begin = script.head(-5)
        #expect(begin.proofs == [[0: [1, 2]]])
        _ = script.prove(begin)
        #expect(script.head(4).pushes.count == 1)
    }

    @Test func `partitions share a message up to the limit`() {
        let states = (0..<5).map { PartitionState(live: [UInt64($0)]) }
        var rules = ProvingScript.quietRules
        rules.partitionsPerMessage = 2
        var script = ProvingScript(states, rules: rules)
        #expect(script.head(-10).proofs == [[0: [0], 1: [1]], [2: [2], 3: [3]], [4: [4]]])
        #expect(Set(script.machine.tasks.keys.map(\.number)) == [0, 1, 2])
    }

    @Test func `a partition without any file does not hold up the others of its message`() throws {
        let states = [PartitionState(live: [1, 2]), PartitionState(live: [3])]
        var script = ProvingScript(states)
        _ = script.prove(script.head(-10), skipping: [1, 2])
        let first = try #require(script.head(4).pushes.first)
        let parameters = try SubmitWindowedPoStParameters(cbor: first.parameters)
        #expect(parameters.partitions == [PoStPartition(index: 1, skipped: BitField())])
        // The other one gets its own proof when its files are back.
        let later = script.head(5)
        #expect(later.proofs == [])
        #expect(script.machine.tasks.count == 2)
        #expect(script.machine.tasks.values.contains { $0.partitions == [0] })
    }

    @Test func `partitions that somebody proved are not proven twice`() throws {
        let states = [PartitionState(live: [1]), PartitionState(live: [2])]
        var script = ProvingScript(states)
        let id = try script.pushed()
        script.submitted = [1]
        let actions = script.head(6)
        #expect(actions.contains(.abandon(id: id)))
        #expect(actions.proofs == [[0: [1]]])
    }

    @Test
    func `a deadline is read anew near its window, and all of them when the deadline changes`() {
        var script = ProvingScript()
        #expect(script.machine.stale(at: 2880, periodStart: 2880).count == 48)
        _ = script.head(-100)
        let epoch = ProvingScript.window.open - 99
        #expect(script.machine.stale(at: epoch, periodStart: 2880) == [3])
        #expect(script.machine.stale(at: epoch + 60, periodStart: 2880).count == 48)
        #expect(script.machine.stale(at: epoch, periodStart: 2881).count == 48)
    }
}
