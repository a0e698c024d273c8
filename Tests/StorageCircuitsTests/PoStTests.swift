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

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing), .ownThread)
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
