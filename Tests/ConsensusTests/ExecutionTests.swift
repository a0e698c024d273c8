import ActorRuntime
import ChainStore
import Consensus
import FilecoinCrypto
import FilecoinTypes
import Multiformats
import NetworkParameters
import StateMachine
import Synchronization
import TestSupport
import Testing

/// Tipsets executed by our state machine on the chain that lotus recorded.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct ExecutionTests {
    static func runner(
        _ recorded: RecordedChain,
        proofs: any ProofVerifier = MockProofs()
    ) -> StateMachineRunner {
        StateMachineRunner(
            chain: recorded.chain,
            beacon: BeaconSchedule(MockBeacon()),
            rules: ExecutionRules(
                recorded.chain.parameters,
                proofs: proofs,
                signatures: KeySignatures()
            )
        )
    }

    /// Chains, the last epoch to execute, and how many messages are in them.
    private static let replays: [(name: String, last: Int, messages: Int)] = [
        ("chain-nv15-a", 8800, 470), ("chain-nv14-nv15", 1041, 250),
        ("chain-nv15-long", 126_843, 100),
    ]

    @Test(arguments: replays)
    func `states, receipts and gas of every tipset are lotus's`(
        name: String,
        last: Int,
        atLeast expectedMessages: Int
    ) throws {
        let recorded = try RecordedChain(name)
        let runner = Self.runner(recorded)
        var messages = 0
        for line in recorded.main where (1...last).contains(line["height"].integer) {
            let tipset = try recorded.tipset(line)
            let result = try runner.run(tipset)
            let explicit = result.applied.filter { !$0.isImplicit }
            messages += explicit.count
            for (applied, expected) in zip(explicit, line["messages"].list) {
                let receipt = applied.result.receipt
                #expect(
                    receipt.exitCode.rawValue == Int64(expected["exit"].integer)
                        && receipt.gasUsed.rawValue == Int64(expected["gasUsed"].integer),
                    "\(tipset.height) \(expected["label"].text): \(receipt.exitCode) \(receipt.gasUsed), expected \(expected["exit"].integer) \(expected["gasUsed"].integer): \(applied.result.error ?? "")"
                )
            }
            #expect(result.receiptsRoot == (try RecordedChain.cid(line["receiptsRoot"])))
            #expect(
                result.stateRoot == (try RecordedChain.cid(line["stateRoot"])),
                "state after \(tipset.height)"
            )
        }
        #expect(messages >= expectedMessages)
    }

    @Test func `the real chain's proofs are verified while it is executed`() throws {
        let recorded = try RecordedChain("chain-nv15-real")
        let verifier = CircuitMessageProofs(try MiningBaseTests.keys(recorded))
        let proofs = RememberingProofs(verifier)
        let runner = Self.runner(recorded, proofs: proofs)
        for line in recorded.main where line["height"].integer > 0 {
            let tipset = try recorded.tipset(line)
            let execution = try runner.execute(tipset)
            #expect(execution.stateRoot == (try RecordedChain.cid(line["stateRoot"])))
            #expect(execution.receiptsRoot == (try RecordedChain.cid(line["receiptsRoot"])))
        }
        // The sector that was proven on the chain; a PoSt that recovers a faulty sector and one that was
        // disputed in vain.
        let seals = proofs.seals.withLock { $0 }
        let posts = proofs.windowPoSts.withLock { $0 }
        #expect(!seals.isEmpty)
        #expect(posts.count == 2)
        try Self.checkOthersFail(verifier, try #require(seals.first), try #require(posts.first))
    }

    /// Changes statements that hold: they must not hold any more, unless the change means nothing.
    private static func checkOthersFail(
        _ verifier: CircuitMessageProofs,
        _ seal: SealVerifyInfo,
        _ post: WindowPoStVerifyInfo
    ) throws {
        #expect(verifier.verify(batch: [seal, seal]) == [true, true])
        var other = seal
        other.sector.number = SectorNumber(seal.sector.number.rawValue + 1)
        #expect(!verifier.verify(other))
        #expect(verifier.verify(batch: [seal, other]) == [true, false])
        other = seal
        other.interactiveRandomness[0] ^= 1
        #expect(!verifier.verify(other))
        other = seal
        other.proof.removeLast()
        #expect(!verifier.verify(other))

        // A stand-in for a skipped sector is in the list twice.
        var doubled = post
        doubled.challengedSectors += post.challengedSectors
        #expect(verifier.verify(doubled))
        var changed = post
        changed.randomness[5] ^= 1
        #expect(!verifier.verify(changed))
        changed = post
        changed.challengedSectors[0].sectorNumber = 77
        #expect(!verifier.verify(changed))
        changed = post
        changed.challengedSectors = []
        #expect(!verifier.verify(changed))
        changed = post
        changed.proofs = []
        #expect(!verifier.verify(changed))
    }

    @Test func `an execution is remembered`() throws {
        let recorded = try RecordedChain("chain-nv15-real")
        let line = recorded.main[1]
        let tipset = try recorded.tipset(line)
        #expect(try recorded.store.execution(of: tipset.key) == nil)
        let states = TipsetStates(recorded.store, runner: Self.runner(recorded))
        let first = try states.execution(of: tipset)
        #expect(first.stateRoot == (try RecordedChain.cid(line["stateRoot"])))
        #expect(try recorded.store.execution(of: tipset.key) == first)
        let silent = TipsetStates(recorded.store, runner: RecordedRunner(executions: [:]))
        #expect(try silent.execution(of: tipset) == first)
    }
}
