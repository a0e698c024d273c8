import FilecoinCrypto
package import FilecoinTypes
import Foundation
import Hashing
import ServiceKit
import Synchronization

/// The rounds of a devnet's beacon: a chained drand network with one signer, whose secret everybody knows.
///
/// Each signature covers the one before, so that a round can be made only after all rounds before it. What
/// was made stays in the file `rounds`: 96 bytes for each round, from round 1 on. The file is only a cache:
/// the same rounds come out again, at about a thousand in a second.
package final class BeaconChain: Sendable {
    private static let signatureLength = 96

    /// The text whose SHA-256 is the seed of the secret; published, so that anybody may run a devnet.
    package static let publishedSeed = "venus devnet insecure beacon"

    private struct State {
        /// The signatures of the rounds from 1 on, one after the other.
        var signatures: [UInt8]
        /// Where they are kept.
        let file: FileHandle
    }

    /// The description of the network, as nodes compare it.
    package let info: DrandChainInfo
    private let signer: DrandSigner
    private let state: Mutex<State>

    /// The description of a network that began at a time, in seconds since 1970.
    ///
    /// - Throws: `KeyError`, which the published seed never causes.
    package static func info(genesisTime: Int64, periodSeconds: UInt32) throws -> DrandChainInfo {
        DrandChainInfo(
            publicKey: try makeSigner().publicKey,
            periodSeconds: periodSeconds,
            genesisTime: genesisTime,
            groupHash: SHA256.hash(Array("\(publishedSeed)/group".utf8))
        )
    }

    /// Opens the rounds that a folder keeps, and checks that the last one fits.
    ///
    /// - Throws: `FileFailure`, or what the file system says.
    package init(folder: String, info: DrandChainInfo) throws {
        self.info = info
        signer = try Self.makeSigner()
        guard info.publicKey == signer.publicKey else {
            throw CommandFailure("the beacon can sign only for the devnet's published key")
        }
        try Repository.createFolder(folder)
        let path = folder + "/rounds"
        if !FileManager.default.fileExists(atPath: path) {
            try AtomicFile.write([UInt8](), to: path, mode: 0o644)
        }
        var signatures = try AtomicFile.read(path, maximumBytes: 1 << 30)
        // What a crash left of a round.
        signatures.removeLast(signatures.count % Self.signatureLength)
        if try !Self.isConsistent(signatures, info) { signatures = [] }
        guard let file = FileHandle(forUpdatingAtPath: path) else {
            throw FileFailure(message: "cannot open \(path)")
        }
        try file.truncate(atOffset: UInt64(signatures.count))
        try file.seekToEnd()
        state = Mutex(State(signatures: signatures, file: file))
    }

    private static func makeSigner() throws -> DrandSigner {
        guard let key = KeyInfo.bls(proofsSeed: SHA256.hash(Array(publishedSeed.utf8))) else {
            throw CommandFailure("the published seed gives no key")
        }
        return try DrandSigner(key)
    }

    /// Whether the last signature covers the one before.
    private static func isConsistent(_ signatures: [UInt8], _ info: DrandChainInfo) throws -> Bool {
        let count = signatures.count / signatureLength
        guard count > 0 else { return true }
        let last = BeaconEntry(
            round: UInt64(count),
            data: Array(signatures.suffix(signatureLength))
        )
        let before =
            count == 1
            ? info.groupHash
            : Array(signatures.dropLast(signatureLength).suffix(signatureLength))
        let verifier = try DrandVerifier(info)
        do throws(DrandError) {
            try verifier.verify(last, previousSignature: before)
            return true
        } catch { return false }
    }

    /// How many rounds have been made.
    package var roundCount: UInt64 {
        state.withLock { UInt64($0.signatures.count / Self.signatureLength) }
    }

    /// A round, made with those before it if need be; blocks the caller.
    ///
    /// - Returns: The entry and the signature that it covers, which for round 1 is the hash of the group.
    /// - Throws: What the file system says.
    /// - Precondition: Rounds begin with 1.
    package func round(_ round: UInt64) throws -> (entry: BeaconEntry, previous: [UInt8]) {
        precondition(round > 0, "drand's rounds begin with 1")
        return try state.withLock { state in
            let known = state.signatures.count
            while UInt64(state.signatures.count / Self.signatureLength) < round {
                let next = UInt64(state.signatures.count / Self.signatureLength) + 1
                let entry = signer.sign(
                    round: next,
                    previousSignature: Self.signature(next - 1, state) ?? info.groupHash
                )
                state.signatures += entry.data
            }
            if state.signatures.count > known {
                try state.file.write(contentsOf: Data(state.signatures[known...]))
            }
            let entry = BeaconEntry(round: round, data: Self.signature(round, state) ?? [])
            return (entry, Self.signature(round - 1, state) ?? info.groupHash)
        }
    }

    private static func signature(_ round: UInt64, _ state: State) -> [UInt8]? {
        guard round > 0 else { return nil }
        let start = (Int(clamping: round) - 1) * signatureLength
        return Array(state.signatures[start..<start + signatureLength])
    }
}
