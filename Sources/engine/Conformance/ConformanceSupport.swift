internal import ActorRuntime
internal import FilecoinCrypto
package import FilecoinTypes
internal import Foundation
internal import Compression
package import JSON
internal import Multiformats
internal import Synchronization

/// Reads files of test data.
package enum TestData {
    /// The bytes of a file, decompressed by its ending.
    package static func bytes(_ path: String) throws -> [UInt8] {
        let raw = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        if path.hasSuffix(".gz") { return try Deflate.decompress(raw, format: .gzip) }
        if path.hasSuffix(".zst") { return try Zstandard.decompress(raw) }
        return raw
    }

    /// The first bytes of a file, decompressed if it is a gzip file.
    package static func prefix(_ path: String, count: Int = 64) -> [UInt8] {
        guard let handle = FileHandle(forReadingAtPath: path) else { return [] }
        defer { try? handle.close() }
        guard let raw = try? handle.read(upToCount: 512) else { return [] }
        if !path.hasSuffix(".gz") { return Array(raw.prefix(count)) }
        let plain = try? Deflate.decompress([UInt8](raw), format: .gzip, allowsMissingEnd: true)
        return Array((plain ?? []).prefix(count))
    }

    /// Bytes from Base 64.
    package static func base64(_ value: JSONValue?) throws -> [UInt8] {
        guard let text = value?.string, let data = Data(base64Encoded: text) else {
            throw TestDataError("expected Base 64")
        }
        return [UInt8](data)
    }

    /// A whole number of any size, from a JSON number or a string.
    static func amount(_ value: JSONValue?) -> TokenAmount? {
        let text = value?.number?.text ?? value?.string
        return text.flatMap { BigIntText.amount($0) }
    }

    /// A CID from `{"/": "..."}` or a string.
    static func cid(_ value: JSONValue?) throws -> CID {
        guard let text = value?["/"]?.string ?? value?.string else {
            throw TestDataError("expected a CID")
        }
        return try CID(text)
    }
}

/// Test data that is not as its description says.
package struct TestDataError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// Verifies signatures with the real algorithms.
package final class KeySignatureVerifier: SignatureVerifier {
    package init() {}

    package func verify(_ signature: Signature, signer: Address, plaintext: [UInt8]) -> Bool {
        signature.verifies(plaintext, by: signer)
    }
}

/// Answers for proofs what test data says about them; lives only where no service can use it.
final class AssumingVerifier: ProofVerifier {
    /// Which proofs count as right.
    enum Rule: Sendable {
        /// All, or none.
        case always(Bool)
        /// Those whose first byte is not 0xba.
        case unlessMarked
    }

    private let rule: Rule
    private let asked = Atomic<Bool>(false)

    init(_ rule: Rule) { self.rule = rule }

    /// Whether any proof was asked about.
    var wasAsked: Bool { asked.load(ordering: .relaxed) }

    private func judge(_ proof: [UInt8]) -> Bool {
        asked.store(true, ordering: .relaxed)
        return switch rule {
        case .always(let answer): answer
        case .unlessMarked: proof.first != 0xba
        }
    }

    func verify(_ seal: SealVerifyInfo) -> Bool { judge(seal.proof) }
    func verify(_ aggregate: AggregateSealVerifyInfo) -> Bool { judge(aggregate.proof) }
    func verify(_ update: ReplicaUpdateInfo) -> Bool { judge(update.proof) }
    func verify(_ post: WindowPoStVerifyInfo) -> Bool { judge(post.proofs.first?.proofBytes ?? []) }
}

/// The chain around a vector: fixed or recorded randomness, fixed supply, one state to look back to.
final class RecordedChain: ChainView {
    private enum Kind: String {
        case chain, beacon
    }

    private struct Base: Hashable {
        let kind: Kind
        let epoch: Int64
    }

    private struct Draw: Hashable {
        let base: Base
        let tag: Int64
        let entropy: [UInt8]
    }

    static let usual = Array("i_am_random_____i_am_random_____".utf8)

    /// What is answered where nothing was recorded.
    private let fixed: [UInt8]
    private var draws: [Draw: [UInt8]] = [:]
    private var digests: [Base: [UInt8]] = [:]
    private let supply: TokenAmount
    private let lookback: CID

    /// Prepares the answers.
    ///
    /// An entry of `randomness` is `{"on": [kind, tag, epoch, entropy], "ret": base64}`, with what is drawn; or, as the
    /// corpora have been written since 2023, `{"on": [kind, epoch], "ret": base64}`, with the digest of the ticket or
    /// beacon entry that every draw starts from.
    ///
    /// - Throws: ``TestDataError`` for entries of another form.
    init(
        supply: TokenAmount,
        lookback: CID,
        randomness: JSONValue? = nil,
        fixedRandomness: [UInt8] = RecordedChain.usual
    ) throws {
        fixed = fixedRandomness
        self.supply = supply
        self.lookback = lookback
        for entry in randomness?.array ?? [] {
            let on = entry["on"]?.array ?? []
            guard on.count == 2 || on.count == 4,
                let kind = on[0].string.flatMap(Kind.init(rawValue:)),
                let epoch: Int64 = on[on.count / 2].integer()
            else { throw TestDataError("randomness of another form") }
            let base = Base(kind: kind, epoch: epoch)
            let value = try TestData.base64(entry["ret"])
            if on.count == 2 {
                digests[base] = value
                continue
            }
            guard let tag: Int64 = on[1].integer() else {
                throw TestDataError("randomness without a tag")
            }
            let entropy = on[3].isNull ? [] : try TestData.base64(on[3])
            draws[Draw(base: base, tag: tag, entropy: entropy)] = value
        }
    }

    private func randomness(
        _ kind: Kind,
        _ tag: DomainSeparationTag,
        _ epoch: ChainEpoch,
        _ entropy: [UInt8]
    ) -> [UInt8] {
        let base = Base(kind: kind, epoch: epoch.rawValue)
        if let digest = digests[base] {
            return Randomness.draw(
                baseDigest: digest,
                purpose: tag.rawValue,
                round: epoch,
                entropy: entropy
            )
        }
        return draws[Draw(base: base, tag: tag.rawValue, entropy: entropy)] ?? fixed
    }

    func chainRandomness(
        _ tag: DomainSeparationTag,
        epoch: ChainEpoch,
        entropy: [UInt8]
    ) -> [UInt8] {
        randomness(.chain, tag, epoch, entropy)
    }

    func beaconRandomness(
        _ tag: DomainSeparationTag,
        epoch: ChainEpoch,
        entropy: [UInt8]
    ) -> [UInt8] {
        randomness(.beacon, tag, epoch, entropy)
    }

    func circulatingSupply(at epoch: ChainEpoch, tree: StateTree) -> TokenAmount { supply }

    func lookbackStateRoot(at epoch: ChainEpoch) -> CID { lookback }
}
