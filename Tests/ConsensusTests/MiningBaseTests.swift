import BigIntegers
import BuiltinActors
import ChainStore
import Consensus
import FilecoinCrypto
import FilecoinTypes
import JSON
import Multiformats
import ProofSystem
import StateView
import StorageCircuits
import TestSupport
import Testing

/// What lotus told miners, and the real proofs that they made.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct MiningBaseTests {
    @Test func `recorded answers of MinerGetBaseInfo are given again`() throws {
        let recorded = try RecordedChain("chain-nv15-a")
        let schedule = BeaconSchedule(MockBeacon())
        var count = 0
        for line in try Vectors.lines("reference/lotus/rpc/full-node-http.jsonl.gz")
        where line["name"].text == "MinerGetBaseInfo" {
            let request = Fixture(try JSONValue(parsing: Array(line["request"]["body"].text.utf8)))
            let response = Fixture(
                try JSONValue(parsing: Array(line["response"]["body"].text.utf8))
            )
            let miner = try #require(Address(request["params"][0].text))
            let epoch = ChainEpoch(Int64(request["params"][1].integer))
            let base = try recorded.store.tipset(RecordedChain.key(request["params"][2]))
            let previous = try recorded.store.latestBeaconEntry(of: base)
            // The test's beacon would need a million entries for the case that fails anyway.
            let entries =
                epoch > 100_000
                ? []
                : schedule.requiredRounds(
                    at: epoch,
                    parentEpoch: base.height,
                    previous: previous
                ).map { MockBeacon().entry($0) }
            count += 1
            do {
                let mining = try recorded.chain.miningBase(
                    of: miner,
                    at: epoch,
                    base: base,
                    entries: entries,
                    verifier: MockWinningPoSt()
                )
                try Self.compare(mining, response["result"])
                #expect(response["error"].isNull)
            } catch {
                #expect(response["error"]["message"].text.hasSuffix("\(error)"))
            }
        }
        #expect(count == 5)
    }

    private static func compare(_ mining: MiningBase?, _ expected: Fixture) throws {
        guard let mining else {
            #expect(expected.isNull)
            return
        }
        #expect(mining.minerPower.description == expected["MinerPower"].text)
        #expect(mining.networkPower.description == expected["NetworkPower"].text)
        #expect(mining.workerKey.description == expected["WorkerKey"].text)
        #expect(Int(mining.sectorSize.rawValue) == expected["SectorSize"].integer)
        #expect(mining.isEligible == expected["EligibleForMining"].bool)
        #expect(
            mining.previousBeaconEntry
                == (try BeaconEntry(from: expected["PrevBeaconEntry"].value))
        )
        #expect(
            mining.beaconEntries
                == (try expected["BeaconEntries"].list.map { try BeaconEntry(from: $0.value) })
        )
        #expect(
            mining.sectors
                == (try expected["Sectors"].list.map { try ExtendedSectorInfo(from: $0.value) })
        )
    }

    /// The keys that the proofs of the real chain were made for.
    static func keys(_ recorded: RecordedChain) throws -> VerifyingKeySet {
        var keys: [FallbackPoStParameters: VerifyingKey] = [:]
        for circuit in [
            try #require(FallbackPoStParameters.winning(sectorSize: 2048)),
            try #require(FallbackPoStParameters.window(sectorSize: 2048)),
        ] {
            let file = "reference/lotus/chain-nv15-real/vk/\(circuit.fileName).vk"
            keys[circuit] = try VerifyingKey(bytes: Vectors.bytes(file))
        }
        let seal = try #require(PoRepParameters(sectorSize: 2048))
        let file = "reference/lotus/chain-nv15-real/vk/\(seal.fileName).vk"
        return VerifyingKeySet(
            genesis: try recorded.store.genesis().cid,
            keys: keys,
            sealKeys: [seal: try VerifyingKey(bytes: Vectors.bytes(file))]
        )
    }

    @Test func `blocks with real proofs are accepted, and refused with another block's proof`()
        throws
    {
        let recorded = try RecordedChain("chain-nv15-real")
        let validator = try recorded.validator(CircuitWinningPoSt(try Self.keys(recorded)))
        let keys = try recorded.keys()
        var blocks: [FullBlock] = []
        for line in recorded.main where line["height"].integer > 0 {
            for header in try recorded.tipset(line).blocks {
                let messages = try recorded.store.messages(of: header)
                blocks.append(FullBlock(header: header, messages: messages))
            }
        }
        for block in blocks {
            #expect(throws: Never.self) { try validator.validate(block) }
        }
        #expect(blocks.count == 58)
        for (block, other) in zip(blocks, blocks.dropFirst()).prefix(5) {
            var wrong = block
            wrong.header.winPoStProof = other.header.winPoStProof
            let worker = try recorded.chain.view(block.header.parentStateRoot)
                .miner(block.header.miner).info().worker
            let key = try recorded.chain.view(block.header.parentStateRoot).keyAddress(of: worker)
            wrong.header.blockSignature = try #require(keys[key]).sign(wrong.header.signingBytes)
            do {
                try validator.validate(wrong)
                Issue.record("accepted")
            } catch {
                guard case .invalid(let faults) = error, faults.count == 1,
                    case .winningPoSt? = faults.first
                else {
                    Issue.record("\(error)")
                    continue
                }
            }
        }
    }

    @Test func `a node without keys cannot tell`() throws {
        let recorded = try RecordedChain("chain-nv15-real")
        let none = VerifyingKeySet(genesis: try recorded.store.genesis().cid, keys: [:])
        let validator = try recorded.validator(CircuitWinningPoSt(none))
        let header = recorded.head.minTicketBlock
        let block = FullBlock(header: header, messages: try recorded.store.messages(of: header))
        do {
            try validator.validate(block)
            Issue.record("accepted")
        } catch {
            guard case .undecided = error else {
                Issue.record("\(error)")
                return
            }
        }
    }
}
