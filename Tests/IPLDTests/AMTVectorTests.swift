import CBOR
import Foundation
import IPLD
import Multiformats
import TestSupport
import Testing

/// Contents and roots from ref-fvm's tests; the file lists them in words, here they are as code.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct AMTVectorTests {
    struct Golden: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let layout: String
        let bitWidth: Int
        let cid: String

        var testDescription: String { name }
    }

    private struct File: Decodable { let cases: [Golden] }

    static let goldens: [Golden] = {
        guard let bytes = try? Vectors.bytes("amt/amt-golden.json"),
            let file = try? JSONDecoder().decode(File.self, from: Data(bytes))
        else { return [] }
        return file.cases
    }()

    @Test func `all eleven vectors are there`() {
        #expect(Self.goldens.count == 11)
    }

    @Test(arguments: goldens)
    func `the content gives the root`(_ golden: Golden) throws {
        let store = MemoryBlockStore()
        let layout: AMTLayout = golden.layout == "v0" ? .v0 : .v3
        let array = AMT<Octets>(store: store, bitWidth: golden.bitWidth, layout: layout)
        try Self.fill(array, as: golden.name)
        let root = try array.flush()
        #expect(root.description == golden.cid)
        // What was written reads back as the same array.
        let again = try AMT<Octets>(
            root: root,
            store: store,
            bitWidth: golden.bitWidth,
            layout: layout
        )
        var count: UInt64 = 0
        try again.forEach { index, value in
            count += 1
            let expected = try array.get(index)
            #expect(expected == value)
        }
        #expect(count == array.count)
        #expect(try again.flush() == root)
    }

    private static func fill(_ array: AMT<Octets>, as name: String) throws {
        func set(_ indexes: some Sequence<UInt64>, _ value: String) throws {
            for index in indexes { try array.set(index, Octets(value)) }
        }
        switch name {
        case "basic", "basic-v0": try set([2], "foo")
        case "out-of-range":
            #expect(throws: IPLDError.indexOutOfRange(.max)) { try set([.max], "what is up") }
            try set([.max - 1, .max - 2], "what is up")
            #expect(array.height == 21)
        case "expand":
            try set([2], "foo")
            try set([11], "bar")
            try set([79], "baz")
        case "bulk": try set(0..<5000, "foo foo bar")
        case "delete":
            try set(0...3, "cat")
            for index in UInt64(0)...3 { #expect(try array.delete(index)) }
            try set([23, 24], "dog")
            #expect(try array.delete(23))
        case "delete-first":
            try set([0, 27], "cat")
            #expect(try array.delete(27))
            #expect(array.height == 0)
        case "reduce-height":
            try set([1], "thing")
            try set([37], "other")
            #expect(array.height == 1)
            #expect(try array.delete(37))
            #expect(array.height == 0)
        case "for-each": try set((0..<10_000).filter { ($0 + 1) % 3 == 0 }, "value")
        case "mutate": try set([1, 9, 66, 74, 82, 515], "value")
        case "empty":
            try set([100_000], "far")
            #expect(try array.delete(100_000))
        default: Issue.record("vector \(name) is new")
        }
    }
}
