internal import Bytes
internal import FilecoinTypes
internal import Multiformats
package import StorageCircuits
internal import StorageProofs

/// Verifies the proofs of blocks with the verifying keys of the network.
package struct CircuitWinningPoSt: WinningPoStVerifier {
    private let keys: VerifyingKeySet

    package init(_ keys: VerifyingKeySet) { self.keys = keys }

    /// Whether a proof holds.
    ///
    /// - Throws: `PoStInputError.noVerifyingKey` without the key of the sector's size.
    package func verify(_ claim: WinningPoStClaim) throws -> Bool {
        guard claim.sectors.count == 1, let sector = claim.sectors.first,
            let size = sector.sealProof.sectorSize, let randomness = Bytes32(claim.randomness),
            let commitment = try? sector.sealedCID.commitment(.sealed),
            let commR = Bytes32(commitment)
        else { return false }
        do {
            // The reference joins the bytes and does not look at the types that the block names.
            return try keys.verifiesWinning(
                claim.proofs.flatMap(\.proofBytes),
                sectorSize: size.rawValue,
                randomness: PoStChallenges.masked(randomness),
                sector: SectorCommitment(number: sector.sectorNumber.rawValue, commR: commR)
            )
        } catch {
            if case .noVerifyingKey = error { throw error }
            return false
        }
    }
}
