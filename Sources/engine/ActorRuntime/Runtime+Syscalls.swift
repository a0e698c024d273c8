package import FilecoinTypes
internal import Hashing
package import Multiformats

/// Work that the machine does for actors, each at a price of its own.
extension Runtime {
    /// Checks a signature over `plaintext`.
    ///
    /// The account behind an ID address is read at the price of any block.
    ///
    /// - Throws: An error without code if the signature is wrong or the signer has no key.
    package func verifySignature(
        _ signature: Signature,
        signer: Address,
        plaintext: [UInt8]
    ) throws(ActorError) {
        guard let price = machine.prices.onVerifySignature(signature.type) else {
            throw .uncoded("signature type \(signature.type) not supported")
        }
        try machine.charge(price)
        let key = try keyAddress(of: signer)
        guard machine.signatures.verify(signature, signer: key, plaintext: plaintext) else {
            throw .uncoded("signature of \(key) did not verify")
        }
    }

    /// The key of an account, read at a price.
    func keyAddress(of address: Address) throws(ActorError) -> Address {
        if address.isKey { return address }
        guard let id = try resolve(address), let actor = try machine.tree.actor(id) else {
            throw .uncoded("failed to find actor \(address)")
        }
        // Any generation's account will do.
        guard actor.actorCode?.kind == .account else {
            throw .uncoded("\(address) is no account")
        }
        let state: AccountState = try store.get(actor.head)
        return state.address
    }

    /// Hashes with BLAKE2b-256.
    package func hashBLAKE2b(_ bytes: [UInt8]) throws(ActorError) -> [UInt8] {
        try machine.charge(machine.prices.onHashing)
        return BLAKE2b.hash256(bytes)
    }

    /// Computes the data commitment of a sector with the given pieces.
    ///
    /// - Throws: An error without code if the pieces do not fit.
    package func unsealedSectorCID(
        _ proof: RegisteredSealProof,
        pieces: [PieceInfo]
    ) throws(ActorError) -> CID {
        try machine.charge(machine.prices.onComputeUnsealedSectorCID)
        do { return try UnsealedSector.cid(of: pieces, proof: proof) } catch {
            throw .uncoded("\(error)")
        }
    }

    /// Whether a WindowPoSt is right.
    package func verifyPoSt(_ info: WindowPoStVerifyInfo) throws(ActorError) -> Bool {
        try machine.charge(
            machine.prices.onVerifyPoSt(
                info.proofs.first?.postProof,
                sectorCount: info.challengedSectors.count
            )
        )
        return machine.proofs.verify(info)
    }

    /// Which of many seals are right; the actors charge for it beforehand.
    package func verify(batch: [SealVerifyInfo]) -> [Bool] { machine.proofs.verify(batch: batch) }

    /// Whether an aggregate of seals is right.
    package func verifyAggregateSeals(_ info: AggregateSealVerifyInfo) throws(ActorError) -> Bool {
        try machine.charge(
            machine.prices.onVerifyAggregateSeals(info.sealProof, count: info.seals.count)
        )
        return machine.proofs.verify(info)
    }

    /// Whether a replica update is right.
    package func verifyReplicaUpdate(_ info: ReplicaUpdateInfo) throws(ActorError) -> Bool {
        try machine.charge(machine.prices.onVerifyReplicaUpdate)
        return machine.proofs.verify(info)
    }

    /// Randomness from the chain's tickets.
    package func randomnessFromTickets(
        _ tag: DomainSeparationTag,
        at epoch: ChainEpoch,
        entropy: [UInt8]
    ) throws(ActorError) -> [UInt8] {
        do {
            return try machine.view.chainRandomness(tag, epoch: epoch, entropy: entropy)
        } catch { throw .fatal("could not get ticket randomness: \(error)") }
    }

    /// Randomness from the beacon.
    package func randomnessFromBeacon(
        _ tag: DomainSeparationTag,
        at epoch: ChainEpoch,
        entropy: [UInt8]
    ) throws(ActorError) -> [UInt8] {
        do {
            return try machine.view.beaconRandomness(tag, epoch: epoch, entropy: entropy)
        } catch { throw .fatal("could not get beacon randomness: \(error)") }
    }
}
