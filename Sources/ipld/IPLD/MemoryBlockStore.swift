public import Multiformats
internal import Synchronization

/// Blocks in memory.
///
/// Safe to share between threads.
public final class MemoryBlockStore: BlockStore, Sendable {
    private let blocks: Mutex<[CID: [UInt8]]>

    /// Creates an empty store.
    public init() { blocks = Mutex([:]) }

    /// The number of blocks.
    public var count: Int { blocks.withLock(\.count) }

    /// All CIDs, in no order.
    public var cids: [CID] { blocks.withLock { Array($0.keys) } }

    public func get(_ cid: CID) -> [UInt8]? { blocks.withLock { $0[cid] } }

    public func has(_ cid: CID) -> Bool { blocks.withLock { $0[cid] != nil } }

    public func put(_ block: [UInt8], cid: CID) { blocks.withLock { $0[cid] = block } }

    public func put(_ blocks: [Block]) {
        self.blocks.withLock { kept in
            for block in blocks { kept[block.cid] = block.bytes }
        }
    }

    /// Forgets a block.
    public func remove(_ cid: CID) { blocks.withLock { _ = $0.removeValue(forKey: cid) } }
}
