internal import Bytes
internal import Multiformats

/// Blocks by CID, in the order in which they came.
///
/// A dictionary that knows its keys: digests are random already, so that two multiplications place one where
/// Swift's hash function would take more time than all the rest of a look-up. The multiplications are by
/// secrets of the process, so that nobody can make blocks that all fall into one place.
struct BlockTable {
    private(set) var cids: [CID] = []
    private(set) var blocks: [[UInt8]] = []
    /// One more than the place of a block, or 0 where none is.
    ///
    /// Their number is a power of two, and at least half of them are free.
    private var slots: [UInt32] = []

    private struct Secrets {
        let first: UInt64 = UInt64.random(in: 0 ... .max)
        let second: UInt64 = UInt64.random(in: 0 ... .max)
    }
    private static let secrets: Secrets = Secrets()

    var count: Int { cids.count }

    private func slot(of cid: CID) -> Int {
        let secrets = Self.secrets
        guard let digest = cid.digest32 else { return cid.hashValue & (slots.count - 1) }
        let product = (digest.word0 ^ secrets.first)
            .multipliedFullWidth(by: digest.word3 ^ secrets.second)
        return Int(truncatingIfNeeded: product.high ^ product.low) & (slots.count - 1)
    }

    /// The place of a block, or nil if it is not here.
    func place(of cid: CID) -> Int? {
        guard !slots.isEmpty else { return nil }
        var slot = slot(of: cid)
        while slots[slot] != 0 {
            let place = Int(slots[slot]) - 1
            if cids[place] == cid { return place }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// The block, or nil if it is not here.
    subscript(cid: CID) -> [UInt8]? { place(of: cid).map { blocks[$0] } }

    /// Adds a block; one that is here already stays as it is.
    ///
    /// - Returns: Whether it is new.
    @discardableResult
    mutating func insert(_ block: [UInt8], cid: CID) -> Bool {
        precondition(cids.count < Int(UInt32.max) / 2, "a table has less than 2^31 blocks")
        if 2 * cids.count >= slots.count { grow() }
        var slot = slot(of: cid)
        while slots[slot] != 0 {
            if cids[Int(slots[slot]) - 1] == cid { return false }
            slot = (slot + 1) & (slots.count - 1)
        }
        cids.append(cid)
        blocks.append(block)
        slots[slot] = UInt32(cids.count)
        return true
    }

    /// Removes a block, for which all others are placed anew.
    mutating func remove(_ cid: CID) {
        guard let place = place(of: cid) else { return }
        cids.remove(at: place)
        blocks.remove(at: place)
        placeAll(slotCount: slots.count)
    }

    private mutating func grow() { placeAll(slotCount: max(64, 2 * slots.count)) }

    private mutating func placeAll(slotCount: Int) {
        slots = Array(repeating: 0, count: slotCount)
        cids.reserveCapacity(slotCount / 2)
        blocks.reserveCapacity(slotCount / 2)
        for (place, cid) in cids.enumerated() {
            var slot = slot(of: cid)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(place + 1)
        }
    }
}
