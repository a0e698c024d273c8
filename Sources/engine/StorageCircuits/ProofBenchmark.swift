import BLS12381
import Bytes
import Glibc
import Hashing
import Poseidon
import ProofSystem

/// Measures what a storage provider and a node wait for: proofs of space-time, their verification, and the
/// multi-exponentiation that most of a proof consists of.
package enum ProofBenchmark {
    /// One measurement.
    package struct Row: Sendable {
        package let name: String
        /// The median, in `unit`.
        package let value: Double
        /// `s` for seconds, or what is counted.
        package let unit: String
        /// What it is compared with, in the same unit.
        package let reference: Double?
        /// Whose figure the reference is.
        package let referenceName: String?
        /// The most that is allowed; nil if there is no bound.
        package let bound: Double?

        init(
            _ name: String,
            _ value: Double,
            unit: String = "s",
            reference: Double? = nil,
            referenceName: String? = nil,
            bound: Double? = nil
        ) {
            self.name = name
            self.value = value
            self.unit = unit
            self.reference = reference
            self.referenceName = referenceName
            self.bound = bound
        }
    }

    /// What rust-fil-proofs 19.1 (bellperson 0.27) took, on another machine.
    private struct Recorded {
        /// Seconds on two cores.
        let twoCores: Double
        /// Seconds on one core.
        let oneCore: Double
        /// Bytes of SHA-256 per second on one core of that machine.
        static let hashRate: Double = 1_443_167_671
        static let window: Recorded = Recorded(twoCores: 1.63, oneCore: 3.077)
        static let winning: Recorded = Recorded(twoCores: 5.655, oneCore: 10.885)
        /// One call of the multi-exponentiation of 2^16 full scalars.
        static let multiExponentiation: Double = 0.673
    }

    /// Runs everything; takes about half a minute on two cores.
    ///
    /// - Throws: What making parameters or a proof throws.
    package static func run(threads: Int) throws -> [Row] {
        let hashRate = hashRate()
        var rows = multiExponentiation(hashRate)
        guard let window = FallbackPoStParameters.window(sectorSize: 2 << 10),
            let winning = FallbackPoStParameters.winning(sectorSize: 2 << 10)
        else { return rows }
        rows += try proofs("WindowPoSt 2 KiB", window, threads, hashRate, .window, bound: 0.6)
        rows += try proofs(
            "WinningPoSt 2 KiB",
            winning,
            threads,
            hashRate,
            .winning,
            bound: 2.0
        )
        return rows
    }

    /// The medians of the time of day and of the processor time of all threads.
    private static func median(
        _ rounds: Int,
        _ body: () throws -> Void
    ) rethrows -> (wall: Double, processor: Double) {
        var wall: [Double] = []
        var processor: [Double] = []
        for _ in 0..<rounds {
            let start = seconds(CLOCK_PROCESS_CPUTIME_ID)
            let startWall = seconds(CLOCK_MONOTONIC)
            try body()
            wall.append(seconds(CLOCK_MONOTONIC) - startWall)
            processor.append(seconds(CLOCK_PROCESS_CPUTIME_ID) - start)
        }
        return (wall.sorted()[rounds / 2], processor.sorted()[rounds / 2])
    }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// Bytes of SHA-256 per second of processor time on one core: the unit in which proofs are compared with
    /// those of another machine.
    private static func hashRate() -> Double {
        let bytes = [UInt8](repeating: 0x5a, count: 4 << 20)
        var sum: UInt64 = 0
        let time = median(9) { sum &+= SHA256.digest(bytes).word0 }
        precondition(sum != 0, "nine equal digests do not cancel out")
        return Double(bytes.count) / time.processor
    }

    /// 2^16 full scalars on one core, as in the reference's record.
    private static func multiExponentiation(_ hashRate: Double) -> [Row] {
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
        var portable = G1.zero
        var blst = G1.zero
        let seconds = median(5) {
            ours = MultiExponentiation.sum(points, scalars, threads: 1)
        }.processor
        let portableSeconds = median(3) {
            portable = MultiExponentiation.sum(points, scalars, threads: 1, isPortable: true)
        }.processor
        let reference = median(3) { blst = MultiExponentiation.blstSum(points, scalars) }.processor
        precondition(ours == blst && portable == blst, "the sums differ")
        let name = "G1 multi-exponentiation of 2^16 scalars, one core"
        return [
            Row(
                name,
                seconds,
                reference: reference,
                referenceName: "blst, same run",
                bound: reference / 1.5
            ),
            Row(
                name + ", portable code",
                portableSeconds,
                reference: reference,
                referenceName: "blst, same run"
            ),
            Row(
                name + ", as GB of SHA-256",
                seconds * hashRate / 1e9,
                unit: "GB",
                reference: Recorded.multiExponentiation * Recorded.hashRate / 1e9,
                referenceName: "blstrs"
            ),
        ]
    }

    private static func proofs(
        _ name: String,
        _ parameters: FallbackPoStParameters,
        _ threads: Int,
        _ hashRate: Double,
        _ recorded: Recorded,
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
                "\(name) prove",
                proving.wall,
                reference: recorded.twoCores,
                referenceName: "bellperson, two cores",
                bound: bound
            ),
            Row(
                "\(name) prove, processor time",
                proving.processor,
                reference: recorded.oneCore,
                referenceName: "bellperson, one core"
            ),
            Row(
                "\(name) prove, as GB of SHA-256",
                proving.processor * hashRate / 1e9,
                unit: "GB",
                reference: recorded.oneCore * Recorded.hashRate / 1e9,
                referenceName: "bellperson"
            ),
            Row(
                "\(name) verify, processor time",
                verifying.processor,
                reference: barePairing(proof),
                referenceName: "blst, three pairings alone, same run",
                bound: 0.0015
            ),
        ]
    }

    /// What a product of three pairings takes with blst alone: the floor of a verification.
    private static func barePairing(_ proof: Proof) -> Double {
        let pairs = [(proof.a, proof.b), (proof.c, proof.b), (proof.a, proof.b)]
        var isOne = false
        let time = median(101) { isOne = isOne || Pairing.productIsOne(pairs) }
        precondition(!isOne, "a product of pairings of unrelated points is one")
        return time.processor
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
