internal import BitFields
internal import BuiltinActors
internal import Bytes
package import FilecoinTypes
package import StateView
internal import StorageProofs

/// What the proof in a block claims: that the winner stores the sectors that chance picked.
package struct WinningPoStClaim: Hashable, Sendable {
    /// The draw of the epoch, 32 bytes.
    package let randomness: [UInt8]
    /// The proofs in the block.
    package let proofs: [PoStProof]
    /// The sectors that were picked.
    package let sectors: [SectorInfo]
    /// The miner.
    package let miner: ActorID

    package init(
        randomness: [UInt8],
        proofs: [PoStProof],
        sectors: [SectorInfo],
        miner: ActorID
    ) {
        self.randomness = randomness
        self.proofs = proofs
        self.sectors = sectors
        self.miner = miner
    }
}

/// Verifies the proofs of blocks.
package protocol WinningPoStVerifier: Sendable {
    /// Whether a proof holds.
    ///
    /// - Throws: If this node cannot tell, for want of keys.
    func verify(_ claim: WinningPoStClaim) throws -> Bool

    /// The places, in the ascending list of a miner's active sectors, of those to prove.
    ///
    /// - Parameters:
    ///   - miner: The miner.
    ///   - randomness: The draw of the epoch, 32 bytes.
    ///   - count: How many active sectors the miner has, more than none.
    /// - Returns: Places below `count`.
    func challengedSectors(miner: ActorID, randomness: [UInt8], count: UInt64) -> [UInt64]
}

extension WinningPoStVerifier {
    package func challengedSectors(
        miner: ActorID,
        randomness: [UInt8],
        count: UInt64
    ) -> [UInt64] {
        WinningPoSt.challengedSectors(miner: miner, randomness: randomness, count: count)
    }
}

/// Which sectors a winner must prove.
package enum WinningPoSt {
    /// The protocol's choice: one sector, by a hash of miner and draw.
    package static func challengedSectors(
        miner: ActorID,
        randomness: [UInt8],
        count: UInt64
    ) -> [UInt64] {
        guard let draw = Bytes32(randomness) else { return [] }
        // The prover's ID is the payload of its address, filled up with zeros.
        let payload = Address.id(miner).payload
        let padded = payload + [UInt8](repeating: 0, count: 32 - payload.count)
        guard let prover = Bytes32(padded) else { return [] }
        return PoStChallenges.winningSector(
            proverID: prover,
            randomness: PoStChallenges.masked(draw),
            count: count
        ).map { [$0] } ?? []
    }

    /// The sectors that a miner must prove with a block, as the state that elected it has them.
    ///
    /// - Parameters:
    ///   - miner: The miner.
    ///   - view: The state that the election looked back to.
    ///   - randomness: The draw of the epoch, 32 bytes.
    ///   - verifier: Says which sectors' turn it is.
    /// - Returns: None if the miner has no active sector.
    /// - Throws: `StateViewError`.
    package static func sectors(
        of miner: Address,
        in view: StateView,
        randomness: [UInt8],
        verifier: any WinningPoStVerifier
    ) throws(StateViewError) -> [ExtendedSectorInfo] {
        let state = try view.miner(miner)
        let active = try state.activeSectors()
        guard !active.isEmpty else { return [] }
        let places = verifier.challengedSectors(
            miner: try view.id(of: miner),
            randomness: randomness,
            count: active.count
        )
        var chosen: Set<UInt64> = []
        for place in places where place < active.count {
            chosen.formUnion(
                try view.read("active sectors") { try active.slice(skip: place, count: 1) }.bits
            )
        }
        return try state.sectors(BitField(chosen.sorted())).map { sector in
            ExtendedSectorInfo(
                sealProof: sector.sealProof,
                sectorNumber: sector.sectorNumber,
                sectorKey: sector.sectorKeyCID,
                sealedCID: sector.sealedCID
            )
        }
    }
}
