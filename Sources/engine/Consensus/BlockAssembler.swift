internal import BuiltinActors
internal import ChainStore
internal import FilecoinCrypto
package import FilecoinTypes
internal import Multiformats
internal import StateView

/// What a miner brings to a block; the node adds the rest.
package struct BlockTemplate: Hashable, Sendable {
    package var miner: Address
    package var parents: TipsetKey
    package var ticket: Ticket
    package var electionProof: ElectionProof
    package var beaconEntries: [BeaconEntry]
    /// Signed messages of both kinds, in the order in which they are to be executed.
    package var messages: [SignedMessage]
    package var epoch: ChainEpoch
    /// Seconds since 1970.
    package var timestamp: UInt64
    package var winningPoStProof: [PoStProof]

    package init(
        miner: Address,
        parents: TipsetKey,
        ticket: Ticket,
        electionProof: ElectionProof,
        beaconEntries: [BeaconEntry],
        messages: [SignedMessage],
        epoch: ChainEpoch,
        timestamp: UInt64,
        winningPoStProof: [PoStProof]
    ) {
        self.miner = miner
        self.parents = parents
        self.ticket = ticket
        self.electionProof = electionProof
        self.beaconEntries = beaconEntries
        self.messages = messages
        self.epoch = epoch
        self.timestamp = timestamp
        self.winningPoStProof = winningPoStProof
    }
}

/// A block that only lacks its signature.
package struct UnsignedBlock: Sendable {
    /// The block; its header has no signature yet.
    package var block: FullBlock
    /// The key that must sign ``BlockHeader/signingBytes``.
    package let worker: Address

    /// The block in the form in which it is published.
    package var blockMessage: BlockMessage {
        BlockMessage(
            header: block.header,
            blsMessages: block.messages.bls.map(\.cid),
            secpMessages: block.messages.secp.map(\.cid)
        )
    }
}

/// Puts blocks together.
///
/// - SeeAlso: lotus, `chain/consensus/filcns/mine.go`, `CreateBlock`.
package struct BlockAssembler: Sendable {
    private let chain: ConsensusChain
    private let states: TipsetStates

    package init(chain: ConsensusChain, states: TipsetStates) {
        self.chain = chain
        self.states = states
    }

    /// Fills in what follows from the parents: state, receipts, weight, base fee; and stores the messages.
    ///
    /// Executes the parents if nobody has yet; blocks the calling thread.
    ///
    /// - Throws: `SignatureError` for a message whose signature is of neither kind, `ChainStoreError`,
    ///   ``ConsensusError``, `StateViewError`, or what the execution throws.
    package func assemble(_ template: BlockTemplate) throws -> UnsignedBlock {
        let base = try chain.store.tipset(template.parents)
        let execution = try states.execution(of: base)
        let lookback = try chain.lookback(for: template.epoch, base: base)
        let elected = try chain.view(lookback.stateRoot)
        let worker = try elected.keyAddress(of: try elected.miner(template.miner).info().worker)
        var messages = BlockMessages()
        var signatures: [Signature] = []
        for signed in template.messages {
            switch signed.signature.type {
            case .bls:
                messages.bls.append(signed.message)
                signatures.append(signed.signature)
            case .secp256k1: messages.secp.append(signed)
            default: throw SignatureError.unsupportedType(signed.signature.type)
            }
        }
        let header = BlockHeader(
            miner: template.miner,
            ticket: template.ticket,
            electionProof: template.electionProof,
            beaconEntries: template.beaconEntries,
            winPoStProof: template.winningPoStProof,
            parents: base.cids,
            parentWeight: try chain.weight(of: base),
            height: template.epoch,
            parentStateRoot: execution.stateRoot,
            parentMessageReceipts: execution.receiptsRoot,
            messages: try chain.store.put(messages),
            blsAggregate: try Signature.aggregate(signatures),
            timestamp: template.timestamp,
            parentBaseFee: try chain.nextBaseFee(after: base)
        )
        return UnsignedBlock(
            block: FullBlock(header: header, messages: messages),
            worker: worker
        )
    }
}
