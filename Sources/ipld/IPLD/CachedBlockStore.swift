public import Multiformats
internal import Synchronization

/// Keeps recently used blocks of a slower store in memory.
///
/// Safe to share between threads. Two generations bound the memory without a list of uses: when the younger one is full, it becomes the
/// older one, and what nobody asked for since then is dropped with the old older one.
public final class CachedBlockStore: BlockStore, Sendable {
    private struct Generations {
        var young: BlockTable = BlockTable()
        var old: BlockTable = BlockTable()
        var youngBytes: Int = 0
    }

    private let base: any BlockStore & Sendable
    private let generationBytes: Int
    private let cache: Mutex<Generations> = Mutex(Generations())

    /// What a block costs besides its bytes: dictionary entry, CID, array header.
    private static let overheadBytes: Int = 160

    /// Creates an empty cache in front of `base`.
    ///
    /// - Parameters:
    ///   - base: The store that has all blocks.
    ///   - capacityBytes: How much memory the cache takes at most, about.
    public init(over base: any BlockStore & Sendable, capacityBytes: Int) {
        self.base = base
        self.generationBytes = max(capacityBytes / 2, 1)
    }

    public func get(_ cid: CID) throws -> [UInt8]? {
        if let block = cached(cid) { return block }
        guard let block = try base.get(cid) else { return nil }
        keep(block, cid: cid)
        return block
    }

    public func has(_ cid: CID) throws -> Bool {
        let isCached = cache.withLock {
            $0.young.place(of: cid) != nil || $0.old.place(of: cid) != nil
        }
        return try isCached || base.has(cid)
    }

    public func put(_ block: [UInt8], cid: CID) throws {
        try base.put(block, cid: cid)
        keep(block, cid: cid)
    }

    public func put(_ blocks: [Block]) throws {
        try base.put(blocks)
        for block in blocks { keep(block.bytes, cid: block.cid) }
    }

    private func cached(_ cid: CID) -> [UInt8]? {
        let found = cache.withLock { ($0.young[cid], $0.old[cid]) }
        if let block = found.0 { return block }
        guard let block = found.1 else { return nil }
        keep(block, cid: cid)
        return block
    }

    private func keep(_ block: [UInt8], cid: CID) {
        cache.withLock { cache in
            guard cache.young.insert(block, cid: cid) else { return }
            cache.youngBytes += block.count + Self.overheadBytes
            guard cache.youngBytes > generationBytes else { return }
            cache.old = cache.young
            cache.young = BlockTable()
            cache.youngBytes = 0
        }
    }
}
