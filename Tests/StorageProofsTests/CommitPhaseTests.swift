import BLS12381
import Bytes
import FilecoinTypes
import Foundation
import Hashing
import JSON
import TestSupport
import Testing

@testable import StorageProofs

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing), .ownThread)
struct CommitPhaseVectorTests {
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
