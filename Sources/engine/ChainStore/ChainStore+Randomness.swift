internal import Bytes
internal import FilecoinCrypto
package import FilecoinTypes
internal import Hashing

extension ChainStore {
    /// Tipsets without a beacon entry that are passed on the way to one, at the most.
    private static let beaconSearchLimit = 20

    /// Returns the last beacon entry at or before a tipset.
    ///
    /// - Throws: ``ChainStoreError`` if none is within twenty tipsets.
    package func latestBeaconEntry(of tipset: Tipset) throws -> BeaconEntry {
        var current = tipset
        for _ in 0..<Self.beaconSearchLimit {
            if let entry = current.minTicketBlock.beaconEntries.last { return entry }
            if current.height == 0 { break }
            current = try parent(of: current)
        }
        throw ChainStoreError.notAChain(
            "found no beacon entry in the 20 tipsets before \(tipset.key)"
        )
    }

    /// Draws randomness from the ticket of an epoch on the chain that ends in `base`.
    ///
    /// A null round is answered by the tipset before it if `lookback` is set (until network version 12),
    /// else by the one after it.
    package func ticketRandomness(
        _ purpose: Int64,
        at epoch: ChainEpoch,
        entropy: [UInt8],
        base: Tipset,
        lookback: Bool
    ) throws -> [UInt8] {
        let source = try randomnessTipset(at: epoch, base: base, lookback: lookback)
        guard let ticket = source.minTicket else {
            throw ChainStoreError.malformed(source.minTicketBlock.cid, "no ticket")
        }
        return Randomness.draw(
            baseDigest: ticket.digest.bytes,
            purpose: purpose,
            round: epoch,
            entropy: entropy
        )
    }

    /// Draws randomness from the beacon entry of exactly one epoch, whose round the caller knows (network
    /// version 14 and later).
    package func beaconRandomness(
        _ purpose: Int64,
        at epoch: ChainEpoch,
        round: UInt64,
        entropy: [UInt8],
        base: Tipset
    ) throws -> [UInt8] {
        let entry = try beaconEntry(of: round, at: epoch, base: base)
        return Randomness.draw(
            baseDigest: BLAKE2b.hash256(entry.data),
            purpose: purpose,
            round: epoch,
            entropy: entropy
        )
    }

    /// Returns the beacon entry of a round that belongs to an epoch, from the chain that ends in `base`.
    package func beaconEntry(
        of round: UInt64,
        at epoch: ChainEpoch,
        base: Tipset
    ) throws -> BeaconEntry {
        var current = try randomnessTipset(at: epoch, base: base, lookback: false)
        for _ in 0..<Self.beaconSearchLimit {
            let entries = current.minTicketBlock.beaconEntries
            if let entry = entries.last(where: { $0.round == round }) { return entry }
            if current.height == 0 { break }
            current = try parent(of: current)
        }
        throw ChainStoreError.notAChain("found no beacon entry of round \(round)")
    }

    private func randomnessTipset(
        at epoch: ChainEpoch,
        base: Tipset,
        lookback: Bool
    ) throws -> Tipset {
        if epoch > base.height {
            throw ChainStoreError.lookingForward(from: base.height, to: epoch)
        }
        return try tipset(at: max(0, epoch), from: base, previous: lookback)
    }
}
