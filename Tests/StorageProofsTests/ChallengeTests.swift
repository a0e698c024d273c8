import BLS12381
import Bytes
import JSON
import TestSupport
import Testing

@testable import StorageProofs

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct ChallengeVectorTests {
    private func file() throws -> Fixture { try Fixture(file: "proofs/challenges.json") }

    @Test func `interactive challenges are those of the reference`() throws {
        let rows = try file()["interactive_porep"]
        func challenges(_ nodes: Int, _ count: Int, _ partition: Int) -> [Int] {
            SealChallenges.interactive(
                replicaID: rows["replica_id"].node,
                seed: rows["seed"].node,
                partition: partition,
                count: count,
                nodes: nodes
            )
        }
        #expect(challenges(64, 2, 0) == rows["2KiB (64 nodes) 2 challenges k=0"].integers)
        #expect(challenges(1 << 30, 18, 0) == rows["32GiB (2^30 nodes) 18 challenges k=0"].integers)
        #expect(challenges(1 << 30, 18, 9) == rows["32GiB k=9"].integers)
    }

    @Test func `non-interactive challenges are those of the reference`() throws {
        let rows = try file()["non_interactive_porep"]
        func challenges(_ nodes: Int, _ count: Int, _ partition: Int) -> [Int] {
            SealChallenges.nonInteractive(
                replicaID: rows["replica_id"].node,
                commR: rows["comm_r"].node,
                partition: partition,
                count: count,
                nodes: nodes
            )
        }
        #expect(challenges(64, 2, 0) == rows["2KiB 2 challenges k=0"].integers)
        #expect(challenges(64, 2, 12) == rows["2KiB k=12"].integers)
        #expect(challenges(1 << 30, 18, 125) == rows["32GiB 18 challenges k=125"].integers)
    }

    @Test func `synthetic challenges are those of the reference`() throws {
        let golden = try file()["synthetic_golden"]
        func element(_ value: Int) -> Bytes32 {
            Bytes32([UInt8(value)] + [UInt8](repeating: 0, count: 31)) ?? Bytes32()
        }
        let replicaID = element(golden["replica_id_fr"].integer)
        let set = SealChallenges.syntheticSet(
            replicaID: replicaID,
            commR: element(golden["comm_r_fr"].integer),
            nodes: golden["sector_nodes"].integer,
            count: golden["num_synth"].integer
        )
        #expect(set == golden["synth"].integers)
        let indices = SealChallenges.syntheticIndices(
            replicaID: replicaID,
            seed: golden["rand"].node,
            setSize: set.count,
            partition: 0,
            count: 10
        )
        #expect(indices == golden["selected_indexes"].integers)
        #expect(indices.map { set[$0] } == golden["porep_challenges"].integers)

        let small = try file()["synthetic_2k"]
        let all = SealChallenges.syntheticSet(
            replicaID: small["replica_id"].node,
            commR: small["comm_r"].node,
            nodes: 64
        )
        #expect(all == small["all_64"].integers)
        let selected = SealChallenges.syntheticIndices(
            replicaID: small["replica_id"].node,
            seed: small["seed"].node,
            setSize: 64,
            partition: 0,
            count: 2
        )
        #expect(selected == small["indexes"].integers)
    }

    @Test func `47 official seal proofs have the replica id and challenges derived here`() throws {
        let records = try Fixture(file: "proofs/seal_regression_subset.json")["records"].list
        #expect(records.count == 47)
        var compared = 0
        for record in records {
            let features = record["api_features"].list.map(\.text)
            let version: ProofVersion =
                switch record["api_version"].text {
                case "V1_0_0": .v1_0
                case "V1_1_0": .v1_1
                default: .v1_2
                }
            let configuration = PoRepConfiguration(
                parameters: parameters(record["sector_size"].integer),
                version: version,
                variant: features.contains("SyntheticPoRep")
                    ? .synthetic
                    : features.contains("NonInteractivePoRep") ? .nonInteractive : .interactive,
                poRepID: record["porep_id"].node
            )
            #expect(configuration.partitions == record["partitions"].integer)
            let input = SealInput(
                configuration: configuration,
                proverID: record["prover_id"].node,
                sector: record["sector_id"].unsigned,
                ticket: record["ticket"].node
            )
            let replicaID = input.replicaID(commD: record["comm_d"].node)
            #expect(replicaID == record["replica_id"].node)
            guard !record["challenges"].isNull else { continue }
            compared += 1
            let challenges = SealChallenges.challenges(
                configuration,
                replicaID: replicaID,
                commR: record["comm_r"].node,
                seed: record["seed"].node,
                partition: 0
            )
            #expect(challenges == record["challenges"].integers)
            let inputs = PoRepPublicInputs.make(
                replicaID: replicaID,
                commD: record["comm_d"].node,
                commR: record["comm_r"].node,
                challenges: challenges,
                graph: StackedGraph(configuration)
            )
            #expect(
                inputs?.map(\.littleEndianBytes) == record["public_inputs"].list.map(\.hex)
            )
        }
        #expect(compared == 36)
    }

    @Test func `PoSt challenges are those of the published rows`() throws {
        let winning = try file()["winning_post"]
        let small = parameters(2048)
        #expect(
            PoStChallenges.winning(
                randomness: winning["randomness"].node,
                sector: winning["sector_id"].unsigned,
                parameters: small
            )
                == winning[
                    "66 challenges (challenge_index = n because V1_0_0: sector_index*1+0)"
                ].integers
        )
        let prover = Bytes32([UInt8](repeating: 4, count: 32)) ?? Bytes32()
        #expect(
            PoStChallenges.winningSector(
                proverID: prover,
                randomness: winning["randomness"].node,
                count: 10
            )
                == winning["sector_challenge(sector_set_len=10,prover=04*32)"].unsigned
        )
        for (key, version) in [
            ("window_post_v1 (api 1.0.0)", ProofVersion.v1_0),
            ("window_post_v1_2 (api 1.2.0)", .v1_2),
        ] {
            let rows = try file()[key]
            let expected = rows["sectors in order, ids 5 and 6, nodes 64"].list.map(\.integers)
            for (position, sector) in [UInt64(5), 6].enumerated() {
                #expect(
                    PoStChallenges.window(
                        randomness: rows["randomness"].node,
                        sector: sector,
                        position: position,
                        version: version,
                        parameters: small
                    ) == expected[position]
                )
            }
        }
    }

    @Test func `PoSt challenges are those the reference recorded`() throws {
        var compared = 0
        for row in try Fixture(file: "reference/proofs/post/challenges.json").list {
            let kind = row["type"].text
            let randomness = PoStChallenges.masked(row["randomness"].node)
            compared += 1
            if kind == "winning-sector-selection" {
                let found = PoStChallenges.winningSector(
                    proverID: row["prover_id"].node,
                    randomness: randomness,
                    count: row["sector_set_len"].unsigned
                )
                #expect(found == row["selected"][0].unsigned)
                continue
            }
            let size = parameters(row["sector_size"].integer)
            // Challenges follow the order in which the sectors were given, the answer is sorted.
            let order = row["sector_ids"].list.map(\.unsigned)
            for sector in row["challenges"].list {
                let number = sector[0].unsigned
                let position = order.firstIndex(of: number) ?? -1
                let found =
                    kind.lowercased().contains("winning")
                    ? PoStChallenges.winning(
                        randomness: randomness,
                        sector: number,
                        parameters: size
                    )
                    : PoStChallenges.window(
                        randomness: randomness,
                        sector: number,
                        position: position,
                        version: kind.lowercased().hasSuffix("v1_2") ? .v1_2 : .v1_0,
                        parameters: size
                    )
                #expect(found == sector[1].integers, "\(kind) sector \(number)")
            }
        }
        #expect(compared == 108)
    }
}

@Suite struct PoStChallengeTests {
    @Test func `masking clears the two top bits and no others`() {
        let ones = Bytes32([UInt8](repeating: 0xff, count: 32)) ?? Bytes32()
        #expect(
            PoStChallenges.masked(ones).bytes == [UInt8](repeating: 0xff, count: 31) + [0x3f]
        )
    }

    @Test func `an empty list of sectors selects none`() {
        #expect(
            PoStChallenges.winningSector(proverID: Bytes32(), randomness: Bytes32(), count: 0)
                == nil
        )
    }
}
