import Bytes
import CBOR
import IPLD
import Multiformats
import TestSupport
import Testing

@Suite struct HAMTTests {
    @Test func `a root that nobody changed is written as it was read`() throws {
        let store = CountingStore()
        let map = HAMT<Number>(store: store, bitWidth: 5)
        for number in 0..<40 as Range<UInt8> { try map.set([number], Number(UInt64(number))) }
        let root = try map.flush()
        for isDeferred in [false, true] {
            let again = try HAMT<Number>(
                root: root,
                store: store,
                bitWidth: 5,
                isDeferred: isDeferred
            )
            var first: CID?
            let firstCounts = try store.counting { first = try again.flush() }
            #expect(firstCounts == (0, 1))
            #expect(first == root)
            #expect(try again.find([17]) == Number(17))
            try again.set([17], Number(17))
            var second: CID?
            let secondCounts = try store.counting { second = try again.flush() }
            #expect(secondCounts == (0, 1))
            #expect(second == root)
            try again.set([17], Number(18))
            let changed = try again.flush()
            #expect(changed != root)
            try again.set([17], Number(17))
            #expect(try again.flush() == root)
        }
    }

    @Test func `a deferred root is checked when something is asked for`() throws {
        let store = MemoryBlockStore()
        let cid = CID.dagCBOR(hashing: [0x82, 0x41, 0x01, 0x80])
        store.put([0x82, 0x41, 0x01, 0x80], cid: cid)
        #expect(throws: IPLDError.self) { try HAMT<Number>(root: cid, store: store, bitWidth: 5) }
        let map = try HAMT<Number>(root: cid, store: store, bitWidth: 5, isDeferred: true)
        #expect(throws: IPLDError.self) { try map.find([1]) }
        #expect(throws: IPLDError.self) { _ = try map.isEmpty }
        #expect(throws: IPLDError.self) { try map.set([1], Number(1)) }
    }

    // MARK: - Against a dictionary

    struct Shape: Sendable, CustomTestStringConvertible {
        let bitWidth: Int
        let layout: HAMTLayout
        let hash: HAMTHash

        var testDescription: String { "width \(bitWidth), \(layout), \(hash)" }
    }

    static let shapes: [Shape] = [
        Shape(bitWidth: 1, layout: .v3, hash: .sha256),
        Shape(bitWidth: 3, layout: .v0, hash: .sha256),
        Shape(bitWidth: 5, layout: .v0, hash: .sha256),
        Shape(bitWidth: 5, layout: .v3, hash: .sha256),
        Shape(bitWidth: 7, layout: .v3, hash: .identity),
        Shape(bitWidth: 8, layout: .v3, hash: .sha256),
        Shape(bitWidth: 8, layout: .v0, hash: .identity),
    ]

    @Test(arguments: shapes)
    func `random changes agree with a dictionary and give the one root`(_ shape: Shape) throws {
        var generator = SeededGenerator(seed: UInt64(shape.bitWidth))
        let store = MemoryBlockStore()
        var map = HAMT<Octets>(
            store: store,
            bitWidth: shape.bitWidth,
            layout: shape.layout,
            hash: shape.hash
        )
        var model: [[UInt8]: Octets] = [:]
        // Few byte values make long common paths in the identity hash.
        let keys = (0..<300).map { _ in
            (0..<6).map { _ in UInt8.random(in: 0...2, using: &generator) }
        }
        for round in 0..<4000 {
            let key = keys[Int.random(in: 0..<keys.count, using: &generator)]
            let value = Octets(generator.bytes(Int.random(in: 0..<20, using: &generator)))
            // The share of deletions changes, so the map grows and shrinks.
            let deletes = round / 1000 % 2 == 0 ? 2 : 8
            switch Int.random(in: 0..<12, using: &generator) {
            case 0..<deletes:
                let wasPresent = try map.delete(key)
                #expect(wasPresent == (model.removeValue(forKey: key) != nil))
            case deletes:
                let wasAbsent = try map.setIfAbsent(key, value)
                #expect(wasAbsent == (model[key] == nil))
                model[key] = model[key] ?? value
            case 9:
                #expect(try map.find(key) == model[key])
            case 10 where round % 20 == 0:
                let root = try map.flush()
                map = try HAMT(
                    root: root,
                    store: store,
                    bitWidth: shape.bitWidth,
                    layout: shape.layout,
                    hash: shape.hash
                )
            default:
                try map.set(key, value)
                model[key] = value
            }
        }
        var found: [[UInt8]: Octets] = [:]
        try map.forEach { key, value in
            #expect(found.updateValue(value, forKey: key) == nil)
        }
        #expect(found == model)
        #expect(try map.isEmpty == model.isEmpty)

        let root = try map.flush()
        let other = HAMT<Octets>(
            store: store,
            bitWidth: shape.bitWidth,
            layout: shape.layout,
            hash: shape.hash
        )
        for (key, value) in model.shuffled(using: &generator) { try other.set(key, value) }
        #expect(try other.flush() == root)
        for key in model.keys { #expect(try other.delete(key)) }
        let empty = HAMT<Octets>(
            store: store,
            bitWidth: shape.bitWidth,
            layout: shape.layout,
            hash: shape.hash
        )
        #expect(try other.flush() == empty.flush())
    }

    @Test func `entries come in the order of the hashes of their keys`() throws {
        let map = HAMT<Number>(store: MemoryBlockStore(), bitWidth: 5, hash: .identity)
        let keys: [[UInt8]] = (0...255).map { [$0, 255 - $0] }
        for (place, key) in keys.shuffled().enumerated() { try map.set(key, Number(UInt64(place))) }
        var found: [[UInt8]] = []
        try map.forEachKey { found.append($0) }
        #expect(found == keys)
    }

    @Test func `keys with one path fill a bucket and the next is refused, changing nothing`() throws
    {
        let map = HAMT<Number>(store: MemoryBlockStore(), bitWidth: 5, hash: .identity)
        for length in 1...3 {
            try map.set([UInt8](repeating: 0, count: length), Number(UInt64(length)))
        }
        let root = try map.flush()
        #expect(throws: IPLDError.tooDeep) { try map.set([0, 0, 0, 0], Number(4)) }
        #expect(try map.flush() == root)
    }

    // MARK: - Accesses, worked out from the reference's algorithm

    /// Keys of one bucket or child: the identity hash with width 8 goes by the first byte.
    private static func key(_ first: UInt8, _ second: UInt8) -> [UInt8] { [first, second] }

    private static func family(
        _ first: UInt8,
        count: UInt8,
        in map: HAMT<Number>
    ) throws {
        for second in 0..<count { try map.set(key(first, second), Number(UInt64(second))) }
    }

    @Test func `reads happen on the way down, once, and only changed nodes are written`() throws {
        let store = CountingStore()
        let new = HAMT<Number>(store: store, bitWidth: 8, hash: .identity)
        #expect(try store.counting { _ = try new.flush() } == (0, 1))
        // Three entries fit into the root's bucket.
        #expect(try store.counting { try Self.family(1, count: 3, in: new) } == (0, 0))
        #expect(try store.counting { _ = try new.flush() } == (0, 1))
        // The fourth makes a child, written at the flush, before the root.
        #expect(try store.counting { try Self.family(1, count: 4, in: new) } == (0, 0))
        #expect(try store.counting { _ = try new.flush() } == (0, 2))

        let root = try new.flush()
        var read: HAMT<Number>?
        let loading = try store.counting {
            read = try HAMT(root: root, store: store, bitWidth: 8, hash: .identity)
        }
        #expect(loading == (1, 0))
        let map = try #require(read)
        #expect(try store.counting { _ = try map.find(Self.key(1, 0)) } == (1, 0))
        #expect(try store.counting { _ = try map.find(Self.key(1, 1)) } == (0, 0))
        #expect(try store.counting { _ = try map.find(Self.key(2, 0)) } == (0, 0))
        // Nothing changed, and yet the root is written.
        #expect(try store.counting { _ = try map.flush() } == (0, 1))
        #expect(try store.counting { try map.set(Self.key(1, 2), Number(2)) } == (0, 0))
        #expect(try store.counting { _ = try map.flush() } == (0, 1))
        try map.set(Self.key(1, 2), Number(22))
        #expect(try store.counting { _ = try map.flush() } == (0, 2))
        // Deleting what is absent changes nothing; deleting the fourth entry takes the child back.
        #expect(try !map.delete(Self.key(1, 9)))
        #expect(try store.counting { _ = try map.flush() } == (0, 1))
        #expect(try map.delete(Self.key(1, 3)))
        #expect(try store.counting { _ = try map.flush() } == (0, 1))
    }

    @Test func `children are written in the order of their places, before the root`() throws {
        let store = CountingStore()
        let map = HAMT<Number>(store: store, bitWidth: 8, hash: .identity)
        for first: UInt8 in [9, 3, 200] { try Self.family(first, count: 4, in: map) }
        store.accesses = []
        let root = try map.flush()
        #expect(store.accesses.count == 4)
        #expect(store.accesses.last == .put(root))
        let read = try HAMT<Number>(root: root, store: store, bitWidth: 8, hash: .identity)
        let written = store.accesses.prefix(3)
        store.accesses = []
        try read.forEachKey { _ in }
        let gets = store.accesses.map { access -> CountingStore.Access in
            if case .get(let cid) = access { .put(cid) } else { access }
        }
        #expect(gets == Array(written))
        // A second walk reads nothing.
        #expect(try store.counting { try read.forEachKey { _ in } } == (0, 0))
    }

    @Test func `the oldest layout writes new nodes at once and forgets what it wrote`() throws {
        let store = CountingStore()
        let map = HAMT<Number>(store: store, bitWidth: 8, layout: .v0, hash: .identity)
        #expect(try store.counting { try Self.family(1, count: 3, in: map) } == (0, 0))
        #expect(try store.counting { try map.set(Self.key(1, 3), Number(3)) } == (0, 1))
        #expect(try store.counting { _ = try map.flush() } == (0, 1))
        #expect(try store.counting { _ = try map.find(Self.key(1, 0)) } == (1, 0))
        // It was only read, but it is written again.
        #expect(try store.counting { _ = try map.flush() } == (0, 2))
        #expect(try store.counting { _ = try map.find(Self.key(1, 0)) } == (1, 0))
    }

    @Test func `a store that fails leaves a map that can go on`() throws {
        let base = MemoryBlockStore()
        let source = HAMT<Number>(store: base, bitWidth: 5)
        var model: [[UInt8]: UInt64] = [:]
        for number in 0..<500 as Range<UInt64> {
            try source.set(Array("\(number)".utf8), Number(number))
            model[Array("\(number)".utf8)] = number
        }
        let root = try source.flush()
        let store = FailingStore(over: base, remaining: 1)
        let map = try HAMT<Number>(root: root, store: store, bitWidth: 5)
        for number in 0..<500 as Range<UInt64> {
            let key = Array("\(number)".utf8)
            store.remaining = Int(number % 3)
            if (try? map.set(key, Number(number + 1))) != nil { model[key] = number + 1 }
            store.remaining = Int(number % 2)
            if (try? map.delete(Array("\(number / 2)".utf8))) ?? false {
                model[Array("\(number / 2)".utf8)] = nil
            }
            store.remaining = 3
            _ = try? map.flush()
        }
        store.remaining = .max
        let fresh = HAMT<Number>(store: base, bitWidth: 5)
        for (key, value) in model { try fresh.set(key, Number(value)) }
        #expect(try map.flush() == fresh.flush())
    }

    // MARK: - Bad blocks

    private static func refused(
        _ hex: String,
        _ reason: CBORError.Reason,
        layout: HAMTLayout = .v3
    ) throws {
        let block = try #require([UInt8](hex: hex))
        let store = MemoryBlockStore()
        let cid = CID.dagCBOR(hashing: block)
        store.put(block, cid: cid)
        let error = #expect(throws: IPLDError.self, "\(hex)") {
            _ = try HAMT<Number>(root: cid, store: store, bitWidth: 5, layout: layout)
        }
        #expect(error?.malformation == reason, "\(hex)")
    }

    @Test func `a root that breaks a rule is refused with the rule`() throws {
        // [h'02', [[["a", 1]]]] is sound: one pointer at place 1, a bucket with one entry.
        let bucket = "8182416101"
        try Self.refused("", .truncated)
        try Self.refused("80", .unexpectedCount(expected: 2, found: 0))
        try Self.refused("8240", .truncated)
        try Self.refused("82400000", .unexpectedType(expected: .array, found: .unsigned))
        try Self.refused("824080f6", .trailingBytes(count: 1))
        try Self.refused("82418080", .invalid("0 pointers for 1 bits"))
        try Self.refused("82410180", .invalid("0 pointers for 1 bits"))
        try Self.refused("8242000281\(bucket)", .invalid("bit field with a leading zero"))
        try Self.refused("8245010000000081\(bucket)", .invalid("bit field beyond the width"))
        try Self.refused("82410381\(bucket)", .invalid("1 pointers for 2 bits"))
        try Self.refused("8241028180", .invalid("empty bucket"))
        try Self.refused(
            "8241028184" + String(repeating: "82416101", count: 4),
            .tooLong(limit: 3, found: 4)
        )
        let outOfOrder = CBORError.Reason.invalid("keys of a bucket out of order")
        try Self.refused("82410281828241620182416101", outOfOrder)
        try Self.refused("82410281828241610182416102", outOfOrder)
        try Self.refused("824102818182416118", .truncated)
        try Self.refused("82410281818241611817", .notMinimal)
        // A link to a raw block.
        try Self.refused(
            "82410281d82a5827000155a0e40220" + String(repeating: "00", count: 32),
            .invalid("link to something other than dag-cbor")
        )
        try Self.refused(
            "82410281a1613281\(bucket)",
            .invalid("pointer key is neither 0 nor 1"),
            layout: .v0
        )
        try Self.refused("82410281a0", .invalid("empty pointer"), layout: .v0)
        try Self.refused(
            "82410281\(bucket)",
            .unexpectedType(expected: .map, found: .array),
            layout: .v0
        )
    }

    @Test func `a child that could be a bucket is refused`() throws {
        let store = MemoryBlockStore()
        let map = HAMT<Number>(store: store, bitWidth: 8, hash: .identity)
        for second: UInt8 in 0..<3 { try map.set([second], Number(0)) }
        let small = try map.flush()
        // A root whose only pointer leads to that node of three entries.
        let link = "d82a582700" + small.bytes.hex
        let block = try #require([UInt8](hex: "824102" + "81" + link))
        let root = CID.dagCBOR(hashing: block)
        store.put(block, cid: root)
        let read = try HAMT<Number>(root: root, store: store, bitWidth: 8, hash: .identity)
        let reason = CBORError.Reason.invalid("a child that fits into a bucket")
        let finding = #expect(throws: IPLDError.self) { _ = try read.find([1, 1]) }
        #expect(finding?.malformation == reason)
        let walking = #expect(throws: IPLDError.self) { try read.forEachKey { _ in } }
        #expect(walking?.malformation == reason)
    }

    @Test func `a missing block is named`() throws {
        let cid = CID.dagCBOR(hashing: [0])
        #expect(throws: IPLDError.blockNotFound(cid)) {
            _ = try HAMT<Number>(root: cid, store: MemoryBlockStore(), bitWidth: 5)
        }
    }

    @Test(arguments: [HAMTLayout.v0, .v3])
    func `damaged and random nodes give an error and never a crash`(_ layout: HAMTLayout) throws {
        var generator = SeededGenerator(seed: 31)
        let source = CountingStore()
        let map = HAMT<Octets>(store: source, bitWidth: 3, layout: layout)
        for number in 0..<40 { try map.set(Array("\(number)".utf8), Octets("\(number)")) }
        let root = try map.flush()
        let blocks = Array(Set(source.base.cids)).compactMap { source.base.get($0) }
        for round in 0..<60_000 {
            var block = round % 5 == 0 ? generator.bytes(40) : blocks[round % blocks.count]
            for _ in 0..<Int.random(in: 1...3, using: &generator) where !block.isEmpty {
                let place = Int.random(in: 0..<block.count, using: &generator)
                block[place] = UInt8.random(in: 0...255, using: &generator)
            }
            // The store takes the word of whoever puts, so a damaged node can stand for any CID.
            let store = MemoryBlockStore()
            store.put(block, cid: root)
            if let damaged = try? HAMT<Octets>(
                root: root,
                store: store,
                bitWidth: 3,
                layout: layout
            ) {
                try? damaged.forEach { _, _ in }
                _ = try? damaged.delete(Array("7".utf8))
                _ = try? damaged.flush()
            }
        }
    }
}
