import BigIntegers
import Bytes
import CBOR
import TestSupport
import Testing

private struct Sample: CBORCodable, Equatable {
    var count: UInt64
    var balance: BigInt
    var offset: Int64
    var name: String
    var flags: [Bool8]
    var extra: Bool8?

    func encode(to encoder: inout CBOREncoder) {
        encoder.array(6)
        encoder.unsigned(count)
        encoder.bigInt(balance)
        encoder.signed(offset)
        encoder.text(name)
        encoder.list(flags)
        encoder.optional(extra)
    }

    init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 6)
        count = try decoder.unsigned()
        balance = try decoder.bigInt()
        offset = try decoder.signed()
        name = try decoder.text()
        flags = try decoder.list(max: 10)
        extra = try decoder.optional()
    }
}

private struct Bool8: CBORCodable, Equatable {
    var value: Bool

    func encode(to encoder: inout CBOREncoder) { encoder.bool(value) }

    init(from decoder: inout CBORDecoder) throws(CBORError) { value = try decoder.bool() }
}

@Suite struct CBORTests {
    // RFC 8949, appendix A.
    @Test(arguments: [
        ("00", Int64(0)), ("17", 23), ("1818", 24), ("18ff", 255), ("190100", 256),
        ("1903e8", 1000), ("19ffff", 65535), ("1a00010000", 65536), ("1affffffff", 4_294_967_295),
        ("1b0000000100000000", 4_294_967_296), ("1b000000e8d4a51000", 1_000_000_000_000),
        ("1b7fffffffffffffff", Int64.max), ("20", -1), ("29", -10), ("3863", -100),
        ("3903e7", -1000), ("3b7fffffffffffffff", Int64.min),
    ])
    func `numbers take the shortest form`(_ hex: String, _ value: Int64) throws {
        var encoder = CBOREncoder()
        encoder.signed(value)
        #expect(encoder.bytes.hex == hex)
        var decoder = CBORDecoder(encoder.bytes)
        #expect(try decoder.signed() == value)
        #expect(decoder.isAtEnd)
    }

    @Test(arguments: [
        ("1817", CBORError.Reason.notMinimal), ("1900ff", .notMinimal), ("1a0000ffff", .notMinimal),
        ("1b00000000ffffffff", .notMinimal), ("18", .truncated), ("1901", .truncated),
        ("", .truncated), ("1c", .invalidInitialByte(0x1c)), ("1f", .invalidInitialByte(0x1f)),
        ("1b8000000000000000", .outOfRange), ("3b8000000000000000", .outOfRange),
        ("40", .unexpectedType(expected: .unsigned, found: .bytes)),
    ])
    func `other forms of numbers are refused`(_ hex: String, _ reason: CBORError.Reason) throws {
        var decoder = CBORDecoder(try hexBytes(hex))
        #expect(throws: CBORError(reason, at: 0)) { try decoder.signed() }
    }

    // Large integers as go-state-types writes them.
    @Test(arguments: [
        ("0", "40"), ("1", "420001"), ("-1", "420101"), ("255", "4200ff"), ("256", "43000100"),
        ("-1000000000000000000", "49010de0b6b3a7640000"),
    ])
    func `a large integer is a sign and a magnitude`(_ text: String, _ hex: String) throws {
        let value = try #require(BigInt(text))
        var encoder = CBOREncoder()
        encoder.bigInt(value)
        #expect(encoder.bytes.hex == hex)
        var decoder = CBORDecoder(encoder.bytes)
        #expect(try decoder.bigInt() == value)
    }

    @Test func `large integers are read as the reference reads them`() throws {
        func read(_ hex: String) throws -> BigInt {
            var decoder = CBORDecoder(try hexBytes(hex))
            return try decoder.bigInt()
        }
        #expect(try read("43000001") == 1)
        #expect(try read("4100") == 0)
        #expect(try read("4101") == 0)
        let full = String(repeating: "ff", count: 127)
        #expect(try read("588000" + full).bitWidth == 1016)
        #expect(throws: CBORError(.tooLong(limit: 128, found: 129), at: 0)) {
            try read("588100ff" + full)
        }
        #expect(throws: CBORError.self) { try read("420201") }
    }

    @Test func `a structure comes back and its defects are placed`() throws {
        var decoder = CBORDecoder(
            try hexBytes("8618644300ffff39012b63c3a97882f5f4f6")
        )
        let sample = try Sample(from: &decoder)
        #expect(sample.count == 100)
        #expect(sample.balance == 65535)
        #expect(sample.offset == -300)
        #expect(sample.name == "éx")
        #expect(sample.extra == nil)
        let bytes = sample.cborBytes()
        #expect(try Sample(cbor: bytes) == sample)
        #expect(throws: CBORError(.trailingBytes(count: 1), at: bytes.count)) {
            try Sample(cbor: bytes + [0])
        }
        #expect(try Sample(cborPrefixOf: bytes + [0]) == sample)
        #expect(throws: CBORError(.unexpectedCount(expected: 6, found: 5), at: 0)) {
            try Sample(cbor: [0x85])
        }
    }

    @Test func `a false length reserves no memory`() {
        #expect(throws: CBORError(.tooLong(limit: 2 << 20, found: .max), at: 0)) {
            var decoder = CBORDecoder([0x5b] + [UInt8](repeating: 0xff, count: 8))
            _ = try decoder.bytes()
        }
        #expect(throws: CBORError(.truncated, at: 0)) {
            var decoder = CBORDecoder([0x5a, 0, 0x10, 0, 0])
            _ = try decoder.bytes()
        }
    }

    @Test func `texts of chains need not be UTF-8`() throws {
        var encoder = CBOREncoder()
        encoder.textBytes([0xff, 0x41])
        var decoder = CBORDecoder(encoder.bytes)
        #expect(throws: CBORError(.invalidUTF8, at: 0)) { try decoder.text() }
        decoder.offset = 0
        #expect(try decoder.textBytes() == [0xff, 0x41])
    }

    @Test func `links are found at any depth and depth costs no stack`() throws {
        var encoder = CBOREncoder()
        for _ in 0..<100_000 { encoder.array(1) }
        encoder.map(1)
        encoder.text("a")
        encoder.array(2)
        encoder.link([1, 0x71, 0, 1, 5])
        encoder.link([1, 0x55, 0, 0])
        #expect(try CBOR.links(in: encoder.bytes) == [[1, 0x71, 0, 1, 5], [1, 0x55, 0, 0]])
        var decoder = CBORDecoder(encoder.bytes + [7])
        #expect(try decoder.rawItem() == encoder.bytes)
        #expect(try decoder.unsigned() == 7)
    }

    @Test func `random bytes never crash the readers`() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<100_000 {
            let bytes = random.bytes(Int(random.next() % 24))
            var decoder = CBORDecoder(bytes)
            if (try? decoder.skip()) != nil {
                #expect(decoder.offset <= bytes.count)
            }
            if let sample = try? Sample(cbor: bytes) { #expect(sample.cborBytes() == bytes) }
        }
    }
}
