import Foundation
import TestSupport
import Testing

@testable import KeyValueStore

/// The stores that every test of behaviour runs on.
enum Kind: CaseIterable {
    case memory, rocks

    func open(_ directory: TemporaryDirectory) throws -> any KeyValueStore {
        switch self {
        case .memory: MemoryStore()
        case .rocks: try RocksDBStore(path: directory.path("db"))
        }
    }
}

@Suite struct KeyValueStoreTests {
    @Test(arguments: Kind.allCases)
    func `what is put is there until it is deleted`(_ kind: Kind) throws {
        let directory = try TemporaryDirectory()
        let store = try kind.open(directory)
        let entries: [([UInt8], [UInt8])] = [
            ([], [1]), ([0], []), ([0, 0], [0]), ([0xff], [UInt8](repeating: 9, count: 1 << 20)),
        ]
        for (key, value) in entries { try store.put(key, value) }
        for (key, value) in entries {
            #expect(try store.get(key) == value)
            #expect(try store.contains(key))
        }
        #expect(try store.get([1]) == nil)
        #expect(try !store.contains([1]))
        try store.delete([0])
        try store.delete([0])
        #expect(try store.get([0]) == nil)
        try store.sync()
        store.close()
    }

    @Test(arguments: Kind.allCases)
    func `a batch applies its changes in order`(_ kind: Kind) throws {
        let directory = try TemporaryDirectory()
        let store = try kind.open(directory)
        var batch = KeyValueBatch()
        batch.put([1], [1])
        batch.put([2], [2])
        batch.delete([1])
        batch.put([2], [3])
        try store.write(batch)
        #expect(try store.get([1]) == nil)
        #expect(try store.get([2]) == [3])
        store.close()
    }

    @Test(arguments: Kind.allCases)
    func `batches of random changes leave what they say, also where keys repeat`(
        _ kind: Kind
    ) throws {
        let directory = try TemporaryDirectory()
        let store = try kind.open(directory)
        var generator = SeededGenerator(seed: 7)
        var expected: [[UInt8]: [UInt8]] = [:]
        for _ in 0..<50 {
            // Keys with a common beginning, some of them beginnings of others, few enough to come again.
            let prefix = [UInt8](repeating: 5, count: .random(in: 0...9, using: &generator))
            var batch = KeyValueBatch()
            for _ in 0..<Int.random(in: 0...300, using: &generator) {
                let tail = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                    UInt8.random(in: 0...3, using: &generator)
                }
                let key = prefix + tail
                if Bool.random(using: &generator) {
                    let value = [UInt8.random(in: 0...255, using: &generator)]
                    batch.put(key, value)
                    expected[key] = value
                } else {
                    batch.delete(key)
                    expected[key] = nil
                }
            }
            try store.write(batch)
        }
        var found: [[UInt8]: [UInt8]] = [:]
        try store.iterate(prefix: []) { key, value in
            found[key] = value
            return true
        }
        #expect(found == expected)
        store.close()
    }

    @Test func `an empty value of an empty key is written`() throws {
        let directory = try TemporaryDirectory()
        let store = try Kind.rocks.open(directory)
        try store.put([], [])
        #expect(try store.contains([]))
        store.close()
    }

    @Test(arguments: Kind.allCases)
    func `iteration is in byte order, within the prefix, on one state, and may stop`(
        _ kind: Kind
    ) throws {
        let directory = try TemporaryDirectory()
        let store = try kind.open(directory)
        var random = SeededGenerator(seed: 7)
        var expected: [[UInt8]] = []
        for _ in 0..<500 {
            let key =
                [UInt8](repeating: 5, count: 1)
                + random.bytes(Int.random(in: 0...3, using: &random))
            try store.put(key, key + [1])
            expected.append(key)
        }
        for key: [UInt8] in [[4], [4, 0xff], [6], []] { try store.put(key, [0]) }
        expected = Set(expected).sorted { $0.lexicographicallyPrecedes($1) }
        func keys(prefix: [UInt8], from start: [UInt8], limit: Int = .max) throws -> [[UInt8]] {
            var keys: [[UInt8]] = []
            try store.iterate(prefix: prefix, from: start) { key, value throws(KeyValueError) in
                #expect(value == key + [1] || value == [0])
                keys.append(key)
                try store.put([5, 1, 2, 3, 4], [5, 1, 2, 3, 4, 1])
                return keys.count < limit
            }
            return keys
        }
        #expect(try keys(prefix: [5], from: [5]) == expected)
        try store.delete([5, 1, 2, 3, 4])
        #expect(try keys(prefix: [5], from: []) == expected)
        try store.delete([5, 1, 2, 3, 4])
        let middle = expected[expected.count / 2]
        #expect(
            try keys(prefix: [5], from: middle)
                == expected.suffix(from: expected.count / 2).map { $0 }
        )
        try store.delete([5, 1, 2, 3, 4])
        #expect(try keys(prefix: [5], from: [5], limit: 3) == Array(expected.prefix(3)))
        #expect(try keys(prefix: [5], from: [6]) == [])
        #expect(try keys(prefix: [], from: [], limit: 1) == [[]])
        store.close()
    }

    @Test(arguments: Kind.allCases)
    func `a closed store fails and closing twice does nothing`(_ kind: Kind) throws {
        let directory = try TemporaryDirectory()
        let store = try kind.open(directory)
        try store.iterate(prefix: []) { _, _ throws(KeyValueError) in true }
        store.close()
        store.close()
        do throws(KeyValueError) {
            _ = try store.get([1])
            Issue.record("the store is closed")
        } catch {
            #expect(error.code == .closed)
        }
    }

    @Test(arguments: Kind.allCases)
    func `threads may work at once, also while it closes`(_ kind: Kind) async throws {
        let directory = try TemporaryDirectory()
        let store = try kind.open(directory)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<4 {
                group.addTask {
                    for index in 0..<500 {
                        let key = [UInt8(task), UInt8(index & 0xff)]
                        try? store.put(key, key)
                        _ = try? store.get(key)
                    }
                    if task == 0 { store.close() }
                }
            }
        }
        #expect(throws: KeyValueError.self) { try store.get([]) }
    }

    @Test func `RocksDB keeps its entries, one process at a time`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("db")
        let store = try RocksDBStore(path: path)
        for index in 0..<1000 { try store.put(Array("key\(index)".utf8), [UInt8(index & 0xff)]) }
        do throws(KeyValueError) {
            _ = try RocksDBStore(path: path)
            Issue.record("opened twice")
        } catch {
            #expect(error.code == .inUse, "\(error)")
        }
        // The files of a process that died at this moment.
        let copy = directory.path("copy")
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        let recovered = try RocksDBStore(path: copy)
        #expect(try recovered.get(Array("key999".utf8)) == [UInt8(999 & 0xff)])
        recovered.close()
        store.close()
        let again = try RocksDBStore(path: path, options: RocksDBOptions(compresses: false))
        var count = 0
        try again.iterate(prefix: Array("key".utf8)) { _, _ throws(KeyValueError) in
            count += 1
            return true
        }
        #expect(count == 1000)
        again.close()
        #expect(throws: KeyValueError.self) { try RocksDBStore(path: "/proc/nowhere/db") }
    }
}
