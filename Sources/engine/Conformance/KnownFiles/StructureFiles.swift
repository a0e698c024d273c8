internal import Bytes
internal import CBOR
internal import IPLD
internal import JSON
internal import Multiformats

extension KnownFileSet {
    /// HAMT and AMT: contents, which the files describe in words, and roots.
    static let structureFiles: [KnownFile] = [
        KnownFile("hamt/hamt-golden.json") { file in
            try file.json().list("cases").map { row in
                KnownFile.Row(try row.text("name")) { try map(row) }
            }
        },
        KnownFile("amt/amt-golden.json") { file in
            try file.json().list("cases").map { row in
                KnownFile.Row(try row.text("name")) { try array(row) }
            }
        },
    ]

    /// A byte string as a value.
    private struct Octets: CBORCodable, Hashable {
        let bytes: [UInt8]
        init(_ text: String) { bytes = Array(text.utf8) }
        init(from decoder: inout CBORDecoder) throws(CBORError) {
            bytes = try decoder.bytes(max: 1 << 20)
        }
        func encode(to encoder: inout CBOREncoder) { encoder.bytes(bytes) }
    }

    /// An unsigned integer as a value.
    private struct Number: CBORCodable, Hashable {
        let value: UInt64
        init(_ value: UInt64) { self.value = value }
        init(from decoder: inout CBORDecoder) throws(CBORError) { value = try decoder.unsigned() }
        func encode(to encoder: inout CBOREncoder) { encoder.unsigned(value) }
    }

    // MARK: - HAMT

    private static func map(_ row: JSONValue) throws {
        let name = try row.text("name")
        let bitWidth = Int(try row.integer("bitWidth"))
        let hash: HAMTHash = try row.text("hash") == "identity" ? .identity : .sha256
        let store = MemoryBlockStore()
        if name.hasPrefix("child-order") {
            let map = HAMT<Number>(store: store, bitWidth: bitWidth, hash: hash)
            for key in UInt64(100)...194 { try map.set(Varint.encode(key), Number(42)) }
            if name.hasSuffix("2") {
                for key in [104, 108] as [UInt64] {
                    try check(try map.delete(Varint.encode(key)), "\(key) is not there")
                }
            }
            return try checkEqual(map.flush().description, try row.text("cid"), "root")
        }
        let map = HAMT<Octets>(store: store, bitWidth: bitWidth, hash: hash)
        try fill(map, as: name)
        let root = try map.flush()
        try checkEqual(root.description, try row.text("cid"), "root")
        // What was written reads back as the same map.
        let again = try HAMT<Octets>(root: root, store: store, bitWidth: bitWidth, hash: hash)
        try again.forEach { key, value in
            try check(try map.find(key) == value, "another value reads back")
        }
        try check(try again.flush() == root, "another root after reading")
    }

    private static func fill(_ map: HAMT<Octets>, as name: String) throws {
        func set(_ key: String, _ value: String) throws {
            try map.set(Array(key.utf8), Octets(value))
        }
        func delete(_ key: String) throws {
            try check(try map.delete(Array(key.utf8)), "\(key) is not there")
        }
        switch name {
        case "empty": try check(try map.isEmpty, "not empty")
        case "set-if-absent":
            let key = Array("favorite-animal".utf8)
            try check(try map.setIfAbsent(key, Octets("owl bear")), "not set")
            try check(try !map.setIfAbsent(key, Octets("bright")), "set twice")
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
        default: throw KnownFile.Skip(reason: "the content of HAMT \(name) is not known here")
        }
    }

    // MARK: - AMT

    private static func array(_ row: JSONValue) throws {
        let bitWidth = Int(try row.integer("bitWidth"))
        let layout: AMTLayout = try row.text("layout") == "v0" ? .v0 : .v3
        let store = MemoryBlockStore()
        let array = AMT<Octets>(store: store, bitWidth: bitWidth, layout: layout)
        try fill(array, as: row.text("name"))
        let root = try array.flush()
        try checkEqual(root.description, try row.text("cid"), "root")
        // What was written reads back as the same array.
        let again = try AMT<Octets>(root: root, store: store, bitWidth: bitWidth, layout: layout)
        var count: UInt64 = 0
        try again.forEach { index, value in
            count += 1
            try check(try array.get(index) == value, "another value reads back at \(index)")
        }
        try checkEqual(count, array.count, "count")
        try check(try again.flush() == root, "another root after reading")
    }

    private static func fill(_ array: AMT<Octets>, as name: String) throws {
        func set(_ indexes: some Sequence<UInt64>, _ value: String) throws {
            for index in indexes { try array.set(index, Octets(value)) }
        }
        func delete(_ indexes: some Sequence<UInt64>) throws {
            for index in indexes { try check(try array.delete(index), "\(index) is not there") }
        }
        switch name {
        case "basic", "basic-v0": try set([2], "foo")
        case "out-of-range":
            var refusal: (any Error)?
            do { try set([.max], "what is up") } catch { refusal = error }
            try check(
                refusal as? IPLDError == .indexOutOfRange(.max),
                "the last index of all: \(refusal.map { "\($0)" } ?? "accepted")"
            )
            try set([.max - 1, .max - 2], "what is up")
            try checkEqual(array.height, 21, "height")
        case "expand":
            try set([2], "foo")
            try set([11], "bar")
            try set([79], "baz")
        case "bulk": try set(0..<5000, "foo foo bar")
        case "delete":
            try set(0...3, "cat")
            try delete(0...3)
            try set([23, 24], "dog")
            try delete([23])
        case "delete-first":
            try set([0, 27], "cat")
            try delete([27])
            try checkEqual(array.height, 0, "height")
        case "reduce-height":
            try set([1], "thing")
            try set([37], "other")
            try checkEqual(array.height, 1, "height")
            try delete([37])
            try checkEqual(array.height, 0, "height")
        case "for-each": try set((0..<10_000).filter { ($0 + 1) % 3 == 0 }, "value")
        case "mutate": try set([1, 9, 66, 74, 82, 515], "value")
        case "empty":
            try set([100_000], "far")
            try delete([100_000])
        default: throw KnownFile.Skip(reason: "the content of AMT \(name) is not known here")
        }
    }
}
