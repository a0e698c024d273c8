import Bytes
import CBOR
import IPLD
import Multiformats
import TestSupport
import Testing

@Suite struct AMTTests {
    @Test func `a root that nobody changed is written as it was read`() throws {
        let store = CountingStore()
        let array = AMT<Number>(store: store, bitWidth: 3)
        for number in 0..<40 as Range<UInt64> { try array.set(3 * number, Number(number)) }
        let root = try array.flush()
        for isDeferred in [false, true] {
            let again = try AMT<Number>(
                root: root,
                store: store,
                bitWidth: 3,
                isDeferred: isDeferred
            )
            #expect(again.count == 40)
            var first: CID?
            let firstCounts = try store.counting { first = try again.flush() }
            #expect(firstCounts == (0, 1))
            #expect(first == root)
            #expect(try again.get(51) == Number(17))
            var second: CID?
            let secondCounts = try store.counting { second = try again.flush() }
            #expect(secondCounts == (0, 1))
            #expect(second == root)
            try again.set(51, Number(18))
            #expect(try again.flush() != root)
            try again.set(51, Number(17))
            #expect(try again.flush() == root)
            try again.delete(117)
            #expect(try again.flush() != root)
        }
    }

    @Test func `a deferred root is checked when something is asked for`() throws {
        let store = MemoryBlockStore()
        // Width, height and count are right; the node has a bit without a value.
        let block: [UInt8] = [0x84, 0x03, 0x00, 0x01, 0x83, 0x41, 0x01, 0x80, 0x80]
        let cid = CID.dagCBOR(hashing: block)
        store.put(block, cid: cid)
        #expect(throws: IPLDError.self) { try AMT<Number>(root: cid, store: store) }
        let array = try AMT<Number>(root: cid, store: store, isDeferred: true)
        #expect(array.count == 1)
        #expect(throws: IPLDError.self) { try array.get(0) }
        #expect(throws: IPLDError.self) {
            try AMT<Number>(root: cid, store: store, bitWidth: 5, isDeferred: true)
        }
    }

    // MARK: - Against a dictionary

    @Test(arguments: [(1, AMTLayout.v3), (3, .v0), (3, .v3), (5, .v3), (8, .v3)])
    func `random changes agree with a dictionary and give the one root`(
        _ bitWidth: Int,
        _ layout: AMTLayout
    ) throws {
        var generator = SeededGenerator(seed: UInt64(bitWidth))
        let store = MemoryBlockStore()
        var array = AMT<Octets>(store: store, bitWidth: bitWidth, layout: layout)
        var model: [UInt64: Octets] = [:]
        let last: UInt64 = layout == .v0 ? 1 << 63 - 1 : .max - 1
        let indexes =
            (0..<150).map { _ in UInt64.random(in: 0...300, using: &generator) }
            + (0..<50).map { _ in UInt64.random(in: 0...1_000_000, using: &generator) }
            + (0..<5).map { last - $0 }
        for round in 0..<4000 {
            let index = indexes[Int.random(in: 0..<indexes.count, using: &generator)]
            let value = Octets(generator.bytes(Int.random(in: 0..<20, using: &generator)))
            let deletes = round / 1000 % 2 == 0 ? 2 : 8
            switch Int.random(in: 0..<12, using: &generator) {
            case 0..<deletes:
                let wasPresent = try array.delete(index)
                #expect(wasPresent == (model.removeValue(forKey: index) != nil))
            case 9:
                #expect(try array.get(index) == model[index])
            case 10 where round % 20 == 0:
                let root = try array.flush()
                array = try AMT(root: root, store: store, bitWidth: bitWidth, layout: layout)
            default:
                try array.set(index, value)
                model[index] = value
            }
            #expect(array.count == UInt64(model.count))
        }
        let order = model.keys.sorted()
        var found: [UInt64] = []
        try array.forEach { index, value in
            #expect(model[index] == value)
            found.append(index)
        }
        #expect(found == order)
        #expect(try array.firstIndex() == order.first)
        for start in order.prefix(5) + order.suffix(5) {
            var rest: [UInt64] = []
            try array.forEach(from: start) { index, _ in rest.append(index) }
            #expect(rest == order.filter { $0 >= start })
        }

        // Adding what is missing makes heights equal too: the oldest layout keeps the height of an array
        // that was emptied, so it has one root only for what never was empty.
        let root = try array.flush()
        let other = AMT<Octets>(store: store, bitWidth: bitWidth, layout: layout)
        for (index, value) in model.shuffled(using: &generator) { try other.set(index, value) }
        #expect(try other.flush() == root)
        for index in order { #expect(try other.delete(index)) }
        #expect(other.isEmpty)
        guard layout == .v3 else { return }
        let empty = AMT<Octets>(store: store, bitWidth: bitWidth, layout: layout)
        #expect(try other.flush() == empty.flush())
    }

    @Test func `elements from a sequence, appended ones and batches of deletions`() throws {
        let array = AMT<Number>(store: MemoryBlockStore(), bitWidth: 3)
        try array.set((0..<20).map { Number($0) })
        try array.append(Number(20))
        #expect(array.count == 21)
        #expect(try array.delete([20, 3, 99], isStrict: false))
        #expect(try !array.delete([20, 3, 99], isStrict: false))
        #expect(throws: IPLDError.indexOutOfRange(99)) {
            try array.delete([99, 4], isStrict: true)
        }
        #expect(try array.get(4) == nil)
        #expect(try array.pop(5) == Number(5))
        #expect(try array.pop(5) == nil)
        #expect(array.count == 17)
    }

    @Test func `the largest index is held and the next one is refused`() throws {
        for (layout, last) in [(AMTLayout.v0, UInt64(1) << 63 - 1), (.v3, UInt64.max - 1)] {
            let array = AMT<Number>(store: MemoryBlockStore(), layout: layout)
            try array.set(last, Number(1))
            #expect(try array.get(last) == Number(1))
            #expect(throws: IPLDError.indexOutOfRange(last + 1)) { try array.get(last + 1) }
            #expect(throws: IPLDError.indexOutOfRange(last + 1)) {
                try array.set(last + 1, Number(1))
            }
            #expect(throws: IPLDError.indexOutOfRange(last + 1)) { try array.delete(last + 1) }
        }
    }

    // MARK: - Accesses, worked out from the reference's algorithm

    private static func numbers(
        _ indexes: Range<UInt64>,
        in array: AMT<Number>
    ) throws {
        for index in indexes { try array.set(index, Number(index)) }
    }

    @Test func `reads happen on the way down, once, and only changed nodes are written`() throws {
        let store = CountingStore()
        let new = AMT<Number>(store: store)
        #expect(try store.counting { _ = try new.flush() } == (0, 1))
        #expect(try store.counting { try Self.numbers(0..<8, in: new) } == (0, 0))
        #expect(try store.counting { _ = try new.flush() } == (0, 1))
        // The ninth element adds a level; two leaves and the root are written.
        #expect(try store.counting { try Self.numbers(8..<9, in: new) } == (0, 0))
        let root = try new.flush()
        #expect(store.puts == 3)

        func load() throws -> AMT<Number> { try AMT(root: root, store: store) }
        #expect(try store.counting { _ = try load() } == (1, 0))
        var array = try load()
        #expect(try store.counting { _ = try array.get(0) } == (1, 0))
        #expect(try store.counting { _ = try array.get(1) } == (0, 0))
        #expect(try store.counting { _ = try array.get(9) } == (1, 0))
        #expect(try store.counting { _ = try array.get(16) } == (0, 0))
        #expect(try store.counting { _ = try array.get(64) } == (0, 0))
        #expect(try store.counting { _ = try array.flush() } == (0, 1))
        // Setting an element to the value it has does count as a change here.
        #expect(try store.counting { try array.set(0, Number(0)) } == (0, 0))
        #expect(try store.counting { _ = try array.flush() } == (0, 2))
        // Deleting what is absent does not.
        #expect(try !array.delete(10))
        #expect(try store.counting { _ = try array.flush() } == (0, 1))

        // The ninth element goes: its leaf is read, and then the other one, which becomes the root.
        array = try load()
        #expect(try store.counting { try array.delete(8) } == (2, 0))
        #expect(array.height == 0)
        #expect(try store.counting { _ = try array.flush() } == (0, 1))

        array = try load()
        #expect(try store.counting { try array.forEach(from: 8) { _, _ in } } == (1, 0))
        #expect(try store.counting { try array.forEach { _, _ in } } == (1, 0))
        #expect(try store.counting { try array.forEach { _, _ in } } == (0, 0))
        array = try load()
        #expect(try store.counting { _ = try array.firstIndex() } == (1, 0))
    }

    @Test func `leaves are written in order, before the root`() throws {
        let store = CountingStore()
        let array = AMT<Number>(store: store)
        try Self.numbers(20..<30, in: array)
        try Self.numbers(0..<10, in: array)
        store.accesses = []
        let root = try array.flush()
        let written = store.accesses
        #expect(written.last == .put(root))
        let read = try AMT<Number>(root: root, store: store)
        store.accesses = []
        try read.forEachIndex { _ in }
        let gets = store.accesses.map { access -> CountingStore.Access in
            if case .get(let cid) = access { .put(cid) } else { access }
        }
        #expect(gets == Array(written.dropLast()))
    }

    @Test func `the oldest layout writes what it has read and reads what it walks`() throws {
        let store = CountingStore()
        let new = AMT<Number>(store: store, layout: .v0)
        try Self.numbers(0..<8, in: new)
        // Growing writes the old root as a leaf at once.
        #expect(try store.counting { try Self.numbers(8..<9, in: new) } == (0, 1))
        #expect(try store.counting { _ = try new.flush() } == (0, 2))
        #expect(try store.counting { _ = try new.get(0) } == (1, 0))
        // Both leaves are in memory now, so both are written, each time.
        #expect(try store.counting { _ = try new.flush() } == (0, 3))
        let root = try new.flush()
        let array = try AMT<Number>(root: root, store: store, layout: .v0)
        #expect(try store.counting { try array.forEach(from: 8) { _, _ in } } == (2, 0))
        #expect(try store.counting { try array.forEach { _, _ in } } == (2, 0))
        #expect(try store.counting { _ = try array.flush() } == (0, 1))
    }

    @Test func `a store that fails leaves an array that can go on`() throws {
        let base = MemoryBlockStore()
        let source = AMT<Number>(store: base)
        try Self.numbers(0..<600, in: source)
        let root = try source.flush()
        let store = FailingStore(over: base, remaining: 1)
        let array = try AMT<Number>(root: root, store: store)
        var model = Dictionary(uniqueKeysWithValues: (0..<600 as Range<UInt64>).map { ($0, $0) })
        for index in 0..<600 as Range<UInt64> {
            store.remaining = Int(index % 4)
            if (try? array.set(index, Number(index + 1))) != nil { model[index] = index + 1 }
            store.remaining = Int(index % 3)
            _ = try? array.flush()
        }
        store.remaining = .max
        let fresh = AMT<Number>(store: base)
        for (index, value) in model { try fresh.set(index, Number(value)) }
        #expect(try array.flush() == fresh.flush())
    }

    // MARK: - Bad blocks

    private static func refused(_ hex: String, _ reason: CBORError.Reason) throws {
        let block = try #require([UInt8](hex: hex))
        let store = MemoryBlockStore()
        let cid = CID.dagCBOR(hashing: block)
        store.put(block, cid: cid)
        let error = #expect(throws: IPLDError.self, "\(hex)") {
            _ = try AMT<Number>(root: cid, store: store)
        }
        #expect(error?.malformation == reason, "\(hex)")
    }

    @Test func `a root that breaks a rule is refused with the rule`() throws {
        // [3, 0, 1, [h'01', [], [7]]] is sound.
        try Self.refused("", .truncated)
        try Self.refused("830001834101808107", .unexpectedCount(expected: 4, found: 3))
        try Self.refused("84040001834101808107", .invalid("bit width 4 instead of 3"))
        try Self.refused("8403000183410180810700", .trailingBytes(count: 1))
        try Self.refused("84030009834101808107", .invalid("9 elements at height 0"))
        try Self.refused("8403160083410080" + "80", .invalid("height 22"))
        try Self.refused("84030100" + "83410080" + "80", .invalid("an empty node"))
        try Self.refused("84030000" + "83410180" + "80", .invalid("0 elements for 1 bits"))
        try Self.refused("84030001" + "8342010080" + "8107", .tooLong(limit: 1, found: 2))
        try Self.refused("84030001" + "834080" + "8107", .invalid("bit map of 0 bytes"))
        try Self.refused("84030001" + "83410380" + "8107", .invalid("1 elements for 2 bits"))
        try Self.refused("84030001" + "83410180" + "820707", .invalid("2 elements for 1 bits"))
        try Self.refused("84030101" + "83410180" + "8107", .invalid("values in an inner node"))
        let link = "d82a5827000171a0e40220" + String(repeating: "00", count: 32)
        try Self.refused("84030001" + "83410181\(link)80", .invalid("links in a leaf"))
        try Self.refused("84030001" + "83410181\(link)8107", .invalid("links in a leaf"))
        let raw = "d82a5827000155a0e40220" + String(repeating: "00", count: 32)
        try Self.refused(
            "84030101" + "83410181\(raw)80",
            .invalid("link to something other than dag-cbor")
        )
    }

    @Test(arguments: [AMTLayout.v0, .v3])
    func `damaged and random nodes give an error and never a crash`(_ layout: AMTLayout) throws {
        var generator = SeededGenerator(seed: 41)
        let source = MemoryBlockStore()
        let array = AMT<Number>(store: source, layout: layout)
        try Self.numbers(0..<4, in: array)
        let leaf = try #require(source.get(try array.flush()))
        try Self.numbers(4..<70, in: array)
        let root = try array.flush()
        let tall = try #require(source.get(root))
        for round in 0..<60_000 {
            var block = round % 5 == 0 ? generator.bytes(40) : round % 2 == 0 ? leaf : tall
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0..<block.count, using: &generator)
                block[place] = UInt8.random(in: 0...255, using: &generator)
            }
            // The store takes the word of whoever puts, so a damaged node can stand for any CID.
            let store = MemoryBlockStore()
            store.put(block, cid: root)
            if let damaged = try? AMT<Number>(root: root, store: store, layout: layout) {
                try? damaged.forEach { _, _ in }
                _ = try? damaged.firstIndex()
                _ = try? damaged.delete(3)
                _ = try? damaged.set(100, Number(1))
                _ = try? damaged.flush()
            }
        }
    }
}
