import BLS12381
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
        let ours = sink.prefixes.map(\.hexText)
        let same = zip(ours, prefix).prefix { $0 == $1 }.count
        #expect(
            sink.digest.hexText == digest,
            "differs between constraints \(same * prefix_every) and \((same + 1) * prefix_every)"
        )
        #expect(sink.termCounts == (terms.a, terms.b, terms.c))
        density.check(sink.density, inputs: inputs, aux: aux)
    }
}

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct CircuitDigestTests {
    /// The large circuits take minutes: they run when VENUS_LARGE_CIRCUITS is set.
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

    @Test(arguments: [
        "window-2KiB", "window-4KiB", "window-32KiB", "window-8MiB", "window-512MiB",
        "winning-2KiB", "winning-32KiB",
    ])
    func `a PoSt circuit has the reference's constraints`(_ name: String) throws {
        try Self.check(name)
    }

    @Test(
        .enabled(if: areLargeWanted),
        arguments: ["winning-8MiB", "winning-512MiB", "winning-32GiB", "window-32GiB"]
    )
    func `a large PoSt circuit has the reference's constraints`(_ name: String) throws {
        try Self.check(name)
    }
}
