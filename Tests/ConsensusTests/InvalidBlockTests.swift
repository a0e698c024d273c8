import Bytes
import CBOR
import ChainStore
import Consensus
import FilecoinTypes
import Multiformats
import TestSupport
import Testing

/// Blocks that lotus judged, changed in one rule each.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct InvalidBlockTests {
    private static let file = "reference/lotus/invalid-blocks/chain-nv15-a.jsonl.gz"

    /// Phrases of lotus's answers, by rule; each must be named by us exactly when lotus names it.
    private static let phrases = [
        "block cannot have nil election proof", "block cannot have nil ticket",
        "block had nil signature", "block had nil bls aggregate signature",
        "block had non-ID miner address", "block height not greater than parent height",
        "block has wrong timestamp", "GetMinerWorkerRaw failed", "minerIsValid failed",
        "check block signature failed", "block is not claiming to be a winner",
        "ineligible to mine", "validating block election proof failed",
        "miner claims wrong number of wins", "validating block tickets failed",
        "failed to validate blocks random beacon values", "invalid election post",
        "block had invalid messages", "base fee doesn't match",
        "parent state root did not match", "parent receipts root did not match",
        // In the messages.
        "messages didn't match message root in header", "bls aggregate signature was invalid",
        "wrong nonce", "failed to validate signature", "block gas limit exceeded",
        "'GasLimit' field cannot be less", "'GasLimit' field cannot be greater",
        "'GasFeeCap' less than 'GasPremium'", "'Value' field cannot be negative",
        "'GasPremium' field cannot be negative", "'Value' field cannot be greater",
        "'Version' unsupported", "invalid 'To' address", "failed to lookup sender",
        "invalid bls message at index 0", "invalid bls message at index 1",
        "invalid secpk message at index 0", "invalid secpk message at index 1",
        // In the beacon.
        "expected final beacon entry in block to be at round", "mock beacon entry was invalid",
        "expected to have beacon entries in this block",
    ]

    private static func rules(_ text: String) -> Set<String> {
        // Newer and older lotus spell two words differently.
        let text = text.replacing("parrent weight", with: "parent weight")

        var found = Set(phrases.filter { text.contains($0) })
        if text.contains("parent weight different") { found.insert("weight") }
        return found
    }

    private static func block(_ line: Fixture) throws -> FullBlock {
        FullBlock(
            header: try BlockHeader(cbor: line["header"].hex),
            messages: BlockMessages(
                bls: try line["bls"].list.map { try Message(cbor: $0.hex) },
                secp: try line["secp"].list.map { try SignedMessage(cbor: $0.hex) }
            )
        )
    }

    @Test func `all seventy blocks are judged as lotus judged them, for the same rules`() throws {
        let recorded = try RecordedChain("chain-nv15-a")
        let validator = try recorded.validator(MockWinningPoSt())
        let lines = try Vectors.lines(Self.file)
        #expect(lines.count == 70)
        var valid = 0
        for line in lines {
            let block = try Self.block(line)
            #expect(block.header.cid.description == line["cid"]["/"].text)
            do {
                try validator.validate(block)
                #expect(line["valid"].bool, "\(line["name"].text): \(line["error"].text)")
                valid += 1
            } catch {
                guard case .invalid = error else {
                    Issue.record("\(line["name"].text): \(error)")
                    continue
                }
                #expect(!line["valid"].bool, "\(line["name"].text): \(error)")
                #expect(
                    Self.rules(error.description) == Self.rules(line["error"].text),
                    "\(line["name"].text): \(error) -- \(line["error"].text)"
                )
            }
        }
        #expect(valid == lines.filter { $0["valid"].bool }.count)
    }

    @Test func `the message root is checked before anything else`() throws {
        for line in try Vectors.lines(Self.file) {
            let block = try Self.block(line)
            let message = BlockMessage(
                header: block.header,
                blsMessages: block.messages.bls.map(\.cid),
                secpMessages: block.messages.secp.map(\.cid)
            )
            let isGood = (try? message.checkMessageRoot()) != nil
            #expect(isGood == line["msgMetaError"].isNull, "\(line["name"].text)")
        }
    }

    @Test func `a block from the future is not called bad`() throws {
        let recorded = try RecordedChain("chain-nv15-a")
        let block = try Self.block(try #require(try Vectors.lines(Self.file).first))
        let clock = block.header.timestamp
        for (now, isAccepted) in [(clock - 2, false), (clock - 1, true), (clock, true)] {
            let validator = BlockValidator(
                chain: recorded.chain,
                states: try recorded.recordedStates(),
                beacon: BeaconSchedule(MockBeacon()),
                proofs: MockWinningPoSt(),
                now: { now }
            )
            do {
                try validator.validate(block)
                #expect(isAccepted)
            } catch {
                guard case .fromTheFuture(clock, now) = error else {
                    Issue.record("\(error)")
                    continue
                }
                #expect(!isAccepted)
            }
        }
    }

    @Test func `a block on unknown parents is not called bad`() throws {
        let recorded = try RecordedChain("chain-nv15-a")
        var block = try Self.block(try #require(try Vectors.lines(Self.file).first))
        block.header.parents = [CID.dagCBOR(hashing: [1])]
        let validator = try recorded.validator(MockWinningPoSt())
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
}
