import Bytes
import CBOR
import Foundation
import IPLD
import Multiformats
import TestSupport
import Testing

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct CARVectorTests {
    /// Blocks and version, counted by a separate script over the same files.
    static let good: [(file: String, version: Int, blocks: Int)] = [
        ("carv1-basic/carv1-basic.car", 1, 8),
        ("carv2-basic/carv2-basic.car", 2, 5),
        ("ref-fvm-test.car", 1, 35),
        ("go-car/cmd/car/testdata/inputs/sample-v1.car", 1, 1049),
        ("go-car/cmd/car/testdata/inputs/sample-wrapped-v2.car", 2, 1049),
        ("go-car/cmd/car/testdata/inputs/simple-unixfs-missing-blocks.car", 1, 17),
        ("go-car/cmd/car/testdata/inputs/simple-unixfs.car", 1, 22),
        ("go-car/cmd/car/testdata/inputs/wikipedia-cryptographic-hash-function.car", 1, 5),
        ("go-car/v2/testdata/sample-rw-bs-v2.car", 2, 3),
        ("go-car/v2/testdata/sample-unixfs-v2.car", 2, 3),
        ("go-car/v2/testdata/sample-v1-noidentity.car", 1, 1043),
        ("go-car/v2/testdata/sample-v1.car", 1, 1049),
        ("go-car/v2/testdata/sample-v2-indexless.car", 2, 1049),
        ("go-car/v2/testdata/sample-wrapped-v2.car", 2, 1049),
    ]

    @Test(arguments: good)
    func `a good archive is read in full, whole, mapped and in pieces`(
        _ archive: (file: String, version: Int, blocks: Int)
    ) throws {
        let bytes = try Vectors.bytes("car/\(archive.file)")
        var reader = try CARReader(bytes)
        let blocks = try CARSupport.blocks(of: &reader)
        #expect(reader.version == archive.version)
        #expect(blocks.count == archive.blocks)
        let path = Vectors.folder.appendingPathComponent("car/\(archive.file)").path
        var mapped = try CARReader(file: MappedFile(path))
        #expect(try CARSupport.blocks(of: &mapped) == blocks)
        for size in [1, 7, 4096] where size > 1 || bytes.count < 10_000 {
            #expect(try CARSupport.blocks(of: bytes, inPiecesOf: size) == blocks)
        }
        // Written again it is the data of the archive, byte by byte.
        var writer = CARWriter(roots: reader.roots)
        for block in blocks { writer.append(block) }
        let start = archive.version == 1 ? 0 : CARSupport.dataOffset(of: bytes)
        let written = writer.takeBytes()
        #expect(Array(bytes[start..<start + written.count]) == written)
    }

    static let bad: [(file: String, error: CARError)] = [
        (
            "go-car/cmd/car/testdata/inputs/badheaderlength.car",
            .headerTooLarge(bytes: 216_830_324_832, limit: 32 << 20)
        ),
        (
            "go-car/cmd/car/testdata/inputs/badsectionlength.car",
            .sectionTooLarge(offset: 18, bytes: 216_830_324_832, limit: 8 << 20)
        ),
        ("go-car/v2/testdata/sample-corrupt-pragma.car", .truncated(offset: 0)),
        ("go-car/v2/testdata/sample-rootless-v42.car", .unknownVersion(42)),
        ("go-car/v2/testdata/sample-v1-tailing-corrupt-section.car", .truncated(offset: 479_518)),
        ("go-car/v2/testdata/sample-v1-with-zero-len-section.car", .emptySection(offset: 479_907)),
        ("go-car/v2/testdata/sample-v1-with-zero-len-section2.car", .emptySection(offset: 20_819)),
        (
            "go-car/v2/testdata/sample-v2-corrupt-data-and-index.car",
            .badHeader(reason: "data of 479907 bytes at 18446744073709550254")
        ),
    ]

    @Test(arguments: bad)
    func `a malformed archive gives its error`(_ archive: (file: String, error: CARError)) throws {
        let bytes = try Vectors.bytes("car/\(archive.file)")
        #expect(throws: archive.error) {
            var reader = try CARReader(bytes)
            _ = try CARSupport.blocks(of: &reader)
        }
        #expect(throws: archive.error) {
            _ = try CARSupport.blocks(of: bytes, inPiecesOf: 100)
        }
    }

    @Test(arguments: [
        ("go-car/v2/testdata/sample-v1-with-zero-len-section.car", 1049),
        ("go-car/v2/testdata/sample-v1-with-zero-len-section2.car", 20),
    ])
    func `an empty section ends the archive if the caller says so`(
        _ file: String,
        _ count: Int
    ) throws {
        var limits = CARLimits()
        limits.endsAtEmptySection = true
        var reader = try CARReader(try Vectors.bytes("car/\(file)"), limits: limits)
        #expect(try CARSupport.blocks(of: &reader).count == count)
        #expect(try reader.next() == nil)
    }

    @Test(arguments: ["carv1-basic/carv1-basic", "carv2-basic/carv2-basic"])
    func `the listing of the specification holds`(_ name: String) throws {
        let json = try JSONSerialization.jsonObject(
            with: Data(try Vectors.bytes("car/\(name).json"))
        )
        let listing = try #require(json as? [String: Any])
        let listed = try #require(listing["blocks"] as? [[String: Any]])
        let header = try #require(listing["header"] as? [String: Any])
        let roots = try #require(header["roots"] as? [[String: String]])
        var reader = try CARReader(try Vectors.bytes("car/\(name).car"))
        #expect(reader.roots.map(\.description) == roots.map { $0["/"] })
        for entry in listed {
            let section = try #require(try reader.nextSection())
            #expect(section.block.cid.description == (entry["cid"] as? [String: String])?["/"])
            #expect(section.offset == entry["offset"] as? Int)
            #expect(section.blockOffset == entry["blockOffset"] as? Int)
            #expect(section.block.bytes.count == entry["blockLength"] as? Int)
        }
        #expect(try reader.nextSection() == nil)
    }

    @Test func `the fuzz inputs of go-car are refused or read, never more`() throws {
        let files = try Vectors.files(below: "car/go-car").filter { $0.contains("/fuzz/") }
        #expect(files.count == 6)
        for file in files { CARSupport.tryReading(try Vectors.bytes(file)) }
    }
}

@Suite struct CARTests {
    private static func archive(_ texts: [String]) -> (bytes: [UInt8], blocks: [Block]) {
        let blocks = texts.map { text in
            let bytes = Octets(text).cborBytes()
            return Block(cid: .dagCBOR(hashing: bytes), bytes: bytes)
        }
        var writer = CARWriter(roots: blocks.prefix(1).map(\.cid))
        for block in blocks { writer.append(block) }
        return (writer.takeBytes(), blocks)
    }

    @Test func `what was written is read`() throws {
        for texts in [[], ["one"], ["one", "two", "three"]] {
            let (bytes, blocks) = Self.archive(texts)
            var reader = try CARReader(bytes)
            #expect(reader.roots == blocks.prefix(1).map(\.cid))
            #expect(try CARSupport.blocks(of: &reader) == blocks)
        }
    }

    @Test func `every shorter archive is refused, except at the end of a section`() throws {
        let (bytes, blocks) = Self.archive(["one", "two"])
        var ends: [Int] = [bytes.count]
        for block in blocks.reversed() {
            ends.append((ends.last ?? 0) - block.bytes.count - 39)
        }
        for count in 0..<bytes.count where !ends.contains(count) {
            #expect(throws: CARError.self, "\(count) bytes") {
                var reader = try CARReader(Array(bytes[..<count]))
                _ = try CARSupport.blocks(of: &reader)
            }
            #expect(throws: CARError.self, "\(count) bytes in pieces") {
                _ = try CARSupport.blocks(of: Array(bytes[..<count]), inPiecesOf: 5)
            }
        }
    }

    @Test func `a changed block is noticed, unless hashes are trusted`() throws {
        var (bytes, blocks) = Self.archive(["one", "two"])
        bytes[bytes.count - 1] ^= 1
        let offset = bytes.count - blocks[1].bytes.count - 39
        #expect(throws: CARError.hashMismatch(blocks[1].cid, offset: offset)) {
            var reader = try CARReader(bytes)
            _ = try CARSupport.blocks(of: &reader)
        }
        var limits = CARLimits()
        limits.verifiesHashes = false
        var reader = try CARReader(bytes, limits: limits)
        #expect(try CARSupport.blocks(of: &reader).count == 2)
    }

    @Test func `a section at the limit is read and one byte more is refused`() throws {
        let (bytes, blocks) = Self.archive([String(repeating: "x", count: 100)])
        let size = 38 + blocks[0].bytes.count
        var limits = CARLimits()
        limits.sectionBytes = size
        var reader = try CARReader(bytes, limits: limits)
        #expect(try CARSupport.blocks(of: &reader) == blocks)
        limits.sectionBytes = size - 1
        var strict = try CARReader(bytes, limits: limits)
        #expect(throws: CARError.self) { try strict.next() }
    }

    @Test func `blocks go into a store`() throws {
        let (bytes, blocks) = Self.archive((0..<3000).map(String.init))
        let store = MemoryBlockStore()
        var reader = try CARReader(bytes)
        #expect(try reader.copyBlocks(into: store) == 3000)
        #expect(store.count == 3000)
        for block in blocks { #expect(store.get(block.cid) == block.bytes) }
    }

    @Test func `blocks go into a store in batches that have an end, also empty ones`() throws {
        /// Notes how many blocks came at once.
        final class CountingStore: BlockStore {
            var counts: [Int] = []

            func get(_ cid: CID) -> [UInt8]? { nil }
            func has(_ cid: CID) -> Bool { false }
            func put(_ block: [UInt8], cid: CID) { counts.append(1) }
            func put(_ blocks: [Block]) { counts.append(blocks.count) }
        }
        let empty = Block(cid: CID.dagCBOR(hashing: []), bytes: [])
        var writer = CARWriter(roots: [empty.cid])
        for _ in 0..<100_000 { writer.append(empty) }
        var reader = try CARReader(writer.takeBytes())
        let store = CountingStore()
        #expect(try reader.copyBlocks(into: store) == 100_000)
        #expect(store.counts.reduce(0, +) == 100_000)
        #expect(store.counts.allSatisfy { $0 <= 65_536 })
    }

    @Test func `a file that is not there gives an error`() {
        #expect(throws: CARError.file(path: "/nowhere/chain.car", errno: 2)) {
            try MappedFile("/nowhere/chain.car")
        }
    }

    @Test func `random and damaged archives give an error and never a crash`() throws {
        var generator = SeededGenerator(seed: 21)
        let (good, _) = Self.archive(["one", "two", "three"])
        let pragma: [UInt8] = [0x0a, 0xa1, 0x67] + Array("version".utf8) + [2]
        for round in 0..<100_000 {
            var bytes = good
            switch round % 4 {
            case 0: bytes = generator.bytes(Int.random(in: 0..<80, using: &generator))
            case 1: bytes = pragma + generator.bytes(40) + good
            case 2:
                // A sound header of version 2 with the fields near their limits.
                func field() -> [UInt8] {
                    let value = [0, 51, 52, 1 << 40, UInt64.max, UInt64.max - 51]
                        .randomElement(using: &generator)
                    return (0..<8).map { UInt8(truncatingIfNeeded: (value ?? 0) >> (8 * $0)) }
                }
                bytes = pragma + [UInt8](repeating: 0, count: 16)
                bytes += field() + field() + field() + good
            default: break
            }
            for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[place] = UInt8.random(in: 0...255, using: &generator)
            }
            CARSupport.tryReading(bytes)
        }
    }
}

enum CARSupport {
    static func blocks(of reader: inout CARReader) throws -> [Block] {
        var blocks: [Block] = []
        while let block = try reader.next() { blocks.append(block) }
        return blocks
    }

    static func blocks(of bytes: [UInt8], inPiecesOf size: Int) throws -> [Block] {
        var stream = CARStream()
        var blocks: [Block] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            stream.append(Array(bytes[start..<min(start + size, bytes.count)]))
            while let block = try stream.next() { blocks.append(block) }
        }
        try stream.finish()
        return blocks
    }

    /// Reads as far as it goes, both ways, which must agree.
    static func tryReading(_ bytes: [UInt8]) {
        func attempt(_ body: () throws -> [Block]) -> [Block]? { try? body() }
        let whole = attempt {
            var reader = try CARReader(bytes)
            return try blocks(of: &reader)
        }
        let pieces = attempt { try blocks(of: bytes, inPiecesOf: 33) }
        #expect(whole == pieces, "\(bytes.hex)")
    }

    static func dataOffset(of bytes: [UInt8]) -> Int {
        (0..<8).reduce(0) { $0 | Int(bytes[27 + $1]) << (8 * $1) }
    }
}
