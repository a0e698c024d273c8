import BLS12381
import Poseidon
import ProofSystem

/// Measures what a storage provider and a node wait for: proofs of space-time, their verification, and the
/// multi-exponentiation that most of a proof consists of.
package enum ProofBenchmark {
    /// One measurement.
    package struct Row: Sendable {
        package let name: String
        /// The median, in seconds.
        package let seconds: Double
        /// What it is compared with, in seconds: bellperson as recorded on another two-core machine, or blst
        /// measured in this run.
        package let reference: Double?
        /// The most seconds allowed; nil if there is no bound.
        package let bound: Double?

        package var isWithinBound: Bool { bound.map { seconds <= $0 } ?? true }
    }

    /// Runs everything; takes about half a minute on two cores.
    ///
    /// - Throws: What making parameters or a proof throws.
    package static func run(threads: Int) throws -> [Row] {
        var rows: [Row] = [multiExponentiation()]
        guard let window = FallbackPoStParameters.window(sectorSize: 2 << 10),
            let winning = FallbackPoStParameters.winning(sectorSize: 2 << 10)
        else { return rows }
        rows += try proofs("WindowPoSt 2 KiB", window, threads, reference: 1.63, bound: 0.6)
        rows += try proofs("WinningPoSt 2 KiB", winning, threads, reference: 5.655, bound: 2.0)
        return rows
    }

    private static func median(_ rounds: Int, _ body: () throws -> Void) rethrows -> Double {
        var times: [Double] = []
        for _ in 0..<rounds {
            let duration = try ContinuousClock().measure(body)
            let parts = duration.components
            times.append(Double(parts.seconds) + Double(parts.attoseconds) * 1e-18)
        }
        return times.sorted()[rounds / 2]
    }

    /// 2^16 full scalars on one core, as in the reference's record.
    private static func multiExponentiation() -> Row {
        let count = 1 << 16
        var generator = SystemRandomNumberGenerator()
        let scalars = (0..<count).map { _ in Fr.random(using: &generator) }
        var multiple = G1.generator
        var multiples: [G1] = []
        for _ in 0..<count {
            multiples.append(multiple)
            multiple += G1Affine.generator
        }
        let points = G1.affine(multiples)
        var ours = G1.zero
        var blst = G1.zero
        let seconds = median(5) {
            ours = MultiExponentiation.sum(points, scalars, threads: 1)
        }
        let reference = median(3) { blst = MultiExponentiation.blstSum(points, scalars) }
        precondition(ours == blst, "the two sums differ")
        return Row(
            name: "G1 multi-exponentiation 2^16, one core (reference: blst)",
            seconds: seconds,
            reference: reference,
            bound: reference / 1.5
        )
    }

    private static func proofs(
        _ name: String,
        _ parameters: FallbackPoStParameters,
        _ threads: Int,
        reference: Double,
        bound: Double
    ) throws -> [Row] {
        let generator = try ParameterGenerator(
            circuit: parameters.blankCircuit(),
            trapdoor: DevnetTrapdoor.trapdoor(circuit: parameters.identifier)
        )
        var bytes: [UInt8] = []
        try generator.write(threads: threads) { bytes += $0 }
        let key = try ProvingKey(
            parameters: Groth16Parameters(bytes: bytes),
            circuit: parameters.blankCircuit()
        )
        let circuit = try sampleCircuit(parameters)
        var proof = try key.prove(circuit, threads: threads)
        let proving = try median(5) { proof = try key.prove(circuit, threads: threads) }
        let verifier = PreparedVerifyingKey(key.parameters.verifyingKey)
        let encoded = proof.bytes
        let inputs = circuit.publicInputs
        let verifying = try median(101) {
            let proof = try Proof(bytes: encoded)
            precondition(verifier.verifies(proof, inputs: inputs), "a wrong proof")
        }
        return [
            Row(
                name: "\(name) prove (reference: bellperson)",
                seconds: proving,
                reference: reference,
                bound: bound
            ),
            Row(name: "\(name) verify", seconds: verifying, reference: nil, bound: 0.0015),
        ]
    }

    /// A circuit with a witness that satisfies it: sectors whose replica is the numbers 1 to 64.
    private static func sampleCircuit(
        _ parameters: FallbackPoStParameters
    ) throws -> FallbackPoStCircuit {
        let leaves = (1...64).map { Fr(UInt64($0)) }
        func row(_ nodes: [Fr]) -> [Fr] {
            stride(from: 0, to: nodes.count, by: 8).map {
                Poseidon.arity8.hash(Array(nodes[$0..<$0 + 8]))
            }
        }
        let middle = row(leaves)
        let root = row(middle)[0]
        let commC = Fr(77)
        let commR = Poseidon.arity2.hash([commC, root])
        func level(_ nodes: [Fr], _ index: Int) -> InclusionPath.Level {
            var siblings = Array(nodes[index / 8 * 8..<index / 8 * 8 + 8])
            siblings.remove(at: index % 8)
            return InclusionPath.Level(siblings: siblings, index: index % 8)
        }
        let sectors = (0..<parameters.sectorCount).map { sector in
            let openings = (0..<parameters.challengeCount).map { number in
                let index = (sector * 17 + number * 29) % 64
                let path = InclusionPath(levels: [level(leaves, index), level(middle, index / 8)])
                return FallbackPoStCircuit.Sector.Opening(leaf: leaves[index], path: path)
            }
            return FallbackPoStCircuit.Sector(
                commR: commR,
                commC: commC,
                commRLast: root,
                openings: openings
            )
        }
        return try FallbackPoStCircuit(parameters: parameters, sectors: sectors)
    }
}
