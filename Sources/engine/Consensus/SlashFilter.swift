package import FilecoinTypes
package import KeyValueStore
package import Multiformats
internal import Synchronization

/// A block that a miner of this node made.
package struct MinedBlock: Hashable, Sendable {
    package let miner: Address
    package let epoch: ChainEpoch
    package let parents: TipsetKey
    package let parentEpoch: ChainEpoch
    package let cid: CID

    package init(_ header: BlockHeader, parentEpoch: ChainEpoch) {
        miner = header.miner
        epoch = header.height
        parents = header.parentKey
        self.parentEpoch = parentEpoch
        cid = header.cid
    }
}

/// Remembers which blocks were made.
///
/// Several nodes of one miner must share it.
package protocol MinedBlockStore: Sendable {
    /// The block that a miner made in an epoch.
    func block(of miner: Address, at epoch: ChainEpoch) throws -> CID?
    /// The block that a miner made on a tipset.
    func block(of miner: Address, on parents: TipsetKey) throws -> CID?
    /// Remembers a block, under both.
    func record(_ block: MinedBlock) throws
}

/// Why publishing a block would cost its miner a fee and its eligibility.
package enum ConsensusFaultRisk: Error, Hashable, Sendable, CustomStringConvertible {
    /// Another block of the epoch exists.
    case doubleFork(MinedBlock, other: CID)
    /// Another block on the same parents exists.
    case timeOffset(MinedBlock, other: CID)
    /// The miner's own block of the parents' epoch is not among the parents.
    case parentGrinding(MinedBlock, expectedParent: CID)

    package var description: String {
        "<!!> SLASH FILTER ERROR: " + reason
    }

    private var reason: String {
        switch self {
        case .doubleFork(let block, let other):
            "produced block would trigger 'double-fork mining faults' consensus fault; "
                + "miner: \(block.miner); bh: \(block.cid), other: \(other)"
        case .timeOffset(let block, let other):
            "produced block would trigger 'time-offset mining faults' consensus fault; "
                + "miner: \(block.miner); bh: \(block.cid), other: \(other)"
        case .parentGrinding(let block, let parent):
            "produced block would trigger 'parent-grinding fault' consensus fault; "
                + "miner: \(block.miner); bh: \(block.cid), expected parent: \(parent)"
        }
    }
}

extension MinedBlock {
    /// What the miner could be reported for if it published this block, given those that it made before.
    ///
    /// - Parameters:
    ///   - sameEpoch: Its block of the same epoch.
    ///   - sameParents: Its block on the same parents.
    ///   - parentEpoch: Its block of the parents' epoch.
    /// - Returns: Nil if nothing; the same block may come again.
    package func risk(
        sameEpoch: CID?,
        sameParents: CID?,
        parentEpoch: CID?
    ) -> ConsensusFaultRisk? {
        if let other = sameEpoch, other != cid { return .doubleFork(self, other: other) }
        if let other = sameParents, other != cid { return .timeOffset(self, other: other) }
        if let own = parentEpoch, !parents.cids.contains(own) {
            return .parentGrinding(self, expectedParent: own)
        }
        return nil
    }
}

/// Keeps miners from publishing blocks that they could be reported for.
///
/// Its record is this process's own; nodes that serve the same miners share a ``SQLSlashFilter``.
///
/// - SeeAlso: lotus, `chain/gen/slashfilter/slashfilter.go`; specs-actors, consensus faults.
package final class SlashFilter: Sendable {
    private let store: any MinedBlockStore
    private let lock = Mutex<Int>(0)

    package init(_ store: any MinedBlockStore) { self.store = store }

    /// Checks a block against those that were made before.
    ///
    /// - Throws: ``ConsensusFaultRisk``, or what the store throws.
    package func check(_ block: MinedBlock) throws {
        let risk = block.risk(
            sameEpoch: try store.block(of: block.miner, at: block.epoch),
            sameParents: try store.block(of: block.miner, on: block.parents),
            parentEpoch: try store.block(of: block.miner, at: block.parentEpoch)
        )
        if let risk { throw risk }
    }

    /// Checks a block against those that were made before, and remembers it.
    ///
    /// The same block may come again.
    ///
    /// - Throws: ``ConsensusFaultRisk``, or what the store throws.
    package func admit(_ block: MinedBlock) throws {
        try lock.withLock { _ in
            try check(block)
            try store.record(block)
        }
    }
}

/// Blocks that were made, in a key-value store.
///
/// | key | value |
/// |---|---|
/// | `m` `e` epoch (8 bytes, big-endian) miner | CID |
/// | `m` `p` miner key of the parents | CID |
package struct KeyValueMinedBlocks: MinedBlockStore {
    private let store: any KeyValueStore

    package init(_ store: any KeyValueStore) { self.store = store }

    package func block(of miner: Address, at epoch: ChainEpoch) throws -> CID? {
        try cid(Self.key(miner, epoch))
    }

    package func block(of miner: Address, on parents: TipsetKey) throws -> CID? {
        try cid(Self.key(miner, parents))
    }

    package func record(_ block: MinedBlock) throws {
        var batch = KeyValueBatch()
        batch.put(Self.key(block.miner, block.parents), block.cid.bytes)
        batch.put(Self.key(block.miner, block.epoch), block.cid.bytes)
        try store.write(batch)
        // A block must not be published before this is on the disk.
        try store.sync()
    }

    private func cid(_ key: [UInt8]) throws -> CID? {
        try store.get(key).map { try CID(bytes: $0) }
    }

    private static func key(_ miner: Address, _ epoch: ChainEpoch) -> [UInt8] {
        let number = (0..<8).map { UInt8(truncatingIfNeeded: epoch.rawValue >> (56 - 8 * $0)) }
        return Array("me".utf8) + number + miner.bytes
    }

    private static func key(_ miner: Address, _ parents: TipsetKey) -> [UInt8] {
        Array("mp".utf8) + miner.bytes + parents.bytes
    }
}
