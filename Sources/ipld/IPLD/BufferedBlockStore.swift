public import Multiformats

/// Keeps new blocks in memory in front of another store, until it is known which of them are wanted.
///
/// Executing a tipset writes many blocks that the next message replaces. Only what the final root reaches
/// goes to the store below, in one batch.
///
/// Not `Sendable`: one execution owns it.
public final class BufferedBlockStore: BlockStore {
    private let base: any BlockStore
    private var written: [CID: [UInt8]] = [:]

    /// How many blocks a batch to the store below holds at most.
    public static let batchSize: Int = 1024

    /// Creates an empty buffer in front of `base`.
    public init(over base: any BlockStore) { self.base = base }

    /// The number of blocks that were written and not flushed.
    public var count: Int { written.count }

    public func get(_ cid: CID) throws -> [UInt8]? {
        if let block = written[cid] { return block }
        return try base.get(cid)
    }

    public func has(_ cid: CID) throws -> Bool {
        if written[cid] != nil { return true }
        return try base.has(cid)
    }

    public func put(_ block: [UInt8], cid: CID) { written[cid] = block }

    /// Forgets everything that was not flushed.
    public func discard() { written = [:] }

    /// Moves the buffered blocks that `roots` reach to the store below, children before parents, so that
    /// a crash in between leaves no block without its children.
    ///
    /// A block that is not in the buffer is below already, with everything that it reaches. What no root
    /// reaches stays in the buffer; ``discard()`` drops it.
    ///
    /// - Returns: The number of blocks that were moved.
    /// - Throws: ``IPLDError/malformed(_:_:)`` for a block that is no dag-cbor, or what the store
    ///   throws.
    @discardableResult
    public func flush(roots: [CID]) throws -> Int {
        var batch: [Block] = []
        var moved = 0
        // A node is met twice: first its links are put on top of it, then, above everything else, itself.
        var stack = roots.map { (cid: $0, isExpanded: false) }
        while let top = stack.popLast() {
            guard let bytes = written[top.cid] else { continue }
            let links = top.isExpanded ? [] : try DAG.links(of: Block(cid: top.cid, bytes: bytes))
            let wanted = links.filter { written[$0] != nil }
            if !wanted.isEmpty {
                stack.append((top.cid, true))
                stack += wanted.map { ($0, false) }
                continue
            }
            written[top.cid] = nil
            batch.append(Block(cid: top.cid, bytes: bytes))
            moved += 1
            if batch.count == Self.batchSize {
                try base.put(batch)
                batch.removeAll(keepingCapacity: true)
            }
        }
        if !batch.isEmpty { try base.put(batch) }
        return moved
    }
}
