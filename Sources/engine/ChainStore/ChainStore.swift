internal import CBOR
package import FilecoinTypes
internal import IPLD
package import KeyValueStore
package import Multiformats
internal import Synchronization

/// The chain of tipsets that this node knows: headers, messages, states, and which tipset is the head.
///
/// | key | value |
/// |---|---|
/// | `b` CID | a block |
/// | `c` `genesis` | the CID of the genesis header |
/// | `c` `head` | the key of the head: the CIDs of its headers, one after the other |
/// | `h` height (8 bytes, big-endian) CID | nothing: a header that was validated |
/// | `s` key of a tipset | state root and receipts root after its execution |
///
/// All calls block and may come from several threads. The head is written in one batch with what leads to it,
/// so that the chain continues there after any kind of death.
package final class ChainStore: Sendable {
    /// Tipsets that are kept decoded, at the most.
    private static let cacheLimit = 8192

    /// What the execution of a tipset gave.
    package struct Execution: Hashable, Sendable {
        /// The root of the state after it.
        package let stateRoot: CID
        /// The root of the AMT of its receipts.
        package let receiptsRoot: CID

        package init(stateRoot: CID, receiptsRoot: CID) {
            self.stateRoot = stateRoot
            self.receiptsRoot = receiptsRoot
        }
    }

    private struct State {
        var head: Tipset?
        var genesis: BlockHeader?
        var tipsets: [TipsetKey: Tipset] = [:]
    }

    private let store: any KeyValueStore
    private let state: Mutex<State>
    /// The blocks, also those of states and messages.
    package let blocks: ChainBlockStore

    /// Opens the chain in `store`, empty or not.
    ///
    /// - Throws: ``ChainStoreError`` if what the store holds is damaged, or what it throws.
    package init(_ store: any KeyValueStore) throws {
        self.store = store
        blocks = ChainBlockStore(over: store)
        state = Mutex(State())
        if let bytes = try store.get(Self.genesisKey) {
            let genesis = try header(try CID(bytes: bytes))
            state.withLock { $0.genesis = genesis }
        }
        if let bytes = try store.get(Self.headKey), let key = TipsetKey(bytes: bytes) {
            let head = try tipset(key)
            state.withLock { $0.head = head }
        }
    }

    // MARK: - Genesis and head

    /// The header of the genesis block.
    ///
    /// - Throws: ``ChainStoreError/noGenesis``.
    package func genesis() throws(ChainStoreError) -> BlockHeader {
        guard let genesis = state.withLock({ $0.genesis }) else { throw .noGenesis }
        return genesis
    }

    /// Makes a stored header the genesis of an empty store; of another store it must be the genesis already.
    package func setGenesis(_ cid: CID) throws {
        if let stored = state.withLock({ $0.genesis }) {
            guard stored.cid == cid else {
                throw ChainStoreError.otherGenesis(stored: stored.cid, given: cid)
            }
            return
        }
        let genesis = try header(cid)
        let head = try Tipset([genesis])
        var batch = KeyValueBatch()
        batch.put(Self.genesisKey, cid.bytes)
        batch.put(Self.headKey, head.key.bytes)
        batch.put(Self.heightKey(genesis.height, cid), [])
        try store.write(batch)
        state.withLock {
            $0.genesis = genesis
            $0.head = head
        }
    }

    /// The head of the chain.
    ///
    /// - Throws: ``ChainStoreError/noGenesis``.
    package func head() throws(ChainStoreError) -> Tipset {
        guard let head = state.withLock({ $0.head }) else { throw .noGenesis }
        return head
    }

    /// Moves the head and returns how.
    ///
    /// - Throws: ``ChainStoreError`` if blocks between the two are missing.
    package func setHead(_ new: Tipset) throws -> HeadChange {
        let old = try head()
        let change = try HeadChange.path(from: old, to: new) { try parent(of: $0) }
        if change.isEmpty { return change }
        try store.put(Self.headKey, new.key.bytes)
        state.withLock { $0.head = new }
        return change
    }

    // MARK: - Headers and tipsets

    /// Returns a header.
    package func header(_ cid: CID) throws -> BlockHeader {
        guard let block = try blocks.get(cid) else { throw ChainStoreError.headerNotFound(cid) }
        do { return try BlockHeader(cbor: block) } catch {
            throw ChainStoreError.malformed(cid, "\(error)")
        }
    }

    /// Stores a validated header, so that ``tipsets(at:)`` finds it.
    package func put(_ header: BlockHeader) throws {
        let block = header.cborBytes()
        let cid = CID.dagCBOR(hashing: block)
        try blocks.put(block, cid: cid)
        try store.put(Self.heightKey(header.height, cid), [])
    }

    /// Returns the tipset of a key; the empty key means the head.
    package func tipset(_ key: TipsetKey) throws -> Tipset {
        if key.isEmpty { return try head() }
        if let cached = state.withLock({ $0.tipsets[key] }) { return cached }
        let headers = try key.cids.map { try header($0) }
        let tipset: Tipset
        do { tipset = try Tipset(headers) } catch {
            throw ChainStoreError.notATipset(key, "\(error)")
        }
        state.withLock {
            if $0.tipsets.count >= Self.cacheLimit { $0.tipsets.removeAll(keepingCapacity: true) }
            $0.tipsets[key] = tipset
        }
        return tipset
    }

    /// Returns the parent of a tipset; of genesis, genesis.
    package func parent(of tipset: Tipset) throws -> Tipset {
        tipset.height == 0 ? tipset : try self.tipset(tipset.parentKey)
    }

    /// Returns the tipset at `height` on the chain that ends in `start`; for a null round the one before it, or,
    /// if `previous` is false, the one after it.
    ///
    /// - Throws: ``ChainStoreError/lookingForward(from:to:)``, or ``ChainStoreError`` if blocks are missing.
    package func tipset(
        at height: ChainEpoch,
        from start: Tipset,
        previous: Bool = true
    ) throws -> Tipset {
        guard height <= start.height else {
            throw ChainStoreError.lookingForward(from: start.height, to: height)
        }
        var current = start
        while current.height > height {
            let parent = try parent(of: current)
            if parent.height < height { return previous ? parent : current }
            if parent == current { break }
            current = parent
        }
        return current
    }

    /// Returns the validated headers of an epoch, grouped to tipsets by their parents.
    package func tipsets(at height: ChainEpoch) throws -> [Tipset] {
        var byParents: [[CID]: [BlockHeader]] = [:]
        var order: [[CID]] = []
        for cid in try headerCIDs(at: height) {
            let header = try header(cid)
            if byParents[header.parents] == nil { order.append(header.parents) }
            byParents[header.parents, default: []].append(header)
        }
        return try order.map { try Tipset(byParents[$0] ?? []) }
    }

    /// Returns the largest tipset that contains a validated header: all blocks of its epoch on the same
    /// parents, of a miner with several only the first by CID.
    package func expandedTipset(of header: BlockHeader) throws -> Tipset {
        var byMiner: [Address: BlockHeader] = [header.miner: header]
        for cid in try headerCIDs(at: header.height) {
            let other = try self.header(cid)
            if other.parents == header.parents && byMiner[other.miner] == nil {
                byMiner[other.miner] = other
            }
        }
        return try Tipset(Array(byMiner.values))
    }

    private func headerCIDs(at height: ChainEpoch) throws -> [CID] {
        let prefix = Self.heightPrefix(height)
        var keys: [[UInt8]] = []
        try store.iterate(prefix: prefix) { key, _ in
            keys.append(Array(key.dropFirst(prefix.count)))
            return true
        }
        return try keys.map { try CID(bytes: $0) }
    }

    // MARK: - Executions

    /// Returns what the execution of a tipset gave, if it was executed before.
    package func execution(of key: TipsetKey) throws -> Execution? {
        guard let bytes = try store.get(Self.executionKey(key)) else { return nil }
        guard let roots = TipsetKey(bytes: bytes), roots.cids.count == 2 else { return nil }
        return Execution(stateRoot: roots.cids[0], receiptsRoot: roots.cids[1])
    }

    /// Remembers what the execution of a tipset gave.
    package func put(_ execution: Execution, of key: TipsetKey) throws {
        let roots = TipsetKey([execution.stateRoot, execution.receiptsRoot])
        try store.put(Self.executionKey(key), roots.bytes)
    }

    /// Waits until everything is on the disk.
    package func sync() throws { try store.sync() }

    // MARK: - Keys

    private static let genesisKey: [UInt8] = Array("cgenesis".utf8)
    private static let headKey: [UInt8] = Array("chead".utf8)

    private static func heightPrefix(_ height: ChainEpoch) -> [UInt8] {
        [UInt8(ascii: "h")]
            + (0..<8).map { UInt8(truncatingIfNeeded: height.rawValue >> (56 - 8 * $0)) }
    }

    private static func heightKey(_ height: ChainEpoch, _ cid: CID) -> [UInt8] {
        heightPrefix(height) + cid.bytes
    }

    private static func executionKey(_ key: TipsetKey) -> [UInt8] {
        [UInt8(ascii: "s")] + key.bytes
    }
}
