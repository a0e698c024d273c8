internal import CBOR
package import FilecoinTypes
internal import Multiformats

/// A block producer's offence, shown by the headers it signed.
package struct ConsensusFault: Hashable, Sendable {
    /// Which offence it is.
    package enum Kind: Int64, Sendable {
        /// Two blocks at one epoch.
        case doubleForkMining = 1
        /// A block that leaves out its producer's own sibling of the parent.
        case parentGrinding = 2
        /// Two blocks on the same parents at different epochs.
        case timeOffsetMining = 3
    }

    /// The miner at fault.
    package let target: ActorID
    /// The higher epoch of the two blocks.
    package let epoch: ChainEpoch
    package let kind: Kind
}

extension Runtime {
    /// Epochs after which a state is final; older headers cannot be checked.
    private static let chainFinality: ChainEpoch = 900

    /// Checks two headers, and for parent grinding a third one, for an offence.
    ///
    /// Both headers must be signed by the worker that the receiver had then; its state is read at a price.
    ///
    /// - Throws: An error without code if they show none.
    /// - SeeAlso: lotus, `chain/vm/syscalls.go`.
    package func verifyConsensusFault(
        _ first: [UInt8],
        _ second: [UInt8],
        extra: [UInt8]
    ) throws(ActorError) -> ConsensusFault {
        try machine.charge(machine.prices.onVerifyConsensusFault)
        let a = try Self.header(first, "first")
        let b = try Self.header(second, "second")
        for header in [a, b] where machine.policy.unreportedEpochs?.contains(header.height) == true
        {
            throw .uncoded("consensus fault reports disabled around the Orange upgrade")
        }
        if a.cid == b.cid { throw .uncoded("no consensus fault: submitted blocks are the same") }
        guard a.miner == b.miner else {
            throw .uncoded("no consensus fault: blocks not mined by same miner")
        }
        guard b.height >= a.height else {
            throw .uncoded("first block must not be of higher height than second")
        }
        var kind: ConsensusFault.Kind?
        if a.height == b.height { kind = .doubleForkMining }
        if a.parents == b.parents && a.height != b.height { kind = .timeOffsetMining }
        if !extra.isEmpty {
            let c = try Self.header(extra, "extra")
            if a.parents == c.parents && a.height == c.height && b.parents.contains(c.cid)
                && !b.parents.contains(a.cid)
            {
                kind = .parentGrinding
            }
        }
        guard let kind else { throw .uncoded("no consensus fault detected") }
        try verifySignature(of: a)
        try verifySignature(of: b)
        guard let target = a.miner.actorID else {
            throw .uncoded("miner address \(a.miner) is no ID address")
        }
        return ConsensusFault(target: target, epoch: b.height, kind: kind)
    }

    private static func header(
        _ bytes: [UInt8],
        _ which: String
    ) throws(ActorError) -> BlockHeader {
        var decoder = CBORDecoder(bytes)
        do { return try BlockHeader(from: &decoder) } catch {
            throw .uncoded("cannot decode \(which) block header: \(error)")
        }
    }

    private func verifySignature(of header: BlockHeader) throws(ActorError) {
        let worker = try workerKey(at: header.height)
        guard let signature = header.blockSignature else {
            throw .uncoded("block signature not present")
        }
        guard
            machine.signatures.verify(signature, signer: worker, plaintext: header.signingBytes)
        else { throw .uncoded("invalid block signature") }
    }

    private func workerKey(at epoch: ChainEpoch) throws(ActorError) -> Address {
        if epoch < machine.epoch - Self.chainFinality {
            throw .uncoded(
                "cannot get worker key (current epoch \(machine.epoch), height \(epoch))"
            )
        }
        let tree: StateTree
        do {
            tree = try StateTree(
                root: try machine.view.lookbackStateRoot(at: epoch),
                store: machine.tree.store
            )
        } catch { throw .fatal("cannot read the state at \(epoch): \(error)") }
        guard let actor = try tree.actor(receiver) else {
            throw .uncoded("miner \(receiver) did not exist at \(epoch)")
        }
        // The first field of a miner's state is its info, whose second field is the worker.
        let info = try partially(try store.read(actor.head)) { (decoder) throws(CBORError) in
            _ = try decoder.arrayCount(max: 16)
            return try decoder.value(CID.self)
        }
        let worker = try partially(try store.read(info)) { (decoder) throws(CBORError) in
            _ = try decoder.arrayCount(max: 16)
            _ = try decoder.value(Address.self)
            return try decoder.value(Address.self)
        }
        return try keyAddress(of: worker)
    }

    private func partially<Value>(
        _ block: [UInt8],
        _ body: (inout CBORDecoder) throws(CBORError) -> Value
    ) throws(ActorError) -> Value {
        var decoder = CBORDecoder(block)
        do { return try body(&decoder) } catch { throw .fatal("no miner state: \(error)") }
    }
}
