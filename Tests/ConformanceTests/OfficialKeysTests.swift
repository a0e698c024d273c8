import ActorRuntime
import FilecoinTypes
import Foundation
import Multiformats
import ProofSystem
import TestSupport
import Testing

@testable import Conformance

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing), .ownThread)
struct OfficialKeysTests {
    private static let keys = "reference/lotus/chain-nv15-real/vk"

    /// A proof of replication that the reference made.
    private static func seal() throws -> SealVerifyInfo {
        let file = try Fixture(file: "reference/proofs/groth16/seal-s1-v1_1-cc.json")
        return SealVerifyInfo(
            sealProof: .stackedDrg2KiBV1_1,
            sector: SectorID(miner: 1000, number: 1),
            dealIDs: [],
            randomness: file["ticket"].hex,
            interactiveRandomness: file["seed"].hex,
            proof: file["proof"].hex,
            sealedCID: CID(
                codec: .filCommitmentSealed,
                multihash: Multihash(code: .poseidonBLS12381A2FC1, digest: file["comm_r"].hex)
            ),
            unsealedCID: CID(
                codec: .filCommitmentUnsealed,
                multihash: Multihash(code: .sha256Truncated254Padded, digest: file["comm_d"].hex)
            )
        )
    }

    @Test func `with a key proofs are verified, without they are believed`() throws {
        var found: [String: VerifyingKey] = [:]
        for path in try Vectors.files(below: Self.keys) {
            let name = String(path.split(separator: "/").last ?? "")
            found[name] = try VerifyingKey(bytes: try Vectors.bytes(path))
        }
        #expect(found.count == 3)
        let seal = try Self.seal()
        var wrong = seal
        wrong.interactiveRandomness[0] ^= 1
        let keyed = KeyedVerifier(OfficialKeys(keys: found), assuming: .always(true))
        #expect(keyed.verify(seal))
        #expect(!keyed.verify(wrong))
        #expect(!keyed.hasAssumed)
        // There is no key for larger sectors.
        var large = seal
        large.sealProof = .stackedDrg32GiBV1_1
        #expect(keyed.verify(large))
        #expect(keyed.hasAssumed)

        let keyless = KeyedVerifier(nil, assuming: .always(true))
        #expect(keyless.verify(wrong))
        #expect(keyless.hasAssumed)
    }

    @Test func `keys with official names that are not the official ones are no keys`() throws {
        let paths = ["params/parameters.json"] + (try Vectors.files(below: Self.keys))
        let files = paths.map {
            ConformanceFile(
                path: Vectors.folder.appendingPathComponent($0).path,
                relativePath: $0
            )
        }
        #expect(files.count == 4)
        #expect(try OfficialKeys(among: files) == nil)
    }
}
