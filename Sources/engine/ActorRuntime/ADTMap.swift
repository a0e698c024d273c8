internal import Bytes
package import CBOR
package import FilecoinTypes
internal import IPLD
package import Multiformats

/// The key of an entry of an ``ADTMap``.
package struct ADTKey: Hashable, Sendable {
    /// The bytes that are hashed and stored.
    package let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }

    /// The bytes of an address.
    package static func address(_ address: Address) -> ADTKey { ADTKey(bytes: address.bytes) }

    /// The bytes of an ID address.
    package static func actor(_ id: ActorID) -> ADTKey { ADTKey(bytes: Address.id(id).bytes) }

    /// An unsigned varint.
    package static func unsigned(_ value: UInt64) -> ADTKey { ADTKey(bytes: Varint.encode(value)) }

    /// A varint of the zigzag form, as Go's `binary.PutVarint` writes it.
    package static func signed(_ value: Int64) -> ADTKey {
        ADTKey(bytes: Varint.encode(UInt64(bitPattern: (value << 1) ^ (value >> 63))))
    }
}

/// Turns what a map or an array throws into an error of the actor that uses it.
func actorError(_ error: any Error) -> ActorError {
    switch error {
    case let error as ActorError: error
    case IPLDError.blockNotFound, IPLDError.malformed: .fatal("\(error)")
    default: .uncoded("\(error)")
    }
}

/// Ends a walk over a map or an array; never leaves this module.
struct WalkEnded: Error {}

/// A map in an actor's state: a HAMT whose every node costs gas to read and write.
package struct ADTMap<Value: CBORCodable> {
    private let hamt: HAMT<Value>
    let store: ActorStore

    /// Loads the map with the given root.
    package init(store: ActorStore, root: CID, bitWidth: Int = ADTBitWidth.map) throws(ActorError) {
        self.store = store
        do {
            hamt = try HAMT(root: root, store: store, bitWidth: bitWidth, isDeferred: true)
        } catch {
            throw actorError(error)
        }
    }

    /// Creates an empty map; nothing is written before ``root()``.
    package init(emptyIn store: ActorStore, bitWidth: Int = ADTBitWidth.map) {
        self.store = store
        hamt = HAMT(store: store, bitWidth: bitWidth)
    }

    /// Writes an empty map and returns its root.
    package static func emptyRoot(
        in store: ActorStore,
        bitWidth: Int = ADTBitWidth.map
    ) throws(ActorError) -> CID {
        var map = Self(emptyIn: store, bitWidth: bitWidth)
        return try map.root()
    }

    /// Writes what was changed, and always the root node.
    package mutating func root() throws(ActorError) -> CID {
        do { return try hamt.flush() } catch { throw actorError(error) }
    }

    /// Returns the value of a key, if present.
    package mutating func get(_ key: ADTKey) throws(ActorError) -> Value? {
        do { return try hamt.find(key.bytes) } catch { throw actorError(error) }
    }

    /// Whether a key is present.
    package mutating func has(_ key: ADTKey) throws(ActorError) -> Bool {
        do { return try hamt.contains(key.bytes) } catch { throw actorError(error) }
    }

    /// Sets a key.
    package mutating func put(_ key: ADTKey, _ value: Value) throws(ActorError) {
        do { try hamt.set(key.bytes, value) } catch { throw actorError(error) }
    }

    /// Sets a key unless it is present, and returns whether it was absent.
    package mutating func putIfAbsent(_ key: ADTKey, _ value: Value) throws(ActorError) -> Bool {
        do { return try hamt.setIfAbsent(key.bytes, value) } catch { throw actorError(error) }
    }

    /// Removes a key and returns whether it was present.
    package mutating func tryDelete(_ key: ADTKey) throws(ActorError) -> Bool {
        do { return try hamt.delete(key.bytes) } catch { throw actorError(error) }
    }

    /// Removes a key that must be present.
    package mutating func delete(_ key: ADTKey) throws(ActorError) {
        guard try tryDelete(key) else { throw .uncoded("no such key \(key.bytes) to delete") }
    }

    /// Removes a key and returns its value, if it was present.
    package mutating func pop(_ key: ADTKey) throws(ActorError) -> Value? {
        guard let value = try get(key) else { return nil }
        try delete(key)
        return value
    }

    /// Calls `body` with each entry, in the order of the hashes of the keys, until it returns false.
    package mutating func forEach(
        _ body: (ADTKey, Value) throws(ActorError) -> Bool
    ) throws(ActorError) {
        do {
            try hamt.forEach { key, value in
                if try !body(ADTKey(bytes: key), value) { throw WalkEnded() }
            }
        } catch is WalkEnded {
        } catch { throw actorError(error) }
    }

    /// Calls `body` with each key, in the order of their hashes.
    package mutating func forEachKey(
        _ body: (ADTKey) throws(ActorError) -> Void
    ) throws(ActorError) {
        do {
            try hamt.forEachKey { key in try body(ADTKey(bytes: key)) }
        } catch { throw actorError(error) }
    }
}

/// The bit widths that several actors share.
package enum ADTBitWidth {
    /// Maps without a width of their own.
    package static let map = 5
    /// Tables of balances by address.
    package static let balanceTable = 6
}

/// CBOR's null: the value of a set's entry.
package struct CBORNull: Hashable, Sendable, CBORCodable {
    package init() {}

    package func encode(to encoder: inout CBOREncoder) { encoder.null() }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        // Whatever is there counts as present.
        try decoder.skip()
    }
}

/// A set in an actor's state: a map whose values mean nothing.
package struct ADTSet {
    private var map: ADTMap<CBORNull>

    /// Loads the set with the given root.
    package init(store: ActorStore, root: CID, bitWidth: Int = ADTBitWidth.map) throws(ActorError) {
        map = try ADTMap(store: store, root: root, bitWidth: bitWidth)
    }

    /// Creates an empty set; nothing is written before ``root()``.
    package init(emptyIn store: ActorStore, bitWidth: Int = ADTBitWidth.map) {
        map = ADTMap(emptyIn: store, bitWidth: bitWidth)
    }

    /// Writes what was changed, and always the root node.
    package mutating func root() throws(ActorError) -> CID { try map.root() }

    /// Adds a key.
    package mutating func put(_ key: ADTKey) throws(ActorError) { try map.put(key, CBORNull()) }

    /// Whether a key is present.
    package mutating func has(_ key: ADTKey) throws(ActorError) -> Bool { try map.has(key) }

    /// Removes a key that must be present.
    package mutating func delete(_ key: ADTKey) throws(ActorError) { try map.delete(key) }

    /// Removes a key and returns whether it was present.
    package mutating func tryDelete(_ key: ADTKey) throws(ActorError) -> Bool {
        try map.tryDelete(key)
    }

    /// Calls `body` with each key, in the order of their hashes.
    package mutating func forEach(
        _ body: (ADTKey) throws(ActorError) -> Void
    ) throws(ActorError) {
        try map.forEachKey(body)
    }
}

/// A table of token amounts by address; an absent address has zero.
package struct BalanceTable {
    private var map: ADTMap<TokenAmount>

    /// Loads the table with the given root.
    package init(store: ActorStore, root: CID) throws(ActorError) {
        map = try ADTMap(store: store, root: root, bitWidth: ADTBitWidth.balanceTable)
    }

    /// Creates an empty table; nothing is written before ``root()``.
    package init(emptyIn store: ActorStore) {
        map = ADTMap(emptyIn: store, bitWidth: ADTBitWidth.balanceTable)
    }

    /// Writes an empty table and returns its root.
    package static func emptyRoot(in store: ActorStore) throws(ActorError) -> CID {
        try ADTMap<TokenAmount>.emptyRoot(in: store, bitWidth: ADTBitWidth.balanceTable)
    }

    /// Writes what was changed, and always the root node.
    package mutating func root() throws(ActorError) -> CID { try map.root() }

    /// Returns the balance of an address.
    package mutating func get(_ address: Address) throws(ActorError) -> TokenAmount {
        try map.get(.address(address)) ?? .zero
    }

    /// Adds to a balance, which must not become negative; one that becomes zero is removed.
    package mutating func add(_ address: Address, _ amount: TokenAmount) throws(ActorError) {
        let previous = try get(address)
        let sum = previous + amount
        if sum < .zero {
            throw .uncoded("adding \(amount) to balance \(previous) would give negative \(sum)")
        }
        if sum == .zero && previous != .zero { return try map.delete(.address(address)) }
        try map.put(.address(address), sum)
    }

    /// Subtracts up to `request` without going below `floor`, and returns what was subtracted.
    package mutating func subtract(
        _ address: Address,
        upTo request: TokenAmount,
        keeping floor: TokenAmount
    ) throws(ActorError) -> TokenAmount {
        let previous = try get(address)
        let taken = min(max(.zero, previous - floor), request)
        if taken > .zero { try add(address, .zero - taken) }
        return taken
    }

    /// Subtracts an amount that must be there.
    package mutating func mustSubtract(
        _ address: Address,
        _ amount: TokenAmount
    ) throws(ActorError) {
        let previous = try get(address)
        if amount > previous { throw .uncoded("couldn't subtract the requested amount") }
        try add(address, .zero - amount)
    }

    /// The sum of all balances.
    package mutating func total() throws(ActorError) -> TokenAmount {
        var total = TokenAmount.zero
        try map.forEach { (_, amount) throws(ActorError) in
            total += amount
            return true
        }
        return total
    }

    /// Calls `body` with each address and its balance.
    package mutating func forEach(
        _ body: (ADTKey, TokenAmount) throws(ActorError) -> Bool
    ) throws(ActorError) {
        try map.forEach(body)
    }
}
