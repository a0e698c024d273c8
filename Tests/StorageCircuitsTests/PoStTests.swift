import BLS12381
import Bytes
import Foundation
import Hashing
import Multiformats
import ProofSystem
import StorageCircuits
import StorageProofs
import TestSupport
import Testing

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct PoStTests {
    static let genesis: CID = CID.dagCBOR(hashing: Array("a test's genesis".utf8))

    /// The keys of the reference's local parameters.
    static func keys() throws -> VerifyingKeySet {
        let winning = try #require(FallbackPoStParameters.winning(sectorSize: 2048))
        let window = try #require(FallbackPoStParameters.window(sectorSize: 2048))
        return VerifyingKeySet(
            genesis: genesis,
            keys: [
                winning: try ParameterVector.verifyingKey("winning-2KiB"),
                window: try ParameterVector.verifyingKey("window-2KiB"),
            ]
        )
    }

    @Test(arguments: PoStVector.names)
    func `public inputs and witness equal the reference's`(_ name: String) throws {
        let vector = try PoStVector.load(name)
        let parameters = try #require(SectorParameters.of(sectorSize: 2048))
        let randomness = try bytes32(vector.randomness)
        let sectors = try vector.commitments()
        let inputs =
            vector.isWinning
            ? [
                try PoStPublicInputs.winning(
                    randomness: randomness,
                    sector: sectors[0],
                    parameters: parameters
                )
            ]
            : try PoStPublicInputs.window(
                randomness: randomness,
                sectors: sectors,
                version: vector.version,
                parameters: parameters
            )
        let witnesses = try vector.witnesses()
        #expect(inputs.count == vector.partitions.count)
        #expect(witnesses.count == vector.partitions.count)
        for (index, partition) in vector.partitions.enumerated() {
            #expect(inputs[index] == partition.public_inputs_le.map { fr($0) })
            #expect(witnesses[index].publicInputs == inputs[index])
            let sink = DigestSink()
            let system = ConstraintSystem.witnessing(into: sink)
            witnesses[index].synthesize(into: system)
            #expect(system.isSatisfied)
            #expect(sink.digest.hex == partition.r1cs_digest)
            let inputBytes = Fr.littleEndianBytes(of: system.inputs)
            let auxBytes = Fr.littleEndianBytes(of: system.auxiliaries)
            #expect(SHA256.hash(inputBytes).hex == partition.witness.inputs_sha256)
            #expect(SHA256.hash(auxBytes).hex == partition.witness.aux_sha256)
        }
    }

    @Test(arguments: PoStVector.names)
    func `recorded proofs are accepted and altered ones judged as recorded`(_ name: String) throws {
        let vector = try PoStVector.load(name)
        let keys = try Self.keys()
        func judge(
            _ proof: [UInt8],
            _ randomness: Bytes32,
            _ sectors: [SectorCommitment]
        ) -> Bool {
            guard vector.isWinning else {
                let result = try? keys.verifiesWindow(
                    proof,
                    sectorSize: 2048,
                    version: vector.version,
                    randomness: randomness,
                    sectors: sectors.sorted { $0.number < $1.number },
                    threads: 2
                )
                return result ?? false
            }
            guard sectors.count == 1 else { return false }
            let result = try? keys.verifiesWinning(
                proof,
                sectorSize: 2048,
                randomness: randomness,
                sector: sectors[0]
            )
            return result ?? false
        }
        let randomness = try bytes32(vector.randomness)
        let sectors = try vector.commitments()
        let proof = try #require([UInt8](hex: vector.proof))
        #expect(judge(proof, randomness, sectors) == vector.verify)
        let apiProof = try #require([UInt8](hex: vector.api_proof_random_r_s))
        #expect(judge(apiProof, randomness, sectors) == vector.api_verify)
        for row in vector.cases {
            var changed = sectors
            let lowest = try #require(
                sectors.indices.min { sectors[$0].number < sectors[$1].number }
            )
            if let commR = row.comm_r {
                changed[lowest] = SectorCommitment(
                    number: sectors[lowest].number,
                    commR: try bytes32(commR)
                )
            } else if row.case == "lowest sector renumbered +1000" {
                changed[lowest] = SectorCommitment(
                    number: sectors[lowest].number + 1000,
                    commR: sectors[lowest].commR
                )
            } else if row.case == "lowest sector left out" {
                changed.remove(at: lowest)
            } else if row.case.hasPrefix("one more sector") {
                let other = try PoStVector.load("window-v1-3sectors").commitments()[1]
                changed.append(SectorCommitment(number: 999_999, commR: other.commR))
            }
            let bytes = row.proof == "same" ? proof : try #require([UInt8](hex: row.proof))
            let seed = try row.randomness.map { try bytes32($0) } ?? randomness
            #expect(judge(bytes, seed, changed) == row.result.isAccepted, "\(name): \(row.case)")
        }
    }

    @Test func `WindowPoSt parameters made from the numbers equal the reference's`() throws {
        try Self.checkParameters("window-2KiB")
    }

    @Test func `WinningPoSt parameters made from the numbers equal the reference's`() throws {
        try Self.checkParameters("winning-2KiB")
    }

    static func checkParameters(_ circuit: String) throws {
        let vector = try ParameterVector.load(circuit)
        let generator = try vector.generator()
        let key = try Vectors.bytes("reference/proofs/groth16/\(circuit).vk")
        #expect(generator.verifyingKey.bytes == key)
        #expect(SHA256.hash(key).hex == vector.vk_sha256)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(vector.params_bytes)
        try generator.write(threads: 2) { bytes += $0 }
        #expect(bytes.count == vector.params_bytes)
        #expect(SHA256.hash(bytes).hex == vector.params_sha256)
        #expect(BLAKE2b.hash(bytes, outputLength: 64).hex == vector.params_blake2b512)

        // Proofs with the recorded randomness are the recorded proofs.
        let parameters = try #require(vector.postParameters)
        let provingKey = try ProvingKey(
            parameters: Groth16Parameters(bytes: bytes),
            circuit: FallbackPoStCircuit(blank: parameters)
        )
        for name in PoStVector.names {
            let post = try PoStVector.load(name)
            guard post.params == circuit else { continue }
            for (witness, partition) in zip(try post.witnesses(), post.partitions) {
                let r = fr(partition.r_le)
                let s = fr(partition.s_le)
                let proof = try provingKey.prove(witness, r: r, s: s, threads: 2).proof
                #expect(proof.bytes.hex == partition.proof, "\(name)")
            }
            // Without randomness the proof is a function of parameters and witness.
            guard name == "window-v1-1sector" else { continue }
            let plain = try provingKey.prove(
                post.witnesses()[0],
                r: .zero,
                s: .zero,
                threads: 1
            ).proof
            #expect(plain.bytes.hex == post.partitions[0].proof_with_r_s_zero)
        }
    }

    @Test func `the given parameter file is mapped and proven with`() throws {
        let folder = try TemporaryDirectory()
        let vector = try ParameterVector.load("window-2KiB")
        let path = folder.path(vector.file)
        let content = try Vectors.gunzipped("reference/proofs/groth16/window-2KiB.params.gz")
        try Data(content).write(to: URL(fileURLWithPath: path))
        let digest = String(vector.params_blake2b512.prefix(32))
        let circuit = try #require(vector.postParameters)
        #expect("\(circuit.fileName).params" == vector.file)
        func store(_ digest: String) throws -> ParameterStore {
            let json = #"{"\#(vector.file)":{"cid":"","digest":"\#(digest)","sector_size":2048}}"#
            return ParameterStore(
                directory: folder.url.path,
                trust: .published(try ParameterManifest(json: Array(json.utf8)))
            )
        }
        let post = try PoStVector.load("window-v1-3sectors")
        let prover = PoStProver(store: try store(digest), threads: 2)
        let proof = try prover.proveWindow(post.vanillaProofs(), sectorSize: 2048)
        #expect(
            try Self.keys().verifiesWindow(
                proof,
                sectorSize: 2048,
                version: post.version,
                randomness: bytes32(post.randomness),
                sectors: post.commitments()
            )
        )

        let wrong = String(digest.dropLast()) + (digest.hasSuffix("0") ? "1" : "0")
        #expect(throws: ParameterError.self) { try store(wrong).provingKey(circuit) }
        let empty = ParameterStore(
            directory: folder.url.path,
            trust: .published(try ParameterManifest(json: [0x7b, 0x7d]))
        )
        #expect(throws: ParameterError.unpublished(name: vector.file)) {
            try empty.provingKey(circuit)
        }
        #expect(throws: ParameterError.cannotMake(name: circuit.fileName)) {
            try empty.makeIfMissing(circuit, threads: 1)
        }
        let other = try #require(FallbackPoStParameters.winning(sectorSize: 2048))
        #expect(throws: ParameterError.self) { try store(digest).provingKey(other) }
    }

    @Test func `the official list names the files of the PoSt circuits`() throws {
        let manifest = try ParameterManifest(json: Vectors.bytes("params/parameters.json"))
        for size in [2 << 10, 8 << 20, 512 << 20, 32 << 30, 64 << 30] as [UInt64] {
            for circuit in [
                FallbackPoStParameters.winning(sectorSize: size),
                FallbackPoStParameters.window(sectorSize: size),
            ] {
                let name = try #require(circuit).fileName
                #expect(manifest.entries["\(name).params"]?.sectorSize == size)
                #expect(manifest.entries["\(name).vk"]?.digest.count == 32)
            }
        }
        #expect(throws: ParameterError.self) { try ParameterManifest(json: Array("[]".utf8)) }
        #expect(throws: ParameterError.self) {
            try ParameterManifest(json: Array(#"{"a":{"digest":"xyz"}}"#.utf8))
        }
    }

    @Test func `a devnet makes its parameters once and proves with them`() throws {
        let folder = try TemporaryDirectory()
        let store = ParameterStore.devnet(dataDirectory: folder.url.path)
        let circuit = try #require(FallbackPoStParameters.window(sectorSize: 2048))
        #expect(throws: ParameterError.self) { try store.provingKey(circuit) }
        var last = (done: 0, total: 1)
        #expect(try store.makeIfMissing(circuit, threads: 2, progress: { last = ($0, $1) }))
        #expect(last.done == last.total)
        #expect(try !store.makeIfMissing(circuit, threads: 2))
        let directory = folder.path("proof-parameters/devnet-insecure")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
                == ["meta", "params", "vk"].map { "\(circuit.fileName).\($0)" }
        )

        let post = try PoStVector.load("window-v1-2sectors")
        let proof = try PoStProver(store: store, threads: 2)
            .proveWindow(post.vanillaProofs(), sectorSize: 2048)
        let keys = VerifyingKeySet(
            genesis: Self.genesis,
            keys: [circuit: try store.verifyingKey(circuit).key]
        )
        func judge(_ keys: VerifyingKeySet) throws -> Bool {
            try keys.verifiesWindow(
                proof,
                sectorSize: 2048,
                version: post.version,
                randomness: bytes32(post.randomness),
                sectors: post.commitments()
            )
        }
        #expect(try judge(keys))
        // Another network's keys refuse it.
        #expect(try !judge(Self.keys()))

        // A foreign file under the right name does not load.
        let path = "\(directory)/\(circuit.fileName).params"
        try Data([UInt8](repeating: 1, count: 5000)).write(to: URL(fileURLWithPath: path))
        let fresh = ParameterStore.devnet(dataDirectory: folder.url.path)
        #expect(throws: ParameterError.self) { try fresh.provingKey(circuit) }
    }
}
