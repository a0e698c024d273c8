import Bytes
import Foundation
import Hashing
import TestSupport
import Testing

@Suite struct HashingTests {
    // FIPS 180-4 examples and RFC 7693, appendix A.
    @Test func `the published digests of abc`() {
        let abc = Array("abc".utf8)
        #expect(SHA1.hash(abc).hex == "a9993e364706816aba3e25717850c26c9cd0d89d")
        #expect(
            SHA256.hash(abc).hex
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
        #expect(
            SHA512.hash(abc).hex
                == "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        )
        #expect(
            BLAKE2b.hash(abc, outputLength: 64).hex
                == "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                + "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"
        )
    }

    // RFC 4231, test cases 1, 2 and 6 (a key longer than a block).
    @Test func `the HMAC test cases of RFC 4231`() {
        #expect(
            HMACSHA256.authenticate(
                Array("Hi There".utf8),
                key: [UInt8](repeating: 0x0b, count: 20)
            ).hex == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        )
        #expect(
            HMACSHA256.authenticate(
                Array("what do ya want for nothing?".utf8),
                key: Array("Jefe".utf8)
            ).hex == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        )
        #expect(
            HMACSHA256.authenticate(
                Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                key: [UInt8](repeating: 0xaa, count: 131)
            ).hex == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        )
    }

    @Test func `pieces hash as the whole`() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<200 {
            let bytes = random.bytes(Int(random.next() % 400))
            let cut = bytes.isEmpty ? 0 : Int(random.next() % UInt64(bytes.count))
            var sha = SHA256()
            var blake = BLAKE2b(outputLength: 32)
            for piece in [Array(bytes[..<cut]), Array(bytes[cut...])] {
                sha.update(piece)
                unsafe piece.withUnsafeBytes { unsafe blake.update($0) }
            }
            #expect(sha.finish() == SHA256.hash(bytes))
            #expect(blake.finish() == BLAKE2b.hash256(bytes))
            #expect(SHA256.digest(bytes).bytes == SHA256.hash(bytes))
            #expect(BLAKE2b.digest(bytes).bytes == BLAKE2b.hash256(bytes))
        }
    }
}

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct BLAKE2bVectorTests {
    @Test func `the 256 keyed known answers of the BLAKE2 authors`() throws {
        let text = String(decoding: try Vectors.gunzipped("blake2b-kat.txt.gz"), as: UTF8.self)
        var fields: [String: [UInt8]] = [:]
        var count = 0
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard let name = parts.first, parts.count == 2 else { continue }
            let value = parts[1].filter { !$0.isWhitespace }
            fields[String(name)] = try hexBytes(value)
            guard name == "hash" else { continue }
            let input = try #require(fields["in"])
            let key = try #require(fields["key"])
            #expect(BLAKE2b.hash(input, outputLength: 64, key: key) == fields["hash"])
            count += 1
        }
        #expect(count == 256)
    }
}
