import BLS12381
import Bytes
import Foundation
import ProofSystem
import StorageCircuits
import TestSupport
import Testing

/// The constraints of a whole circuit as the reference synthesised them.
struct CircuitVector: Decodable {
    let circuit: String
    let sector_size: UInt64
    let parameter_file: String
    let identifier: String
    let inputs: Int
    let aux: Int
    let constraints: Int
    let digest: String
    let terms: GadgetVector.Terms
    let density: GadgetVector.Density
    let prefix_every: Int
    let prefix: [String]

    static func load(_ name: String) throws -> CircuitVector {
        try Vectors.json("reference/proofs/r1cs/\(name).json.gz", as: CircuitVector.self)
    }

    func check(_ circuit: some Circuit) {
        let sink = DigestSink(prefixInterval: prefix_every)
        let system = ConstraintSystem.recording(into: sink)
        circuit.synthesize(into: system)
        #expect(system.inputCount == inputs)
        #expect(system.auxiliaryCount == aux)
        #expect(system.constraintCount == constraints)
        let ours = sink.prefixes.map { $0.hex }
        let same = zip(ours, prefix).prefix { $0 == $1 }.count
        #expect(
            sink.digest.hex == digest,
            "differs between constraints \(same * prefix_every) and \((same + 1) * prefix_every)"
        )
        #expect(sink.termCounts == (terms.a, terms.b, terms.c))
        density.check(sink.density, inputs: inputs, aux: aux)
    }
}

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct CircuitDigestTests {
    /// The largest circuit, of 125 million constraints, takes minutes: it runs when VENUS_LARGE_CIRCUITS is set.
    static let areLargeWanted: Bool =
        ProcessInfo.processInfo.environment["VENUS_LARGE_CIRCUITS"] != nil

    static func parameters(_ vector: CircuitVector) -> FallbackPoStParameters? {
        vector.circuit == "winning"
            ? .winning(sectorSize: vector.sector_size) : .window(sectorSize: vector.sector_size)
    }

    static func check(_ name: String) throws {
        let vector = try CircuitVector.load(name)
        let parameters = try #require(Self.parameters(vector))
        #expect(parameters.identifier == vector.identifier)
        #expect(parameters.fileName + ".params" == vector.parameter_file)
        vector.check(FallbackPoStCircuit(blank: parameters))
    }

    /// A build without optimization takes a minute for what takes two seconds with it.
    static let names: [String] = {
        let small = ["window-2KiB", "window-4KiB", "window-32KiB", "winning-2KiB"]
        #if DEBUG
        return small
        #else
        return small + [
            "window-8MiB", "window-512MiB", "winning-32KiB", "winning-8MiB", "winning-512MiB",
            "winning-32GiB",
        ]
        #endif
    }()

    @Test(arguments: names)
    func `a PoSt circuit has the reference's constraints`(_ name: String) throws {
        try Self.check(name)
    }

    @Test(.enabled(if: areLargeWanted))
    func `the WindowPoSt circuit of 32 GiB sectors has the reference's constraints`() throws {
        try Self.check("window-32GiB")
    }
}
