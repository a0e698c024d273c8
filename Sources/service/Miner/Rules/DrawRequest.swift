import CBOR
import FilecoinCrypto
import FilecoinTypes

/// What a wallet is asked to sign for a ticket or an election proof.
///
/// The wallet does not get the digest but what it is drawn from, so that it knows what it signs. On the wire it
/// is a CBOR map with text keys in this order, as the first venus-wallet wrote a Go structure:
///
/// | key | value |
/// |---|---|
/// | `Rbase` | data of the beacon entry, bytes |
/// | `Pers` | the purpose, 1 for a ticket and 2 for an election, integer |
/// | `Round` | the epoch of the draw, integer |
/// | `Entropy` | the miner's address in CBOR, and for a ticket the parents' least ticket, bytes |
struct DrawRequest: Hashable, Sendable {
    let base: [UInt8]
    let purpose: RandomnessPurpose
    let round: ChainEpoch
    let entropy: [UInt8]

    /// The draw for the ticket of a block.
    static func ticket(
        _ miner: Address,
        epoch: ChainEpoch,
        entry: BeaconEntry,
        parent: Ticket?
    ) -> DrawRequest {
        DrawRequest(
            base: entry.data,
            purpose: .ticketProduction,
            round: epoch - BlockDraws.ticketLookback,
            entropy: miner.cborBytes() + (parent?.vrfProof ?? [])
        )
    }

    /// The draw for the election of an epoch.
    static func election(_ miner: Address, epoch: ChainEpoch, entry: BeaconEntry) -> DrawRequest {
        DrawRequest(
            base: entry.data,
            purpose: .electionProofProduction,
            round: epoch,
            entropy: miner.cborBytes()
        )
    }

    /// The bytes on the wire.
    var bytes: [UInt8] {
        var encoder = CBOREncoder()
        encoder.map(4)
        encoder.text("Rbase")
        encoder.bytes(base)
        encoder.text("Pers")
        encoder.signed(purpose.rawValue)
        encoder.text("Round")
        encoder.signed(round.rawValue)
        encoder.text("Entropy")
        encoder.bytes(entropy)
        return encoder.bytes
    }

    /// The digest that the wallet derives from it and signs.
    var digest: [UInt8] {
        Randomness.draw(base: base, purpose: purpose, round: round, entropy: entropy)
    }
}
