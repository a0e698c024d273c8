import ActorRuntime
import ChainConformance
import ChainStore
import Consensus
import FilecoinTypes
import Multiformats
import StorageCircuits
import Synchronization
import TestSupport
import Testing

/// What a recorded chain shows beyond the verdicts that were recorded with it.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing), .ownThread)
struct RecordedBlockTests {
    /// A block on the head of a chain: its own newest one serves, for it is not in its own past.
    private static func block(_ recorded: RecordedChain) throws -> FullBlock {
        let header = recorded.head.minTicketBlock
        return FullBlock(header: header, messages: try recorded.store.messages(of: header))
    }

    @Test func `a block from the future is not called bad`() throws {
        let recorded = try RecordedChain(named: "chain-nv15-a")
        let block = try Self.block(recorded)
        let clock = block.header.timestamp
        for (now, isAccepted) in [(clock - 2, false), (clock - 1, true), (clock, true)] {
            do {
                try recorded.validator(now: now).validate(block)
                #expect(isAccepted)
            } catch {
                guard case BlockRejection.fromTheFuture(clock, now) = error else {
                    Issue.record("\(error)")
                    continue
                }
                #expect(!isAccepted)
            }
        }
    }

    @Test func `a block on unknown parents is not called bad`() throws {
        let recorded = try RecordedChain(named: "chain-nv15-a")
        var block = try Self.block(recorded)
        block.header.parents = [CID.dagCBOR(hashing: [1])]
        let validator = try recorded.validator()
        do {
            try validator.validate(block)
            Issue.record("accepted")
        } catch {
            guard case .undecided = error else {
                Issue.record("\(error)")
                return
            }
        }
        block.header.parents = []
        do {
            try validator.validate(block)
            Issue.record("accepted")
        } catch {
            guard case .invalid(let faults) = error, case .parents? = faults.first else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test func `a node without keys cannot tell whether a proof is right`() throws {
        let recorded = try RecordedChain(named: "chain-nv15-real")
        let none = VerifyingKeySet(genesis: try recorded.store.genesis().cid, keys: [:])
        let validator = try recorded.validator(CircuitWinningPoSt(none))
        do {
            try validator.validate(Self.block(recorded))
            Issue.record("accepted")
        } catch {
            guard case BlockRejection.undecided = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test func `the heavier tipset of a fork becomes the head`() throws {
        let recorded = try RecordedChain(named: "chain-nv15-a")
        let fork = try recorded.tipset(try #require(recorded.lines.last { $0.isFork }))
        _ = try recorded.store.setHead(fork)
        let change = try recorded.chain.takeIfHeavier(recorded.head)
        #expect(change.reverted.first == fork)
        #expect(change.applied.last == recorded.head)
        #expect(try recorded.chain.takeIfHeavier(fork).isEmpty)
        #expect(try recorded.chain.takeIfHeavier(recorded.head).isEmpty)
    }

    @Test func `an execution is remembered`() throws {
        let recorded = try RecordedChain(named: "chain-nv15-real")
        let line = recorded.main[1]
        let tipset = try recorded.tipset(line)
        #expect(try recorded.store.execution(of: tipset.key) == nil)
        let states = TipsetStates(recorded.store, runner: recorded.runner)
        let first = try states.execution(of: tipset)
        #expect(first.stateRoot == (try line.cid("stateRoot")))
        #expect(try recorded.store.execution(of: tipset.key) == first)
        let silent = TipsetStates(recorded.store, runner: RecordedRunner([:]))
        #expect(try silent.execution(of: tipset) == first)
    }

    @Test func `proofs of another statement than a chain's are wrong`() throws {
        let recorded = try RecordedChain(named: "chain-nv15-real")
        let verifier = CircuitMessageProofs(try #require(recorded.verifyingKeys))
        let proofs = RememberingProofs(verifier)
        let runner = RecordedChain.runner(of: recorded.chain, proofs)
        for line in recorded.main where line.height > 0 {
            _ = try runner.execute(recorded.tipset(line))
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
}
