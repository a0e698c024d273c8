import FilecoinTypes
import ServiceKit
import Testing
import VenusAPI

@testable import Miner

/// Event scripts for the state machine of a round.
@Suite struct MiningRoundTests {
    let alice = Sample.alice
    let bob = Sample.bob
    let base = Sample.tipset(Sample.header(Sample.alice, 4, ticket: 1))

    @Test func `a winner draws, proves and makes a block that leaves`() {
        var script = RoundScript(epoch: 5, base: base, miners: [alice])
        #expect(script.lines() == ["limit draws", "t01000 base info on 4"])
        script.play(.baseInfo(alice, Sample.info(alice)))
        #expect(script.lines() == ["t01000 election 5"])
        script.play(.election(alice, Sample.signature(9)))
        // The draw of the ticket belongs to the epoch before.
        #expect(script.lines() == ["t01000 proof", "t01000 ticket 4", "t01000 won"])
        script.play(.proof(alice, Sample.proof))
        #expect(script.lines() == [])
        script.play(.ticket(alice, Sample.signature(2)))
        #expect(script.lines() == ["head"])
        script.play(.head(base))
        #expect(script.lines() == ["messages for 1"])
        script.play(.messages(on: base.key, [[Sample.message(0, from: 100)]]))
        #expect(script.lines() == ["t01000 block with 1"])
        let template = script.template(of: alice)
        #expect(template?.timestamp == UInt64(Sample.genesis.seconds + 50))
        #expect(template?.beaconValues == [BeaconEntry(round: 2, data: [7])])
        script.makeBlocks()
        #expect(
            script.lines()
                == ["t01000 signature", "t01000 admission on 4", "t01000 submission"]
        )
        #expect(!script.round.isOver)
        script.play(.submitted(alice))
        #expect(script.lines() == ["t01000 produced"])
        #expect(script.round.isOver)
        let record = script.records.last
        #expect(record?.state == .success)
        #expect(record?.cid != nil)
        #expect(record?.fields["computePostProof"] == "5ms")
        #expect(record?.fields["nullRounds"] == "0")
        #expect(record?.fields["lateStart"] == "false")
    }

    @Test func `a miner that does not win leaves no record and makes nobody wait`() {
        var script = RoundScript(epoch: 5, base: base, miners: [alice, bob])
        script.play(
            .baseInfo(alice, Sample.info(alice, power: 0)),
            .election(alice, Sample.signature(9)),
            .baseInfo(bob, nil)
        )
        #expect(
            script.lines().suffix(2)
                == ["t01000 lost", "t01001 not eligible: no base info: no sector can be proven"]
        )
        #expect(script.round.isOver)
        #expect(script.records.isEmpty)
    }

    @Test func `epochs without blocks are null rounds of the base`() {
        // A day without a pool: 8,640 epochs of 10 s.
        let script = RoundScript(epoch: 8645, base: base, miners: [alice])
        #expect(script.round.nullRounds == 8640)
        #expect(script.round.timestamp == Sample.genesis + .seconds(86_450))
    }

    @Test func `two winners get different messages, the better ticket first`() throws {
        var script = RoundScript(epoch: 5, base: base, miners: [alice, bob])
        script.settle(alice, ticket: 2)
        script.settle(bob, ticket: 3)
        script.play(.head(base))
        let tickets = [UInt8(2), 3].map { Ticket(vrfProof: [UInt8](repeating: $0, count: 96)) }
        guard case .messages(_, let qualities) = try #require(script.requests.last) else {
            Issue.record("no messages were asked for")
            return
        }
        #expect(qualities == tickets.map(\.quality).sorted(by: >))
        let first = Sample.message(0, from: 100)
        let second = Sample.message(0, from: 101)
        script.play(.messages(on: base.key, [[first], [second]]))
        let (better, worse) =
            tickets[0].quality > tickets[1].quality ? (alice, bob) : (bob, alice)
        #expect(script.template(of: better)?.messages == [first])
        #expect(script.template(of: worse)?.messages == [second])
    }

    @Test func `blocks leave without messages when none can be chosen`() {
        var script = RoundScript(epoch: 5, base: base, miners: [alice, bob])
        script.settle(alice, ticket: 2)
        script.settle(bob, ticket: 3)
        script.play(.head(base))
        _ = script.lines()
        script.play(.failed(.messages(on: base.key, qualities: []), "the pool is locked"))
        #expect(Set(script.lines()) == ["t01000 block with 0", "t01001 block with 0"])
        script.makeBlocks()
        script.play(.submitted(alice), .submitted(bob))
        #expect(script.records.last?.fields["info"] == "no messages: the pool is locked")
        #expect(script.records.last?.state == .success)
    }

    @Test func `too few lists of messages leave the last blocks empty`() {
        var script = RoundScript(epoch: 5, base: base, miners: [alice, bob])
        script.settle(alice, ticket: 2)
        script.settle(bob, ticket: 3)
        script.play(.head(base), .messages(on: base.key, [[Sample.message(0, from: 100)]]))
        #expect(Set(script.lines().suffix(2)).count == 2)
        #expect(
            Set([alice, bob].map { script.template(of: $0)?.messages.count }) == [0, 1]
        )
    }

    @Test func `a stuck prover costs its own miner the block, and no other`() {
        var script = RoundScript(epoch: 5, base: base, miners: [alice, bob])
        script.play(
            .baseInfo(alice, Sample.info(alice)),
            .election(alice, Sample.signature(9)),
            .ticket(alice, Sample.signature(2))
        )
        script.settle(bob, ticket: 3)
        _ = script.lines()
        script.play(.drawsOver)
        #expect(
            script.lines()
                == ["t01000 mining timeout! computePostProof was not done in time", "head"]
        )
        let record = script.records.last
        #expect(record?.miner == alice)
        #expect(record?.state == .timeout)
        // The election over the proof that failed is on record.
        #expect(record?.wonAt != nil)
        #expect((record?.fields["winCount"]).flatMap { Int($0) } ?? 0 > 0)
        script.play(.head(base), .messages(on: base.key, [[]]))
        script.makeBlocks()
        script.play(.submitted(bob))
        #expect(script.lines().last == "t01001 produced")
        // The proof comes at last; nobody waits for it.
        script.play(.proof(alice, Sample.proof))
        #expect(script.lines() == [])
    }

    @Test(arguments: ["getBaseInfo", "computePostProof", "signBlock", "admitBlock"])
    func `what fails for one miner does not touch another`(_ step: String) throws {
        var script = RoundScript(epoch: 5, base: base, miners: [alice, bob])
        if step != "getBaseInfo" {
            script.play(
                .baseInfo(alice, Sample.info(alice)),
                .election(alice, Sample.signature(9)),
                .ticket(alice, Sample.signature(2))
            )
        }
        let isBlock = step == "signBlock" || step == "admitBlock"
        if isBlock { script.play(.proof(alice, Sample.proof)) } else { script.fail(alice, step) }
        script.settle(bob, ticket: 3)
        script.play(.head(base), .messages(on: base.key, [[], []]))
        if isBlock {
            let template = try #require(script.template(of: alice))
            script.play(.block(alice, Sample.block(template)))
            if step == "admitBlock" { script.play(.signature(alice, Sample.signature(8))) }
            script.fail(alice, step)
        }
        script.makeBlocks()
        script.play(.submitted(bob))
        #expect(script.lines().contains("t01000 \(step): broken"))
        #expect(script.round.isOver)
        #expect(script.records.contains { $0.miner == bob && $0.state == .success })
        #expect(script.records.contains { $0.miner == alice && $0.state == .error })
    }

    @Test func `when nobody is done in time, the first that is done makes its block`() {
        var script = RoundScript(epoch: 5, base: base, miners: [alice, bob])
        for miner in [alice, bob] {
            script.play(
                .baseInfo(miner, Sample.info(miner)),
                .election(miner, Sample.signature(9)),
                .ticket(miner, Sample.signature(2))
            )
        }
        _ = script.lines()
        script.play(.drawsOver)
        #expect(script.lines() == [])
        script.play(.proof(bob, Sample.proof))
        #expect(
            script.lines()
                == ["t01000 mining timeout! computePostProof was not done in time", "head"]
        )
    }

    @Test func `when nobody is done at all, the next round ends them`() {
        var script = RoundScript(epoch: 5, base: base, miners: [alice])
        script.play(.baseInfo(alice, Sample.info(alice)), .drawsOver)
        #expect(!script.round.isOver)
        script.play(.roundOver)
        #expect(
            script.lines().last
                == "t01000 mining timeout! computeElectionProof was not done in time"
        )
        #expect(script.round.isOver)
    }

    @Test func `a worker without a BLS key is refused with a reason`() {
        var script = RoundScript(epoch: 5, base: base, miners: [alice])
        let key = Address.secp256k1(publicKey: [UInt8](repeating: 4, count: 65))
        script.play(.baseInfo(alice, Sample.info(alice, worker: key)))
        #expect(
            script.lines().last
                == "t01000 getBaseInfo: miner worker address was not a BLS key: \(key)"
        )
    }

    @Test func `a signature of another kind is no draw`() {
        var script = RoundScript(epoch: 5, base: base, miners: [alice])
        script.play(
            .baseInfo(alice, Sample.info(alice)),
            .election(alice, Signature(type: .secp256k1, data: [UInt8](repeating: 9, count: 65)))
        )
        #expect(
            script.lines().last
                == "t01000 computeElectionProof: the wallet gave a secp256k1 signature, not a BLS one"
        )
    }

    // MARK: - The head moves

    @Test func `a base that grows is built upon with all draws kept`() {
        let other = Sample.header(bob, 4, ticket: 2)
        let first = Sample.header(alice, 4, ticket: 1)
        // Whichever ticket is less: the base is the tipset of that block alone.
        let grown = Sample.tipset(first, other)
        var script = RoundScript(
            epoch: 5,
            base: Sample.tipset(grown.minTicketBlock),
            miners: [alice]
        )
        script.settle(alice, ticket: 2)
        _ = script.lines()
        script.play(.head(grown))
        #expect(script.lines() == ["messages for 1"])
        script.play(.messages(on: grown.key, [[]]))
        #expect(script.template(of: alice)?.parents == grown.key)
    }

    @Test func `on a better base the ticket is drawn anew and the proof kept`() {
        let better = Sample.tipset(Sample.header(bob, 5, parents: base.cids, ticket: 4))
        var script = RoundScript(epoch: 6, base: base, miners: [alice])
        #expect(script.round.nullRounds == 1)
        script.settle(alice, ticket: 2)
        _ = script.lines()
        script.play(.head(better))
        #expect(script.lines() == ["limit rebases", "t01000 base info on 5"])
        script.play(.baseInfo(alice, Sample.info(alice)))
        #expect(script.lines() == ["t01000 ticket 5"])
        script.play(.ticket(alice, Sample.signature(6)))
        #expect(script.lines() == ["messages for 1"])
        script.play(.messages(on: better.key, [[]]))
        let template = script.template(of: alice)
        #expect(template?.parents == better.key)
        #expect(template?.ticket == Ticket(vrfProof: Sample.signature(6).data))
        #expect(template?.winningPoStProof == Sample.proof)
        #expect(script.round.nullRounds == 0)
    }

    @Test func `on a fork with another draw the block stays on its base`() {
        let fork = Sample.tipset(Sample.header(bob, 4, parents: [Sample.empty], ticket: 4))
        var script = RoundScript(epoch: 5, base: base, miners: [alice])
        script.settle(alice, ticket: 2)
        script.play(.head(fork))
        _ = script.lines()
        script.play(.baseInfo(alice, Sample.info(alice, entry: 8)))
        #expect(script.lines() == ["t01000 forked", "messages for 1"])
        script.play(.messages(on: base.key, [[]]))
        #expect(script.template(of: alice)?.parents == base.key)
        script.makeBlocks()
        script.play(.submitted(alice))
        #expect(
            script.records.last?.fields["info"]
                == "chain forked: the election does not hold on the new head"
        )
    }

    @Test func `who is not drawn anew in time stays behind, the others go on`() {
        let better = Sample.tipset(Sample.header(bob, 4, parents: [Sample.empty], ticket: 4))
        var script = RoundScript(epoch: 5, base: base, miners: [alice, bob])
        script.settle(alice, ticket: 2)
        script.settle(bob, ticket: 3)
        script.play(
            .head(better),
            .baseInfo(bob, Sample.info(bob)),
            .ticket(bob, Sample.signature(6))
        )
        _ = script.lines()
        script.play(.rebasesOver)
        // One choice of messages for each base.
        #expect(
            script.lines() == ["t01000 forked", "messages for 1", "messages for 1"]
        )
        script.play(.messages(on: base.key, [[]]), .messages(on: better.key, [[]]))
        #expect(script.template(of: alice)?.parents == base.key)
        #expect(script.template(of: bob)?.parents == better.key)
    }

    @Test func `blocks of the epoch that came first do not move the base`() {
        let sibling = Sample.tipset(Sample.header(bob, 5, parents: base.cids, ticket: 4))
        var script = RoundScript(epoch: 5, base: base, miners: [alice])
        script.settle(alice, ticket: 2)
        _ = script.lines()
        script.play(.head(sibling))
        #expect(script.lines() == ["messages for 1"])
        #expect(script.round.base == base)
    }

    @Test func `without an answer about the head the block is made all the same`() {
        var script = RoundScript(epoch: 5, base: base, miners: [alice])
        script.settle(alice, ticket: 2)
        _ = script.lines()
        script.play(.failed(.head, "the node restarts"))
        #expect(script.lines() == ["messages for 1"])
    }

    // MARK: - Ends

    @Test func `a block that is not what was asked for is not signed`() {
        var script = RoundScript(epoch: 5, base: base, miners: [alice])
        script.settle(alice, ticket: 2)
        script.play(.head(base), .messages(on: base.key, [[]]))
        _ = script.lines()
        var block = Sample.block(script.template(of: alice) ?? .empty)
        block.header.height = 6
        script.play(.block(alice, block))
        #expect(
            script.lines()
                == ["t01000 createBlock: the node made another block than was asked for"]
        )
    }

    @Test func `a block that the node signed goes straight to the filter`() {
        var script = RoundScript(epoch: 5, base: base, miners: [alice])
        script.settle(alice, ticket: 2)
        script.play(.head(base), .messages(on: base.key, [[]]))
        _ = script.lines()
        var block = Sample.block(script.template(of: alice) ?? .empty)
        block.header.blockSignature = Sample.signature(1)
        script.play(.block(alice, block))
        #expect(script.lines() == ["t01000 admission on 4"])
    }

    @Test func `the next round ends what is not yet on its way, and lets a submission finish`() {
        var script = RoundScript(epoch: 5, base: base, miners: [alice, bob])
        script.settle(alice, ticket: 2)
        script.settle(bob, ticket: 3)
        script.play(.head(base), .messages(on: base.key, [[], []]))
        guard let template = script.template(of: alice) else {
            Issue.record("no block was asked for")
            return
        }
        script.play(
            .block(alice, Sample.block(template)),
            .signature(alice, Sample.signature(8)),
            .admitted(alice)
        )
        _ = script.lines()
        script.play(.roundOver)
        #expect(
            script.lines() == ["t01001 mining timeout! createBlock was not done in time"]
        )
        #expect(!script.round.isOver)
        script.play(.submitted(alice))
        #expect(script.lines() == ["t01000 produced"])
        #expect(script.round.isOver)
    }

    @Test func `a block from before a restart leaves as it is, and its miner makes no other`() {
        let block = BlockMessage(
            header: Sample.header(alice, 5, parents: base.cids, ticket: 2)
        )
        var script = RoundScript(epoch: 5, base: base, miners: [alice, bob], resuming: [block])
        #expect(
            script.lines() == ["limit draws", "t01000 submission", "t01001 base info on 4"]
        )
        script.settle(bob, ticket: 3)
        script.play(.head(base), .messages(on: base.key, [[]]))
        script.makeBlocks()
        script.play(.submitted(bob))
        #expect(!script.round.isOver)
        script.play(.submitted(alice))
        #expect(script.round.isOver)
        #expect(script.records.last?.cid == block.cid)
    }

    @Test func `a round without miners is over at once`() {
        let script = RoundScript(epoch: 5, base: base, miners: [])
        #expect(script.round.isOver)
    }
}

extension BlockTemplate {
    /// No block at all.
    fileprivate static let empty = BlockTemplate(
        miner: .id(0),
        parents: .empty,
        beaconValues: [],
        messages: [],
        epoch: 0,
        timestamp: 0,
        winningPoStProof: []
    )
}
