import CBOR
import IPLD
import Multiformats

/// A byte string as a value.
struct Octets: CBORCodable, Hashable {
    let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    init(from decoder: inout CBORDecoder) throws(CBORError) {
        bytes = try decoder.bytes(max: 1 << 20)
    }

    func encode(to encoder: inout CBOREncoder) { encoder.bytes(bytes) }
}

/// An unsigned integer as a value.
struct Number: CBORCodable, Hashable {
    let value: UInt64

    init(_ value: UInt64) { self.value = value }

    init(from decoder: inout CBORDecoder) throws(CBORError) {
        value = try decoder.unsigned()
    }

    func encode(to encoder: inout CBOREncoder) { encoder.unsigned(value) }
}

/// Notes every access, in order: what gas is charged for.
final class CountingStore: BlockStore {
    enum Access: Hashable {
        case get(CID)
        case put(CID)
    }

    let base: MemoryBlockStore = MemoryBlockStore()
    var accesses: [Access] = []

    var gets: Int { accesses.count { if case .get = $0 { true } else { false } } }
    var puts: Int { accesses.count { if case .put = $0 { true } else { false } } }

    func get(_ cid: CID) throws -> [UInt8]? {
        accesses.append(.get(cid))
        return base.get(cid)
    }

    func put(_ block: [UInt8], cid: CID) throws {
        accesses.append(.put(cid))
        base.put(block, cid: cid)
    }

    /// Counts the accesses of `body` alone.
    func counting(_ body: () throws -> Void) rethrows -> (gets: Int, puts: Int) {
        accesses = []
        try body()
        return (gets, puts)
    }
}

/// A store in which everything fails after a number of accesses, as when gas runs out.
final class FailingStore: BlockStore {
    struct Exhausted: Error {}

    let base: any BlockStore
    var remaining: Int

    init(over base: any BlockStore, remaining: Int) {
        self.base = base
        self.remaining = remaining
    }

    func get(_ cid: CID) throws -> [UInt8]? {
        try spend()
        return try base.get(cid)
    }

    func put(_ block: [UInt8], cid: CID) throws {
        try spend()
        try base.put(block, cid: cid)
    }

    private func spend() throws {
        guard remaining > 0 else { throw Exhausted() }
        remaining -= 1
    }
}

extension IPLDError {
    /// What is wrong with the block of ``IPLDError/malformed(_:_:)``.
    var malformation: CBORError.Reason? {
        if case .malformed(_, let error) = self { error.reason } else { nil }
    }
}
