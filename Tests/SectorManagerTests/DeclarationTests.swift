import BitFields
import BuiltinActors
import CBOR
import FilecoinTypes
import Testing

@testable import SectorManager

@Suite struct DeclarationTests {
    private static func declarations(_ message: PoStMessage) throws -> [SectorDeclaration] {
        try SectorDeclarations(cbor: message.parameters).declarations
    }

    @Test func `a faulty sector whose files are back is declared recovered in time`() throws {
        var script = ProvingScript([PartitionState(live: [1, 2, 3], faults: [2, 3])])
        #expect(script.head(-131) == [])
        #expect(script.machine.nextWake == ProvingScript.window.open - 130)
        #expect(script.head(-130) == [.check(ProvingScript.window, [2, 3])])
        // One of them is still away.
        let actions = script.apply(.checked(ProvingScript.window, sectors: [2, 3], bad: [3]))
        let message = try #require(actions.pushes.first)
        #expect(message.kind == .recoveries)
        #expect(message.kind.method == 11)
        #expect(message.expires == ProvingScript.window.open - 70)
        #expect(
            try Self.declarations(message)
                == [SectorDeclaration(deadline: 3, partition: 0, sectors: [2])]
        )
        _ = script.apply(.pushed(id: message.id))
        #expect(script.head(-129) == [.watch(id: message.id)])
        let landed = ProvingEvent.message(
            id: message.id,
            .executed(.ok, at: ProvingScript.window.open - 128)
        )
        #expect(script.apply(landed) == [])
        script.states = [PartitionState(live: [1, 2, 3], faults: [2, 3], recoveries: [2])]
        // The other one comes back later and is seen by the second check.
        #expect(script.head(-100) == [.check(ProvingScript.window, [3])])
        let second = script.apply(.checked(ProvingScript.window, sectors: [3], bad: BitField()))
        #expect(second.pushes.count == 1)
        script.states = [PartitionState(live: [1, 2, 3], faults: [2, 3], recoveries: [2, 3])]
        #expect(script.head(-10).proofs == [[0: [1, 2, 3]]])
    }

    @Test func `nothing is declared once the cutoff is near`() {
        var script = ProvingScript([PartitionState(live: [1], faults: [1])])
        #expect(script.head(-72) == [.check(ProvingScript.window, [1])])
        var late = ProvingScript([PartitionState(live: [1], faults: [1])])
        #expect(late.head(-71) == [])
        // A check that took too long.
        _ = script.head(-71)
        #expect(script.apply(.checked(ProvingScript.window, sectors: [1], bad: BitField())) == [])
    }

    @Test func `checks that nobody made are made up for by one`() {
        var script = ProvingScript([PartitionState(live: [1], faults: [1])])
        #expect(script.head(-95) == [.check(ProvingScript.window, [1])])
        #expect(script.head(-94) == [])
        #expect(script.head(-80) == [.check(ProvingScript.window, [1])])
    }

    @Test func `sectors without files are declared faulty by the last check`() throws {
        var rules = ProvingRules()
        rules.declaresFaults = true
        let states = [PartitionState(live: [1, 2]), PartitionState(live: [3])]
        var script = ProvingScript(states, rules: rules)
        #expect(script.head(-130) == [])
        #expect(script.machine.nextWake == ProvingScript.window.open - 80)
        #expect(script.head(-80) == [.check(ProvingScript.window, [1, 2, 3])])
        let actions = script.apply(
            .checked(ProvingScript.window, sectors: [1, 2, 3], bad: [2, 3])
        )
        let message = try #require(actions.pushes.first)
        #expect(message.kind == .faults)
        #expect(message.kind.method == 10)
        #expect(
            try Self.declarations(message) == [
                SectorDeclaration(deadline: 3, partition: 0, sectors: [2]),
                SectorDeclaration(deadline: 3, partition: 1, sectors: [3]),
            ]
        )
    }

    @Test func `a declaration that failed is made again under another id`() throws {
        var script = ProvingScript([PartitionState(live: [1], faults: [1])])
        _ = script.head(-130)
        let checked = ProvingEvent.checked(ProvingScript.window, sectors: [1], bad: BitField())
        let first = try #require(script.apply(checked).pushes.first)
        _ = script.apply(.pushed(id: first.id))
        let refused = ProvingEvent.message(
            id: first.id,
            .executed(.insufficientFunds, at: ProvingScript.window.open - 128)
        )
        _ = script.apply(refused)
        #expect(script.machine.nextWake == ProvingScript.window.open - 129)
        #expect(script.head(-127) == [.check(ProvingScript.window, [1])])
        let second = try #require(script.apply(checked).pushes.first)
        #expect(second.id != first.id)
        #expect(second.parameters == first.parameters)
    }

    @Test func `a declaration that the chain refuses three times waits for the next check`() throws
    {
        var script = ProvingScript([PartitionState(live: [1], faults: [1])])
        let checked = ProvingEvent.checked(ProvingScript.window, sectors: [1], bad: BitField())
        for offset in [-130, -129, -128] as [Int64] {
            #expect(script.head(offset) == [.check(ProvingScript.window, [1])])
            let message = try #require(script.apply(checked).pushes.first)
            _ = script.apply(.pushed(id: message.id))
            let refused = MessageOutcome.executed(.actorInsufficientFunds, at: 0)
            _ = script.apply(.message(id: message.id, refused))
        }
        #expect(script.head(-127) == [])
        #expect(script.head(-100) == [.check(ProvingScript.window, [1])])
    }

    @Test func `the same declaration after a restart has the same id`() throws {
        var ids: Set<String> = []
        for _ in 0..<2 {
            var script = ProvingScript([PartitionState(live: [1], faults: [1])])
            _ = script.head(-130)
            let checked = ProvingEvent.checked(ProvingScript.window, sectors: [1], bad: BitField())
            ids.insert(try #require(script.apply(checked).pushes.first).id)
        }
        #expect(ids.count == 1)
    }

    @Test func `a declaration names no more sectors than the protocol allows`() throws {
        var rules = ProvingScript.quietRules
        rules.sectorsPerDeclaration = 3
        let states = [
            PartitionState(live: [1, 2], faults: [1, 2]),
            PartitionState(live: [3, 4], faults: [3, 4]),
        ]
        var script = ProvingScript(states, rules: rules)
        _ = script.head(-130)
        let all: BitField = [1, 2, 3, 4]
        let checked = ProvingEvent.checked(ProvingScript.window, sectors: all, bad: BitField())
        let message = try #require(script.apply(checked).pushes.first)
        #expect(try Self.declarations(message).map(\.sectors) == [[1, 2], [3]])
    }

    @Test func `files that cannot be checked are checked at the next head`() {
        var script = ProvingScript([PartitionState(live: [1], faults: [1])])
        _ = script.head(-130)
        _ = script.apply(.notChecked(ProvingScript.window))
        #expect(script.head(-129) == [.check(ProvingScript.window, [1])])
    }
}
