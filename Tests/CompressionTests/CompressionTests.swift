import Compression
import TestSupport
import Testing

@Suite struct DeflateTests {
    /// `printf 'hello, pool' | gzip -n -9`, and the same through Python's `zlib.compress`.
    static let hello: [UInt8] = Array("hello, pool".utf8)
    static let helloGzip: [UInt8] = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9,
        0xd7, 0x51, 0x28, 0xc8, 0xcf, 0xcf, 0x01, 0x00,
    ]

    @Test(arguments: [0, 1, 11, 1000, 131_072, 300_001])
    func `data comes back whole in every format`(_ count: Int) throws {
        var generator = SeededGenerator(seed: UInt64(count))
        let compressible = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7) }
        for data in [generator.bytes(count), compressible] {
            for format in [Inflater.Format.zlib, .gzip, .raw] {
                let packed = try Deflate.compress(data, format: format)
                #expect(try Deflate.decompress(packed, format: format) == data)
            }
        }
    }

    @Test func `a gzip stream of another program is read`() throws {
        let packed = Self.helloGzip + Self.helloTrailer
        #expect(try Deflate.decompress(packed, format: .gzip) == Self.hello)
        #expect(try Deflate.decompress(packed + packed, format: .gzip) == Self.hello + Self.hello)
    }

    @Test func `a missing end is refused unless the caller allows it`() throws {
        #expect(throws: CompressionError.truncated) {
            try Deflate.decompress(Self.helloGzip, format: .gzip)
        }
        let prefix = try Deflate.decompress(
            Self.helloGzip,
            format: .gzip,
            allowsMissingEnd: true
        )
        #expect(prefix == Self.hello)
    }

    @Test func `a changed checksum is refused`() throws {
        var packed = try Deflate.compress(Self.hello, format: .gzip)
        packed[packed.count - 8] ^= 1
        #expect(throws: CompressionError.corrupt("incorrect data check")) {
            try Deflate.decompress(packed, format: .gzip)
        }
    }

    @Test func `output stops at the limit and not before`() throws {
        let data = [UInt8](repeating: 7, count: 500_000)
        let packed = try Deflate.compress(data, format: .gzip)
        #expect(try Deflate.decompress(packed, format: .gzip, limitBytes: 500_000) == data)
        #expect(throws: CompressionError.tooLarge(limitBytes: 499_999)) {
            try Deflate.decompress(packed, format: .gzip, limitBytes: 499_999)
        }
    }

    @Test func `a stream fed byte by byte gives the same data`() throws {
        let data = (0..<5000).map { UInt8(truncatingIfNeeded: $0 * $0) }
        let inflater = try Inflater(.gzip)
        var output: [UInt8] = []
        for byte in try Deflate.compress(data, format: .gzip) {
            #expect(!inflater.isAtEnd)
            try inflater.inflate([byte], into: &output)
        }
        #expect(inflater.isAtEnd)
        #expect(output == data)
    }

    @Test func `damaged streams give an error and never a crash`() throws {
        var generator = SeededGenerator(seed: 11)
        let packed = try Deflate.compress(generator.bytes(200) + Self.hello, format: .gzip)
        for _ in 0..<100_000 {
            var damaged = packed
            damaged[Int.random(in: 0..<damaged.count, using: &generator)] ^= UInt8.random(
                in: 1...255,
                using: &generator
            )
            if Bool.random(using: &generator) {
                damaged.removeLast(Int.random(in: 0..<damaged.count, using: &generator))
            }
            _ = try? Deflate.decompress(damaged, format: .gzip, limitBytes: 1 << 16)
        }
    }

    static let helloTrailer: [UInt8] = [0x3e, 0x6e, 0xc9, 0xc9, 0x0b, 0x00, 0x00, 0x00]
}

@Suite struct ZstandardTests {
    @Test(arguments: [0, 1, 1000, 131_072, 131_073, 700_001])
    func `data comes back whole`(_ count: Int) throws {
        var generator = SeededGenerator(seed: UInt64(count))
        let compressible = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7) }
        for data in [generator.bytes(count), compressible] {
            let packed = try Zstandard.compress(data)
            #expect(Array(packed.prefix(4)) == Zstandard.magic)
            #expect(try Zstandard.decompress(packed) == data)
            #expect(try Zstandard.decompress(packed + packed) == data + data)
        }
    }

    @Test func `truncated, damaged and foreign data are refused`() throws {
        let packed = try Zstandard.compress(Array("a pool of providers".utf8))
        #expect(throws: CompressionError.truncated) {
            try Zstandard.decompress(Array(packed.dropLast()))
        }
        #expect(throws: CompressionError.truncated) { try Zstandard.decompress([]) }
        #expect(throws: CompressionError.corrupt("Unknown frame descriptor")) {
            try Zstandard.decompress([1, 2, 3, 4, 5, 6, 7, 8])
        }
        var changed = packed
        changed[changed.count - 1] ^= 1
        #expect(throws: CompressionError.self) { try Zstandard.decompress(changed) }
    }

    @Test func `output stops at the limit and not before`() throws {
        let data = [UInt8](repeating: 7, count: 500_000)
        let packed = try Zstandard.compress(data)
        #expect(try Zstandard.decompress(packed, limitBytes: 500_000) == data)
        #expect(throws: CompressionError.tooLarge(limitBytes: 499_999)) {
            try Zstandard.decompress(packed, limitBytes: 499_999)
        }
    }

    @Test func `damaged frames give an error and never a crash`() throws {
        var generator = SeededGenerator(seed: 12)
        let packed = try Zstandard.compress(generator.bytes(100) + [UInt8](repeating: 5, count: 90))
        for _ in 0..<100_000 {
            var damaged = packed
            damaged[Int.random(in: 0..<damaged.count, using: &generator)] ^= UInt8.random(
                in: 1...255,
                using: &generator
            )
            _ = try? Zstandard.decompress(damaged, limitBytes: 1 << 16)
        }
    }
}

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct CompressedVectorTests {
    @Test func `every genesis file expands to a CAR`() throws {
        let files = try Vectors.files(below: "genesis").filter { $0.hasSuffix(".zst") }
        #expect(files.count == 10)
        for file in files {
            let car = try Zstandard.decompress(try Vectors.bytes(file), limitBytes: 1 << 26)
            // A varint, then a map with the key "roots".
            #expect(car.starts(with: [car[0], 0xa2, 0x65] + Array("roots".utf8)), "\(file)")
        }
    }

    @Test func `gzip files of the vectors expand`() throws {
        let kat = try Deflate.decompress(try Vectors.bytes("blake2b-kat.txt.gz"), format: .gzip)
        #expect(kat.count > 100_000)
    }
}
