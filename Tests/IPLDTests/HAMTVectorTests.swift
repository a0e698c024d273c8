import Bytes
import CBOR
import Foundation
import IPLD
import Multiformats
import TestSupport
import Testing

/// Contents and roots from ref-fvm's tests; the file lists them in words, here they are as code.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct HAMTVectorTests {
    struct Golden: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let bitWidth: Int
        let hash: String
        let cid: String

        var testDescription: String { name }
    }

    private struct File: Decodable { let cases: [Golden] }

    static let goldens: [Golden] = {
        guard let bytes = try? Vectors.bytes("hamt/hamt-golden.json"),
            let file = try? JSONDecoder().decode(File.self, from: Data(bytes))
        else { return [] }
        return file.cases
    }()

    @Test func `all twenty vectors are there`() {
        #expect(Self.goldens.count == 20)
    }

    @Test(arguments: goldens)
    func `the content gives the root`(_ golden: Golden) throws {
        let store = MemoryBlockStore()
        let hash: HAMTHash = golden.hash == "identity" ? .identity : .sha256
        let isNumeric = golden.name.hasPrefix("child-order")
        if isNumeric {
            let map = HAMT<Number>(store: store, bitWidth: golden.bitWidth, hash: hash)
            for key in UInt64(100)...194 { try map.set(Varint.encode(key), Number(42)) }
            if golden.name.hasSuffix("2") {
                #expect(try map.delete(Varint.encode(104)))
                #expect(try map.delete(Varint.encode(108)))
            }
            #expect(try map.flush().description == golden.cid)
            return
        }
        let map = HAMT<Octets>(store: store, bitWidth: golden.bitWidth, hash: hash)
        try Self.fill(map, as: golden.name)
        let root = try map.flush()
        #expect(root.description == golden.cid)
        // What was written reads back as the same map.
        let again = try HAMT<Octets>(
            root: root,
            store: store,
            bitWidth: golden.bitWidth,
            hash: hash
        )
        try again.forEach { key, value in
            let expected = try map.find(key)
            #expect(expected == value)
        }
        #expect(try again.flush() == root)
    }

    private static func fill(_ map: HAMT<Octets>, as name: String) throws {
        func set(_ key: String, _ value: String) throws {
            try map.set(Array(key.utf8), Octets(value))
        }
        func delete(_ key: String) throws {
            #expect(try map.delete(Array(key.utf8)))
        }
        switch name {
        case "empty": #expect(try map.isEmpty)
        case "set-if-absent":
            #expect(try map.setIfAbsent(Array("favorite-animal".utf8), Octets("owl bear")))
            #expect(try !map.setIfAbsent(Array("favorite-animal".utf8), Octets("bright")))
        case "delete-1", "delete-2":
            try set("foo", "cat dog bear")
            try set("bar", "cat dog")
            try set("baz", "cat")
            if name == "delete-2" { try delete("foo") }
        case "delete-case": try map.set([0], Octets("Test data"))
        case "set-delete-many-200", "set-delete-many-400":
            // The larger set passes over the smaller, and back again.
            for key in 0..<400 { try set("\(key)", "\(key)") }
            guard name.hasSuffix("200") else { return }
            for key in 200..<400 { try delete("\(key)") }
        case "for-each-mod":
            for key in 0..<200 { try set("\(key)", "\(key)") }
            for key in [10, 80, 81] { try set("\(key)", "modified-\(key)") }
            try delete("30")
        case "no-effect-1", "no-effect-2":
            for key in 0..<30 { try set("\(key)", "filler") }
            if name == "no-effect-2" { try set("favorite-animal", "bright green bear") }
        case _ where name.hasPrefix("canon-K.."):
            for (value, key) in ["K0", "K1", "KAA1", "KAA2", "KAA3"].enumerated() {
                try set(key, "\(value)")
            }
        case _ where name.hasPrefix("canon-K-"): try set("K", "0")
        default: Issue.record("vector \(name) is new")
        }
    }
}
