import BLS12381
import Bytes
import Foundation
import Hashing
import ProofSystem
import StorageCircuits
import StorageProofs
import TestSupport
import Testing

/// A proof of replication that the reference made and judged.
struct SealVector: Decodable {
    struct Randomiser: Decodable {
        let k: Int
        let r_le: String
        let s_le: String
    }

    struct Case: Decodable {
        let `case`: String
        let proof: String
        let comm_r: String?
        let comm_d: String?
        let prover_id: String?
        let sector_number: UInt64?
        let ticket: String?
        let seed: String?
        let result: PoStVector.Result
    }

    let name: String
    let registered_seal_proof: String
    let comm_r: String
    let comm_d: String
    let prover_id: String
    let sector_number: UInt64
    let ticket: String
    let seed: String
    let replica_id: String
    let public_inputs_le: [[String]]
    let randomisers: [Randomiser]
    let proof: String
    let verify: Bool
    let cases: [Case]

    static let names: [String] = ["s1-v1_1-cc", "s2-v1_1-full", "s3-v1_1-pieces", "s4-v1_0-full"]

    static func load(_ name: String) throws -> SealVector {
        try Vectors.json("reference/proofs/groth16/seal-\(name).json", as: SealVector.self)
    }

    var registeredProof: Int { registered_seal_proof.hasSuffix("V1_1") ? 5 : 0 }

    func statement(_ row: Case? = nil) throws -> SealStatement {
        let configuration = try #require(PoRepConfiguration(registeredProof: registeredProof))
        let input = SealInput(
            configuration: configuration,
            proverID: try bytes32(row?.prover_id ?? prover_id),
            sector: row?.sector_number ?? sector_number,
            ticket: try bytes32(row?.ticket ?? ticket)
        )
        return SealStatement(
            input: input,
            commD: try bytes32(row?.comm_d ?? comm_d),
            commR: try bytes32(row?.comm_r ?? comm_r),
            seed: try bytes32(row?.seed ?? seed)
        )
    }
}

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct PoRepTests {
    static func keys() throws -> VerifyingKeySet {
        let parameters = try #require(PoRepParameters(sectorSize: 2048))
        return VerifyingKeySet(
            genesis: PoStTests.genesis,
            keys: [:],
            sealKeys: [parameters: try ParameterVector.verifyingKey("porep-2KiB")]
        )
    }

    /// The circuit of a recorded sector's only partition, from its files.
    static func circuit(_ vector: SealVector) throws -> PoRepCircuit {
        let statement = try vector.statement()
        let folder = Vectors.folder.appendingPathComponent(
            "reference/proofs/sealed/\(vector.name)"
        ).path
        let prover = try PoRepProver(
            statement.input,
            cache: "\(folder)/cache",
            replica: "\(folder)/sealed"
        )
        let aux = try PersistentAux(cache: "\(folder)/cache")
        let partitions = try prover.prove(seed: statement.seed, commR: statement.commR)
        return try PoRepCircuit(
            parameters: try #require(PoRepParameters(sectorSize: 2048)),
            replicaID: statement.input.replicaID(commD: statement.commD),
            commD: statement.commD,
            commR: statement.commR,
            commC: aux.commC,
            commRLast: aux.commRLast,
            challenges: partitions[0]
        )
    }

    @Test(arguments: SealVector.names)
    func `recorded seals are accepted and altered ones judged as recorded`(_ name: String) throws {
        let vector = try SealVector.load(name)
        let keys = try Self.keys()
        let proof = try #require([UInt8](hex: vector.proof))
        let statement = try vector.statement()
        #expect(
            try statement.publicInputs() == vector.public_inputs_le.map { $0.map { fr($0) } }
        )
        #expect(try keys.verifiesSeal(proof, statement) == vector.verify)
        for row in vector.cases {
            let bytes = row.proof == "same" ? proof : try #require([UInt8](hex: row.proof))
            let result = try? keys.verifiesSeal(bytes, vector.statement(row))
            #expect(result ?? false == row.result.isAccepted, "\(name): \(row.case)")
        }
    }

    @Test func `the key of seals is used once it is there`() throws {
        let recorded = Vectors.folder.path + "/reference/lotus/chain-nv15-real/vk"
        let folder = try TemporaryDirectory()
        let own = folder.path(ParameterStore.devnetDirectory)
        try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
        func copy(_ isWanted: (String) -> Bool) throws {
            for name in try FileManager.default.contentsOfDirectory(atPath: recorded)
            where isWanted(name) {
                try FileManager.default.copyItem(
                    atPath: "\(recorded)/\(name)",
                    toPath: "\(own)/\(name)"
                )
            }
        }
        try copy { $0.contains("spacetime") }
        let keys = try VerifyingKeySet(
            genesis: PoStTests.genesis,
            store: .devnet(dataDirectory: folder.url.path),
            sectorSizes: [2048]
        )
        #expect(keys.missingSealKey(sectorSize: 2048) != nil)
        let vector = try SealVector.load(try #require(SealVector.names.first))
        let proof = try #require([UInt8](hex: vector.proof))
        #expect(throws: PoStInputError.self) {
            try keys.verifiesSeal(proof, vector.statement())
        }
        try copy { $0.contains("replication") }
        #expect(keys.missingSealKey(sectorSize: 2048) == nil)
        #expect(try keys.verifiesSeal(proof, vector.statement()))
    }

    @Test func `a batch of seals is judged as recorded`() throws {
        struct Row: Decodable {
            let batch: [String]
            let change: String
            let result: PoStVector.Result
        }
        let keys = try Self.keys()
        for row in try Vectors.json("reference/proofs/groth16/batch-verify.json", as: [Row].self) {
            let vectors = try row.batch.map { try SealVector.load($0) }
            var proofs = try vectors.map { try #require([UInt8](hex: $0.proof)) }
            var statements = try vectors.map { try $0.statement() }
            let words = row.change.split(separator: " ")
            if row.change.hasPrefix("proof") {
                let index = try #require(Int(words[1]))
                proofs[index] = proofs[(index + 1) % proofs.count]
            } else if row.change.hasPrefix("seed") {
                let index = try #require(Int(words[1]))
                var seed = statements[index].seed.bytes
                seed[0] ^= 1
                statements[index] = SealStatement(
                    input: statements[index].input,
                    commD: statements[index].commD,
                    commR: statements[index].commR,
                    seed: try #require(Bytes32(seed))
                )
            }
            let result = try? keys.verifiesSeals(Array(zip(proofs, statements)))
            #expect(result ?? false == row.result.isAccepted, "\(row.change)")
        }
    }

    // Without optimization these millions of constraints take minutes.
    #if !DEBUG
    @Test(arguments: ["porep-2KiB", "porep-32KiB", "porep-8MiB"])
    func `a PoRep circuit has the reference's constraints`(_ name: String) throws {
        let vector = try CircuitVector.load(name)
        let parameters = try #require(PoRepParameters(sectorSize: vector.sector_size))
        #expect(parameters.identifier == vector.identifier)
        #expect(parameters.fileName + ".params" == vector.parameter_file)
        vector.check(parameters.blankCircuit())
    }

    @Test(arguments: ["s1-v1_1-cc", "s4-v1_0-full"])
    func `the witness of a sealed sector satisfies the circuit`(_ name: String) throws {
        struct Fixture: Decodable {
            struct Witness: Decodable {
                let inputs_sha256: String
                let aux_sha256: String
            }

            let witness: [Witness]
        }
        let fixture = try Vectors.json(
            "reference/proofs/sealed/\(name)/fixture.json",
            as: Fixture.self
        )
        let circuit = try Self.circuit(SealVector.load(name))
        let system = ConstraintSystem.witnessing()
        circuit.synthesize(into: system)
        #expect(system.isSatisfied)
        let inputs = SHA256.hash(Fr.littleEndianBytes(of: system.inputs)).hex
        let auxiliaries = SHA256.hash(Fr.littleEndianBytes(of: system.auxiliaries)).hex
        #expect(inputs == fixture.witness[0].inputs_sha256)
        #expect(auxiliaries == fixture.witness[0].aux_sha256)
    }

    @Test func `the PoRep verifying key made from the numbers equals the reference's`() throws {
        let vector = try ParameterVector.load("porep-2KiB")
        let parameters = try #require(PoRepParameters(sectorSize: 2048))
        let generator = try ParameterGenerator(
            circuit: parameters.blankCircuit(),
            trapdoor: vector.trapdoor
        )
        let key = try Vectors.bytes("reference/proofs/groth16/porep-2KiB.vk")
        #expect(generator.verifyingKey.bytes == key)
    }

    /// Making 1.1 GB of parameters takes a minute or two: it runs when VENUS_LARGE_CIRCUITS is set.
    @Test(.enabled(if: CircuitDigestTests.areLargeWanted))
    func `PoRep parameters and proofs with given randomness equal the reference's`() throws {
        let vector = try ParameterVector.load("porep-2KiB")
        let parameters = try #require(PoRepParameters(sectorSize: 2048))
        let generator = try ParameterGenerator(
            circuit: parameters.blankCircuit(),
            trapdoor: vector.trapdoor
        )
        var bytes: [UInt8] = []
        bytes.reserveCapacity(vector.params_bytes)
        try generator.write(threads: 2) { bytes += $0 }
        #expect(bytes.count == vector.params_bytes)
        #expect(SHA256.hash(bytes).hex == vector.params_sha256)
        let key = try ProvingKey(
            parameters: Groth16Parameters(bytes: bytes),
            circuit: parameters.blankCircuit()
        )
        let seal = try SealVector.load("s1-v1_1-cc")
        let start = ContinuousClock.now
        let (proof, timings) = try key.prove(
            Self.circuit(seal),
            r: fr(seal.randomisers[0].r_le),
            s: fr(seal.randomisers[0].s_le),
            threads: 2
        )
        print("PoRep 2 KiB: \(ContinuousClock.now - start), \(timings)")
        #expect(proof.bytes.hex == seal.proof)
    }
    #endif
}
