internal import ActorRuntime
internal import ChainStore
internal import Conformance
internal import Consensus
internal import FilecoinTypes
internal import Genesis
internal import IPLD
internal import JSON
internal import Multiformats

/// The first block of a chain, made from its template on an empty store.
struct GenesisCheck {
    private let recorded: RecordedChain

    init(_ recorded: RecordedChain) { self.recorded = recorded }

    /// Checks that the template gives the recorded archive to the byte, and the chain's first block.
    func check() throws {
        let folder = recorded.folder
        let template = try GenesisTemplate(json: folder.need("genesis-template.json").contents())
        let archive = try folder.need("genesis.car").contents()
        let block = try GenesisBlock.make(
            template,
            parameters: recorded.chain.parameters,
            secrets: try GenesisSecrets(recordedFor: template.networkName)
        )
        var reader = try CARReader(archive)
        let store = MemoryBlockStore()
        try reader.copyBlocks(into: store)
        guard let root = reader.roots.first else { throw TestDataError("genesis.car has no root") }
        let header = try store.value(root, as: BlockHeader.self)
        if block.stateRoot != header.parentStateRoot {
            throw TestDataError(
                "genesis state root: found \(block.stateRoot), expected \(header.parentStateRoot): "
                    + (try Self.difference(block, header, store))
            )
        }
        try checkEqual(block.cid, root, "CID of the genesis block")
        try checkEqual(block.cid, try recorded.store.genesis().cid, "genesis of the chain")
        try Conformance.check(block.archive == archive, "genesis.car is written differently")
    }

    /// The first actor that differs.
    private static func difference(
        _ block: GenesisBlock,
        _ header: BlockHeader,
        _ store: MemoryBlockStore
    ) throws -> String {
        let own = MemoryBlockStore()
        var reader = try CARReader(block.archive)
        try reader.copyBlocks(into: own)
        let ours = try StateTree(root: block.stateRoot, store: own)
        let theirs = try StateTree(root: header.parentStateRoot, store: store)
        var different: [ActorID] = []
        try theirs.forEach { id, actor in
            if try ours.actor(id) != actor { different.append(id) }
        }
        try ours.forEach { id, _ in
            if try theirs.actor(id) == nil { different.append(id) }
        }
        guard let first = different.min() else { return "all actors are the same" }
        return "\(different.count) actors differ, first \(Address.id(first))"
    }
}
