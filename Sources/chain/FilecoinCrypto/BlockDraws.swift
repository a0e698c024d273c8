internal import CBOR
public import FilecoinTypes

/// The three draws that belong to a block, all from the latest beacon entry.
///
/// | draw | round | entropy |
/// |---|---|---|
/// | ticket | the epoch before | the miner's address in CBOR, then the least ticket of the parents |
/// | election | the epoch | the miner's address in CBOR |
/// | WinningPoSt | the epoch | the miner's address in CBOR |
///
/// The worker's BLS signature of the first two is the ticket and the election proof: a function that only
/// the worker can compute and everyone can verify.
public struct BlockDraws: Hashable, Sendable {
    /// The beacon entry that the block ends with, or else the latest of the chain before it.
    public let beaconEntry: BeaconEntry
    /// The epoch of the block.
    public let epoch: ChainEpoch
    /// The miner's ID address.
    public let miner: Address

    /// How many epochs before the block its ticket is drawn.
    public static let ticketLookback: ChainEpoch = 1

    /// Joins what the draws depend on.
    public init(beaconEntry: BeaconEntry, epoch: ChainEpoch, miner: Address) {
        self.beaconEntry = beaconEntry
        self.epoch = epoch
        self.miner = miner
    }

    /// What the worker signs for a ticket.
    ///
    /// Up to the Smoke upgrade the parents' least ticket was left out: `nil` here.
    public func ticketInput(parentTicket: Ticket?) -> [UInt8] {
        draw(
            .ticketProduction,
            round: epoch - Self.ticketLookback,
            extra: parentTicket?.vrfProof ?? []
        )
    }

    /// What the worker signs for an election proof.
    public var electionInput: [UInt8] { draw(.electionProofProduction, round: epoch) }

    /// The seed of the challenges of the WinningPoSt.
    public var winningPoStSeed: [UInt8] { draw(.winningPoStChallengeSeed, round: epoch) }

    private func draw(
        _ purpose: RandomnessPurpose,
        round: ChainEpoch,
        extra: [UInt8] = []
    ) -> [UInt8] {
        Randomness.draw(
            base: beaconEntry.data,
            purpose: purpose,
            round: round,
            entropy: miner.cborBytes() + extra
        )
    }
}

/// The verifiable random function of tickets and elections: a BLS signature.
public enum VRF {
    /// Checks a proof.
    ///
    /// - Parameters:
    ///   - proof: The bytes in a ticket or an election proof.
    ///   - input: The draw that was signed.
    ///   - worker: The worker's key address.
    /// - Throws: ``SignatureError``.
    public static func verify(
        _ proof: [UInt8],
        input: [UInt8],
        worker: Address
    ) throws(SignatureError) {
        try Signature(type: .bls, data: proof).verify(input, by: worker)
    }
}
