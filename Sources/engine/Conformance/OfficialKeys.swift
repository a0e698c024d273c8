internal import ActorRuntime
internal import Consensus
internal import FilecoinTypes
internal import Hashing
internal import Multiformats
internal import ProofSystem
internal import StorageCircuits

/// The official verifying keys that are at hand: with them proofs of main network messages are verified for real.
///
/// A file counts only if its digest is the published one, so that keys of a test network that have the same
/// names never judge anything.
package struct OfficialKeys: Sendable {
    private static let sectorSizes: [UInt64] = SectorSize.all.map(\.bytes)

    private let proofs: CircuitMessageProofs
    private let sealSizes: Set<UInt64>
    private let postSizes: Set<UInt64>

    /// Finds keys among files: `.vk` files with the names and digests of a `parameters.json`.
    ///
    /// - Returns: Nil if there is none.
    /// - Throws: What reading the files throws, and what is wrong with the list of parameters.
    package init?(among files: [ConformanceFile]) throws {
        guard let list = files.first(where: { $0.path.hasSuffix("/parameters.json") }) else {
            return nil
        }
        let manifest = try ParameterManifest(json: try TestData.bytes(list.path))
        var found: [String: VerifyingKey] = [:]
        for file in files where file.path.hasSuffix(".vk") {
            let name = file.path.split(separator: "/").last.map(String.init) ?? ""
            guard let entry = manifest.entries[name] else { continue }
            let bytes = try TestData.bytes(file.path)
            // The first 16 bytes of BLAKE2b-512.
            let digest = BLAKE2b.hash(bytes, outputLength: 64).prefix(16)
                .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            if digest == entry.digest { found[name] = try VerifyingKey(bytes: bytes) }
        }
        if found.isEmpty { return nil }
        self.init(keys: found)
    }

    /// Takes keys by the names of their files, whoever made them.
    init(keys: [String: VerifyingKey]) {
        var posts: [FallbackPoStParameters: VerifyingKey] = [:]
        var seals: [PoRepParameters: VerifyingKey] = [:]
        var sealSizes: Set<UInt64> = []
        var postSizes: Set<UInt64> = []
        for size in Self.sectorSizes {
            if let window = FallbackPoStParameters.window(sectorSize: size),
                let key = keys["\(window.fileName).vk"]
            {
                posts[window] = key
                postSizes.insert(size)
            }
            if let seal = PoRepParameters(sectorSize: size), let key = keys["\(seal.fileName).vk"] {
                seals[seal] = key
                sealSizes.insert(size)
            }
        }
        self.sealSizes = sealSizes
        self.postSizes = postSizes
        // Message proofs do not ask which network they belong to; any name will do.
        let network = CID.dagCBOR(hashing: Array("official keys".utf8))
        proofs = CircuitMessageProofs(
            VerifyingKeySet(genesis: network, keys: posts, sealKeys: seals)
        )
    }

    /// The verdict on a seal; nil without a key for it.
    func verdict(_ seal: SealVerifyInfo) -> Bool? {
        guard let size = seal.sealProof.sectorSize, sealSizes.contains(size.bytes) else {
            return nil
        }
        return proofs.verify(seal)
    }

    /// The verdict on a WindowPoSt; nil without a key for it.
    func verdict(_ post: WindowPoStVerifyInfo) -> Bool? {
        guard let size = post.proofs.first?.postProof.sectorSize, postSizes.contains(size.bytes)
        else { return nil }
        return proofs.verify(post)
    }
}

/// Verifies what there is a key for, and believes the data about the rest.
final class KeyedVerifier: ProofVerifier {
    private let keys: OfficialKeys?
    private let assumed: AssumingVerifier

    init(_ keys: OfficialKeys?, assuming rule: AssumingVerifier.Rule) {
        self.keys = keys
        assumed = AssumingVerifier(rule)
    }

    /// Whether anything was believed.
    var hasAssumed: Bool { assumed.wasAsked }

    func verify(_ seal: SealVerifyInfo) -> Bool { keys?.verdict(seal) ?? assumed.verify(seal) }

    func verify(_ post: WindowPoStVerifyInfo) -> Bool {
        keys?.verdict(post) ?? assumed.verify(post)
    }

    // There are no circuits for these here.
    func verify(_ aggregate: AggregateSealVerifyInfo) -> Bool { assumed.verify(aggregate) }
    func verify(_ update: ReplicaUpdateInfo) -> Bool { assumed.verify(update) }
}
