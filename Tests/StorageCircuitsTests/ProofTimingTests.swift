import Bytes
import Foundation
import ProofSystem
import StorageCircuits
import TestSupport
import Testing

/// Prints how long proofs take, when VENUS_TIMINGS is set.
@Suite(
    .enabled(if: ProcessInfo.processInfo.environment["VENUS_TIMINGS"] != nil),
    .enabled(if: Vectors.arePresent, Vectors.missing)
)
struct ProofTimingTests {
    @Test(arguments: ["window-v1-2sectors", "winning-1"])
    func `proving and verifying take as long as printed`(_ name: String) throws {
        let post = try PoStVector.load(name)
        let vector = try ParameterVector.load(post.params)
        let circuit = try #require(vector.postParameters)
        let clock = ContinuousClock()
        func report(_ what: String, _ body: () throws -> Void) rethrows {
            let start = clock.now
            let cpu = Self.processorSeconds()
            try body()
            let seconds = String(format: "%.3f s of processors", Self.processorSeconds() - cpu)
            print("\(name): \(what): \(clock.now - start), \(seconds)")
        }
        var bytes: [UInt8] = []
        try report("make parameters") {
            try vector.generator().write(threads: 2) { bytes += $0 }
        }
        let parameters = try Groth16Parameters(bytes: bytes)
        var key: ProvingKey?
        try report("load") {
            key = try ProvingKey(
                parameters: parameters,
                circuit: FallbackPoStCircuit(blank: circuit)
            )
        }
        let witness = try post.witnesses()[0]
        let provingKey = try #require(key)
        for threads in [1, 2, 2] {
            try report("prove, \(threads) threads") {
                let timings = try provingKey.prove(
                    witness,
                    r: fr(vector.alpha_le),
                    s: fr(vector.beta_le),
                    threads: threads
                ).timings
                print("\(timings)")
            }
        }
        let verifier = PreparedVerifyingKey(parameters.verifyingKey)
        let proof = try provingKey.prove(witness, threads: 2)
        try report("verify 100 times, from bytes") {
            for _ in 0..<100 {
                let again = try Proof(bytes: proof.bytes)
                #expect(verifier.verifies(again, inputs: witness.publicInputs))
            }
        }
    }

    static func processorSeconds() -> Double {
        var usage = rusage()
        unsafe getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        let user = Double(usage.ru_utime.tv_sec) + Double(usage.ru_utime.tv_usec) / 1e6
        return user + Double(usage.ru_stime.tv_sec) + Double(usage.ru_stime.tv_usec) / 1e6
    }
}
