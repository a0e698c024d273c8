internal import CBOR
public import Multiformats

/// Keeps new blocks in memory in front of another store, until it is known which of them are wanted.
///
/// Executing a tipset writes many blocks that the next message replaces. Only what the final root reaches
/// goes to the store below, in one batch.
///
/// Not `Sendable`: one execution owns it.
public final class BufferedBlockStore: BlockStore {
    private let base: any BlockStore
    private var written: BlockTable = BlockTable()

    /// Creates an empty buffer in front of `base`.
    public init(over base: any BlockStore) { self.base = base }

    /// The number of blocks that were written and not flushed.
    public var count: Int { written.count }

    public func get(_ cid: CID) throws -> [UInt8]? {
        if let block = written[cid] { return block }
        return try base.get(cid)
    }

    public func has(_ cid: CID) throws -> Bool {
        if written.place(of: cid) != nil { return true }
        return try base.has(cid)
    }

    public func put(_ block: [UInt8], cid: CID) { written.insert(block, cid: cid) }

    /// Forgets everything that was not flushed.
    public func discard() { written = BlockTable() }

    /// Moves the buffered blocks that `roots` reach to the store below, all in one batch, children before
    /// parents, so that even a store whose batches can break leaves no block without its children.
    ///
    /// A block that is not in the buffer is below already, with everything that it reaches. What no root
    /// reaches stays in the buffer; ``discard()`` drops it.
    ///
    /// - Returns: The number of blocks that were moved.
    /// - Throws: ``IPLDError/malformed(_:_:)`` for a block that is no dag-cbor, or what the store
    ///   throws; then nothing leaves the buffer.
    @discardableResult
    public func flush(roots: [CID]) throws -> Int {
        let (batch, isMoved) = try reachable(from: roots)
        guard !batch.isEmpty else { return 0 }
        try base.put(batch)
        var rest = BlockTable()
        if batch.count < written.count {
            for place in 0..<written.count where !isMoved[place] {
                rest.insert(written.blocks[place], cid: written.cids[place])
            }
        }
        written = rest
        return batch.count
    }

    /// The buffered blocks that `roots` reach, children before parents, and which places they have.
    private func reachable(from roots: [CID]) throws(IPLDError) -> ([Block], [Bool]) {
        let written = written
        var batch: [Block] = []
        batch.reserveCapacity(written.count)
        var isMoved = [Bool](repeating: false, count: written.count)
        // A node is met twice: first its links are put on top of it, then, above everything else, itself.
        var stack: [(place: Int, isExpanded: Bool)] = []
        for root in roots {
            if let place = written.place(of: root) { stack.append((place, false)) }
        }
        while let top = stack.popLast() {
            if isMoved[top.place] { continue }
            let cid = written.cids[top.place]
            if !top.isExpanded, cid.codec == .dagCBOR {
                let height = stack.count
                stack.append((top.place, true))
                do throws(CBORError) {
                    try CID.forEachBlockLink(inDAGCBOR: written.blocks[top.place]) { link in
                        if let place = written.place(of: link), !isMoved[place] {
                            stack.append((place, false))
                        }
                    }
                } catch {
                    throw .malformed(cid, error)
                }
                if stack.count > height + 1 { continue }
                stack.removeLast()
            }
            isMoved[top.place] = true
            batch.append(Block(cid: cid, bytes: written.blocks[top.place]))
        }
        return (batch, isMoved)
    }
}
