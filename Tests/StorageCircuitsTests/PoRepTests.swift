import Bytes
import Foundation
import StorageCircuits
import StorageProofs
import TestSupport
import Testing

/// A proof of replication that the reference made and judged.
struct SealVector: Decodable {
    let name: String
    let registered_seal_proof: String
    let comm_r: String
    let comm_d: String
    let prover_id: String
    let sector_number: UInt64
    let ticket: String
    let seed: String
    let proof: String

    static func load(_ name: String) throws -> SealVector {
        try Vectors.json("reference/proofs/groth16/seal-\(name).json", as: SealVector.self)
    }

    var registeredProof: Int { registered_seal_proof.hasSuffix("V1_1") ? 5 : 0 }

    func statement() throws -> SealStatement {
        let configuration = try #require(PoRepConfiguration(registeredProof: registeredProof))
        let input = SealInput(
            configuration: configuration,
            proverID: try bytes32(prover_id),
            sector: sector_number,
            ticket: try bytes32(ticket)
        )
        return SealStatement(
            input: input,
            commD: try bytes32(comm_d),
            commR: try bytes32(comm_r),
            seed: try bytes32(seed)
        )
    }
}

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing), .ownThread)
struct PoRepTests {
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
        let vector = try SealVector.load("s1-v1_1-cc")
        let proof = try #require([UInt8](hex: vector.proof))
        #expect(throws: PoStInputError.self) {
            try keys.verifiesSeal(proof, vector.statement())
        }
        try copy { $0.contains("replication") }
        #expect(keys.missingSealKey(sectorSize: 2048) == nil)
        #expect(try keys.verifiesSeal(proof, vector.statement()))
    }
}
