package import ActorRuntime
package import BitFields
package import FilecoinTypes
package import Multiformats

/// Bit fields by epoch, on a grid of epochs: which partitions or sectors have something due when.
///
/// Source: specs-actors, `builtin/miner/bitfield_queue.go`.
package struct BitFieldQueue {
    private var entries: ADTArray<BitField>
    private let quant: QuantSpec

    /// Loads the queue with the given root.
    package init(
        store: ActorStore,
        root: CID,
        quant: QuantSpec,
        bitWidth: Int
    ) throws(ActorError) {
        entries = try ADTArray(store: store, root: root, bitWidth: bitWidth)
        self.quant = quant
    }

    /// The number of epochs with an entry.
    package var count: UInt64 { entries.count }

    /// Writes the queue and returns its root.
    package mutating func root() throws(ActorError) -> CID { try entries.root() }

    /// Adds values at the first grid point at or after `epoch`.
    package mutating func add(_ values: BitField, at epoch: ChainEpoch) throws(ActorError) {
        if values.isEmpty { return }
        let key = try Self.key(quant.roundingUp(epoch))
        let old = try entries.get(key) ?? BitField()
        try entries.set(key, old.union(values))
    }

    /// Adds values at several epochs, in ascending order of their grid points.
    package mutating func add(_ values: [ChainEpoch: [UInt64]]) throws(ActorError) {
        var byGridPoint: [ChainEpoch: [UInt64]] = [:]
        for (epoch, numbers) in values {
            byGridPoint[quant.roundingUp(epoch), default: []] += numbers
        }
        for (epoch, numbers) in byGridPoint.sorted(by: { $0.key < $1.key }) {
            try add(BitField(numbers), at: epoch)
        }
    }

    /// Takes the given positions out of every entry and closes the gap that they leave, as `CutBitField`.
    package mutating func cut(_ positions: BitField) throws(ActorError) {
        var emptied: [UInt64] = []
        for (epoch, field) in try entries.all() {
            let rest = field.cutting(positions)
            if rest.isEmpty {
                emptied.append(epoch)
            } else {
                try entries.set(epoch, rest)
            }
        }
        try entries.batchDelete(emptied)
    }

    /// Removes all entries up to and including `epoch`.
    ///
    /// - Returns: The union of what was removed; `nil` when nothing was due.
    package mutating func pop(until epoch: ChainEpoch) throws(ActorError) -> BitField? {
        var keys: [UInt64] = []
        var fields: [BitField] = []
        try entries.forEach { (key, field) throws(ActorError) in
            if Int64(bitPattern: key) > epoch.rawValue { return false }
            keys.append(key)
            fields.append(field)
            return true
        }
        if keys.isEmpty { return nil }
        try entries.batchDelete(keys)
        return BitField.union(of: fields)
    }

    /// Calls `body` with each entry, epochs ascending, until it returns false.
    package mutating func forEach(
        _ body: (ChainEpoch, BitField) throws(ActorError) -> Bool
    ) throws(ActorError) {
        try entries.forEach { (key, field) throws(ActorError) in
            try body(ChainEpoch(Int64(bitPattern: key)), field)
        }
    }

    /// Removes the entries at the given epochs, all of which exist.
    package mutating func remove(_ epochs: [ChainEpoch]) throws(ActorError) {
        try entries.batchDelete(epochs.map { UInt64(bitPattern: $0.rawValue) })
    }

    /// Replaces the entry at exactly `epoch`.
    package mutating func replace(_ field: BitField, at epoch: ChainEpoch) throws(ActorError) {
        try entries.set(Self.key(epoch), field)
    }

    private static func key(_ epoch: ChainEpoch) throws(ActorError) -> UInt64 {
        // A negative epoch becomes an index above the AMT's maximum, which it refuses.
        UInt64(bitPattern: epoch.rawValue)
    }
}
