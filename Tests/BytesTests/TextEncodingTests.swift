import Bytes
import TestSupport
import Testing

@Suite struct TextEncodingTests {
    @Test func `hexadecimal digits in either case, an even number`() {
        #expect([UInt8](hex: "00fFa5") == [0x00, 0xff, 0xa5])
        #expect([UInt8](hex: "") == [])
        #expect([UInt8](hex: "0") == nil)
        #expect([UInt8](hex: "0x") == nil)
        #expect(([0, 255, 165] as [UInt8]).hex == "00ffa5")
    }

    // RFC 4648, section 10.
    @Test(arguments: [
        ("", "", ""), ("f", "my", "Zg=="), ("fo", "mzxq", "Zm8="), ("foo", "mzxw6", "Zm9v"),
        ("foob", "mzxw6yq", "Zm9vYg=="), ("fooba", "mzxw6ytb", "Zm9vYmE="),
        ("foobar", "mzxw6ytboi", "Zm9vYmFy"),
    ])
    func `the test vectors of RFC 4648`(_ text: String, _ base32: String, _ base64: String) throws {
        let bytes = Array(text.utf8)
        #expect(Base32.encode(bytes) == base32)
        #expect(try Base32.decode(base32) == bytes)
        #expect(Base64.encode(bytes) == base64)
        #expect(try Base64.decode(base64) == bytes)
        let bare = base64.replacing("=", with: "")
        #expect(Base64.encode(bytes, url: true, padded: false) == bare)
        #expect(try Base64.decode(bare, url: true, padded: false) == bytes)
    }

    @Test func `what no encoder writes is refused`() {
        typealias Failure = BitGroupEncoding.DecodingError
        #expect(throws: Failure.trailingBits) { try Base32.decode("mz") }
        #expect(throws: Failure.invalidLength(1)) { try Base32.decode("m") }
        #expect(throws: Failure.invalidCharacter(offset: 1)) { try Base32.decode("mY") }
        #expect(throws: Failure.invalidPadding) { try Base64.decode("Zg=") }
        #expect(throws: Failure.invalidPadding) { try Base64.decode("Zg") }
        #expect(throws: Failure.invalidPadding) { try Base64.decode("====") }
        #expect(throws: Failure.trailingBits) { try Base64.decode("Zh==") }
        #expect(throws: Failure.invalidCharacter(offset: 2)) {
            try Base64.decode("Zg==", padded: false)
        }
    }

    @Test func `a lenient decoder ignores the filling bits`() throws {
        #expect(try Base64.decode("Zh==", isLenient: true) == Array("f".utf8))
    }

    @Test(arguments: [
        ("", ""), ("Hello World!", "2NEpo7TZRRrLZSi2U"),
        (
            "The quick brown fox jumps over the lazy dog.",
            "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z"
        ),
    ])
    func `the examples of the base 58 draft`(_ text: String, _ base58: String) throws {
        #expect(Base58.encode(Array(text.utf8)) == base58)
        #expect(try Base58.decode(base58) == Array(text.utf8))
    }

    @Test func `a zero byte in front is a digit 1 in base 58`() throws {
        let bytes = try hexBytes("0000287fb4cd")
        #expect(Base58.encode(bytes) == "11233QC4")
        #expect(try Base58.decode("11233QC4") == bytes)
    }

    static let bitGroups: [(String, BitGroupEncoding)] = [
        ("2", .base2), ("8", .base8), ("16", .base16Upper), ("32", .base32Padded),
        ("32hex", .base32HexPaddedUpper), ("32z", .base32Z), ("64", .base64Padded),
        ("64url", .base64URL),
    ]

    @Test(arguments: bitGroups.indices)
    func `any bytes come back, and any text is refused or canonical`(_ index: Int) throws {
        let (name, encoding) = Self.bitGroups[index]
        var random = SeededGenerator(seed: 2)
        for _ in 0..<13_000 {
            let bytes = random.bytes(Int(random.next() % 20))
            let text = encoding.encode(bytes)
            guard try encoding.decode(text) == bytes else {
                Issue.record("base \(name), \(bytes)")
                return
            }
            var noise = Array(text.utf8)
            guard !noise.isEmpty else { continue }
            noise[Int(random.next() % UInt64(noise.count))] = UInt8(random.next() % 128)
            let changed = String(decoding: noise, as: UTF8.self)
            guard let decoded = try? encoding.decode(changed) else { continue }
            // Case is all that may differ.
            guard encoding.encode(decoded).lowercased() == changed.lowercased() else {
                Issue.record("base \(name) accepts \(changed)")
                return
            }
        }
    }

    @Test func `any bytes come back from base 10, 36 and 58`() throws {
        var random = SeededGenerator(seed: 3)
        for encoding in [RadixEncoding.base10, .base36, .base36Upper, .base58, .base58Flickr] {
            for _ in 0..<400 {
                var bytes = random.bytes(Int(random.next() % 40))
                if random.next() % 4 == 0 { bytes = [0, 0] + bytes }
                #expect(try encoding.decode(encoding.encode(bytes)) == bytes)
            }
        }
    }

    @Test func `any text is refused or canonical in base 10, 36 and 58, and as hexadecimal`() {
        var random = SeededGenerator(seed: 15)
        for _ in 0..<100_000 {
            let noise = (0..<random.next() % 9).map { _ in UInt8(48 + random.next() % 75) }
            let text = String(decoding: noise, as: UTF8.self)
            for encoding in [RadixEncoding.base10, .base58] {
                if let bytes = try? encoding.decode(text), encoding.encode(bytes) != text {
                    Issue.record("\(text), seed 15")
                }
            }
            if let bytes = [UInt8](hex: text), bytes.hex != text.lowercased() {
                Issue.record("\(text), seed 15")
            }
        }
    }

    @Test func `a long text in base 58 is refused before any work`() {
        let limit = RadixEncoding.maximumTextLength
        let text = String(repeating: "1", count: limit + 1)
        #expect(throws: RadixEncoding.DecodingError.tooLong(limit + 1)) { try Base58.decode(text) }
    }

    @Test func `constant-time comparison agrees with equality`() {
        #expect(constantTimeEquals([], []))
        #expect(constantTimeEquals([1, 2], [1, 2]))
        #expect(!constantTimeEquals([1, 2], [1, 3]))
        #expect(!constantTimeEquals([1, 2], [1, 2, 0]))
    }

    @Test func `thirty-two bytes keep their order`() throws {
        var random = SeededGenerator(seed: 4)
        for _ in 0..<1000 {
            let a = random.bytes(32)
            var b = random.next() % 2 == 0 ? a : random.bytes(32)
            b[31] = UInt8(random.next() % 256)
            let x = try #require(Bytes32(a))
            let y = try #require(Bytes32([9] + b, at: 1))
            #expect(x.bytes == a)
            #expect((0..<32).map { y[$0] } == b)
            #expect((x < y) == a.lexicographicallyPrecedes(b))
        }
        #expect(Bytes32([UInt8](repeating: 0, count: 31)) == nil)
    }
}
