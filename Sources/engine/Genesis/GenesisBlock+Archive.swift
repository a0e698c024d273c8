internal import StateMachine
internal import StorageProofs
internal import ActorRuntime
internal import BuiltinActors
package import FilecoinTypes
internal import IPLD
package import Multiformats
package import NetworkParameters

/// The first block of a network and everything that it names.
package struct GenesisBlock: Sendable {
    /// When the sectors of a genesis miner are proven first.
    package struct Duty: Hashable, Sendable {
        /// The miner.
        package let miner: Address
        /// The deadline, 0 to 47.
        package let deadline: UInt64
        /// The epoch in which it opens first.
        package let opens: ChainEpoch
        /// The epoch by which the proof must be on the chain.
        package let closes: ChainEpoch
    }

    /// The header.
    package let header: BlockHeader
    /// A CAR with the header as root, as nodes get it with `--genesisfile`.
    package let archive: [UInt8]
    /// The deadlines of the miners' sectors, in order of their opening.
    package let duties: [Duty]

    /// The CID of the header.
    package var cid: CID { header.cid }
    /// The root of the first state.
    package var stateRoot: CID { header.parentStateRoot }

    /// Builds the state and the block of a template, on a thread with a deep stack; blocks the caller.
    ///
    /// `secrets`: what lotus draws at random; the block is the same for the same arguments. `edition`: by whose
    /// habits miners are paid for. Fails with ``GenesisError`` if the template is wrong.
    package static func make(
        _ template: GenesisTemplate,
        parameters: NetworkParameters,
        secrets: GenesisSecrets,
        edition: GenesisBuilder.Edition = .lotus2025
    ) throws -> GenesisBlock {
        try DeepStack.run {
            let store = MemoryBlockStore()
            let builder = try GenesisBuilder(
                template: template,
                policy: ActorPolicy(parameters),
                verifierKey: secrets.verifier,
                store: store,
                edition: edition
            )
            let header = try builder.block(ticket: secrets.ticket)
            return GenesisBlock(
                header: header,
                archive: try archive(of: header.cid, in: store),
                duties: try duties(of: template, header.parentStateRoot, store)
            )
        }
    }

    /// The blocks that can be reached from a root, each after the one that names it first.
    ///
    /// As in lotus's archives the codes of actors are there too, whose CIDs are their own content.
    private static func archive(of root: CID, in store: MemoryBlockStore) throws -> [UInt8] {
        var writer = CARWriter(roots: [root])
        var seen: Set<CID> = []
        var stack = [root]
        while let cid = stack.popLast() {
            guard seen.insert(cid).inserted else { continue }
            if cid.isIdentity {
                writer.append(Block(cid: cid, bytes: cid.multihash.digest))
                continue
            }
            // Of the sectors' commitments nobody has the blocks.
            guard cid.codec == .dagCBOR else { continue }
            let block = Block(cid: cid, bytes: try store.require(cid))
            writer.append(block)
            stack += try DAG.links(of: block).reversed()
        }
        return writer.takeBytes()
    }

    private static func duties(
        of template: GenesisTemplate,
        _ root: CID,
        _ store: MemoryBlockStore
    ) throws -> [Duty] {
        let tree = try StateTree(root: root, store: store)
        let reader = ActorStore(reading: store)
        var duties: [Duty] = []
        for miner in template.miners {
            guard let id = miner.id.actorID, let actor = try tree.actor(id) else { continue }
            let state: MinerState = try reader.get(actor.head)
            let deadlines = try state.loadDeadlines(reader)
            for index in deadlines.due.indices {
                let deadline = try deadlines.load(UInt64(index), reader)
                guard deadline.liveSectors > 0 else { continue }
                let info = DeadlineInfo(
                    periodStart: state.currentPeriodStart(at: 0),
                    index: UInt64(index),
                    currentEpoch: 0
                ).nextNotElapsed
                duties.append(
                    Duty(
                        miner: miner.id,
                        deadline: UInt64(index),
                        opens: info.open,
                        closes: info.close
                    )
                )
            }
        }
        return duties.sorted { ($0.opens, $0.miner) < ($1.opens, $1.miner) }
    }
}
