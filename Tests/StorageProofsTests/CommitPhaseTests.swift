import BLS12381
import Bytes
import FilecoinTypes
import Foundation
import Hashing
import JSON
import TestSupport
import Testing

@testable import StorageProofs

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct CommitPhaseVectorTests {
    private func input(_ row: Fixture) -> SealInput {
        SealInput(
            configuration: configuration(row["registered_seal_proof_number"].integer),
            minerID: row["miner_actor_id"].unsigned,
            sector: row["sector_number"].unsigned,
            ticket: row["ticket"].node
        )
    }

    /// The challenges are opened in the reference's own files.
    @Test(arguments: [
        "s1-v1_1-cc", "s2-v1_1-full", "s3-v1_1-pieces", "s4-v1_0-full", "s5-synthetic-full",
        "s6-ni-full",
    ])
    func `outputs of all phases are the reference's JSON to the byte`(_ name: String) throws {
        let path = "reference/proofs/sealed/\(name)"
        let row = try Fixture(file: "\(path)/fixture.json")
        let input = input(row)
        let folder = Vectors.folder.appendingPathComponent(path)
        let cache = "\(name)/cache"
        let commitments = SectorSealer.Commitments(
            commD: row["comm_d"].node,
            commC: row["comm_c"].node,
            commRLast: row["comm_r_last"].node,
            commR: row["comm_r"].node
        )

        let phase1 = PreCommit1Output(
            SectorSealer.Phase1(
                input: input,
                commD: commitments.commD,
                replicaID: row["replica_id"].node
            ),
            cache: cache
        )
        let phase1Bytes = try Vectors.bytes("\(path)/pc1-output.json")
        #expect(phase1.jsonBytes(.proofs) == phase1Bytes)
        #expect(try PreCommit1Output(json: phase1Bytes) == phase1)

        let phase2 = PreCommit2Output(input.configuration, commitments)
        let phase2Bytes = try Vectors.bytes("\(path)/pc2-output.json")
        #expect(phase2.jsonBytes(.proofs) == phase2Bytes)
        #expect(try PreCommit2Output(json: phase2Bytes) == phase2)

        let prover = try PoRepProver(
            input,
            cache: folder.appendingPathComponent("cache").path,
            replica: folder.appendingPathComponent("sealed").path
        )
        let commit = try Commit1Output(
            input,
            prover: prover,
            commR: commitments.commR,
            seed: row["seed"].node
        )
        let commitBytes = try Vectors.gunzipped("\(path)/c1-output.json.gz")
        #expect(commit.jsonBytes(.proofs) == commitBytes)
        #expect(try Commit1Output(json: commitBytes) == commit)

        let graph = StackedGraph(input.configuration)
        for partition in row["partitions"].list {
            let k = partition["k"].integer
            let challenges = prover.challenges(
                partition: k,
                seed: row["seed"].node,
                commR: commitments.commR
            )
            #expect(challenges == partition["challenges"].integers)
            let inputs = PoRepPublicInputs.make(
                replicaID: row["replica_id"].node,
                commD: commitments.commD,
                commR: commitments.commR,
                challenges: challenges,
                graph: graph
            )
            #expect(
                inputs.map { $0.map(\.littleEndianBytes) }
                    == partition["public_inputs_le"].list.map(\.hex)
            )
            for (challenge, proof) in zip(challenges, commit.proofs[k]) {
                #expect(
                    proof.isValid(
                        node: challenge,
                        replicaID: row["replica_id"].node,
                        commitments: commitments,
                        graph: graph
                    )
                )
            }
        }
        if input.configuration.variant == .synthetic {
            let synthetic = try SyntheticProofs.make(
                input,
                prover: prover,
                commitments: commitments
            )
            #expect(
                synthetic == (try Vectors.bytes("\(path)/cache/\(SyntheticProofs.fileName)"))
            )
        }
    }

    @Test func `a changed proof no longer holds`() throws {
        let path = "reference/proofs/sealed/s2-v1_1-full"
        let row = try Fixture(file: "\(path)/fixture.json")
        let text = String(
            decoding: try Vectors.gunzipped("\(path)/c1-output.json.gz"),
            as: UTF8.self
        )
        let commitments = SectorSealer.Commitments(
            commD: row["comm_d"].node,
            commC: row["comm_c"].node,
            commRLast: row["comm_r_last"].node,
            commR: row["comm_r"].node
        )
        let graph = StackedGraph(configuration(5))
        let node = row["partitions"][0]["challenges"][0].integer
        func holds(_ text: String) -> Bool {
            guard let output = try? Commit1Output(json: Array(text.utf8)) else { return false }
            return output.proofs[0][0].isValid(
                node: node,
                replicaID: row["replica_id"].node,
                commitments: commitments,
                graph: graph
            )
        }
        #expect(holds(text))
        var generator = SeededGenerator(seed: 11)
        // The first proof ends before the second begins.
        let first = text.components(separatedBy: "{\"comm_d_proofs\"")[1]
        let digits = first.indices.filter { first[$0].isNumber }
        for _ in 0..<40 {
            guard let place = digits.randomElement(using: &generator) else { continue }
            var changed = first
            let digit = first[place] == "1" ? "2" : "1"
            changed.replaceSubrange(place...place, with: digit)
            #expect(!holds(text.replacingOccurrences(of: first, with: changed)), "at \(place)")
        }
    }

    @Test func `numbers that do not fit are refused`() throws {
        let path = "reference/proofs/sealed/s2-v1_1-full/pc2-output.json"
        let text = String(decoding: try Vectors.bytes(path), as: UTF8.self)
        for (old, new) in [
            ("StackedDrg2KiBV1_1", "StackedDrg3KiBV1_1"), ("\"comm_r\":[", "\"comm_r\":[256,"),
            ("\"comm_r\":[", "\"comm_r\":[1,"), ("\"comm_d\"", "\"comm_e\""),
        ] {
            #expect(throws: JSONError.self) {
                try PreCommit2Output(
                    json: Array(text.replacingOccurrences(of: old, with: new).utf8)
                )
            }
        }
    }
}
