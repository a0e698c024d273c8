public import Multiformats
internal import Synchronization

/// Blocks in memory.
///
/// Safe to share between threads.
public final class MemoryBlockStore: BlockStore, Sendable {
    private let blocks: Mutex<BlockTable>

    /// Creates an empty store.
    public init() { blocks = Mutex(BlockTable()) }

    /// The number of blocks.
    public var count: Int { blocks.withLock(\.count) }

    /// All CIDs, in the order in which their blocks came.
    public var cids: [CID] { blocks.withLock(\.cids) }

    public func get(_ cid: CID) -> [UInt8]? { blocks.withLock { $0[cid] } }

    public func has(_ cid: CID) -> Bool { blocks.withLock { $0.place(of: cid) != nil } }

    public func put(_ block: [UInt8], cid: CID) {
        blocks.withLock { _ = $0.insert(block, cid: cid) }
    }

    public func put(_ blocks: [Block]) {
        self.blocks.withLock { kept in
            for block in blocks { kept.insert(block.bytes, cid: block.cid) }
        }
    }

    /// Forgets a block.
    ///
    /// - Complexity: O(n) for n blocks.
    public func remove(_ cid: CID) { blocks.withLock { $0.remove(cid) } }
}
