import BLS12381
import TestSupport
import Testing

@Suite struct SignatureTests {
    /// The order of the group, big-endian.
    static let order = bytes("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001")

    @Test func `a secret key lies between one and the order less one`() throws {
        var below = Self.order
        below[31] = 0
        _ = try BLSSecretKey(littleEndian: below.reversed())
        _ = try BLSSecretKey(littleEndian: [1] + [UInt8](repeating: 0, count: 31))
        #expect(throws: BLSSecretKeyError.outOfRange) {
            try BLSSecretKey(littleEndian: Self.order.reversed())
        }
        #expect(throws: BLSSecretKeyError.outOfRange) {
            try BLSSecretKey(littleEndian: [UInt8](repeating: 0, count: 32))
        }
        #expect(throws: BLSSecretKeyError.wrongLength(found: 31)) {
            try BLSSecretKey(littleEndian: [UInt8](repeating: 1, count: 31))
        }
    }

    @Test func `a seed has at least 32 bytes`() throws {
        _ = try BLSSecretKey(seed: [UInt8](repeating: 7, count: 32))
        #expect(throws: BLSSecretKeyError.seedTooShort(found: 31)) {
            try BLSSecretKey(seed: [UInt8](repeating: 7, count: 31))
        }
    }

    @Test func `keys are derived as both drafts say`() throws {
        // The known answers of filecoin-project/bls-signatures (src/key.rs), little-endian words.
        let seed = Array("hello world (it's a secret!) very secret stuff".utf8)
        let hashed = try BLSSecretKey(seed: seed)
        #expect(
            hashed.withLittleEndianBytes { $0 }
                == bytes("4a73baed5cb75109cc9e063a0ea0009c2d80f7b7f5ea6cc48a223b0f9e257f7d")
                .reversed()
        )
        let plain = try BLSSecretKey(seed: seed, derivation: .plainSalt)
        #expect(
            plain.withLittleEndianBytes { $0 }
                == bytes("60417787ee46e23fc2aa3c1fff1bbaa3f870f34063ce4b16a9f8187b89e6d49a")
                .reversed()
        )
    }

    @Test func `a secret key never prints itself`() throws {
        let secret = try BLSSecretKey(seed: [UInt8](repeating: 7, count: 32))
        #expect("\(secret)" == "<redacted>")
        #expect(String(reflecting: secret) == "<redacted>")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!dumped.contains("scalar"))
    }

    @Test func `the aggregate of nothing is infinity, and right for no messages only`() throws {
        let zero: [UInt8] = [0xc0] + [UInt8](repeating: 0, count: 95)
        #expect(BLSSignature.zero.bytes == zero)
        #expect(BLSSignature.zero.verifiesAggregate([]))
        let secret = try BLSSecretKey(seed: [UInt8](repeating: 7, count: 32))
        #expect(!BLSSignature.zero.verifiesAggregate([(secret.publicKey, [1])]))
        #expect(!BLSSignature.zero.verifies([1], by: secret.publicKey))
    }

    @Test func `the aggregate of many signatures verifies, and of equal messages does not`() throws
    {
        var generator = SeededGenerator(seed: 1)
        let secrets = try (0..<20).map { _ in try BLSSecretKey(seed: generator.bytes(32)) }
        var signed = secrets.map { (key: $0.publicKey, message: generator.bytes(38)) }
        let signatures = zip(secrets, signed).map { $0.sign($1.message) }
        #expect(BLSSignature(aggregating: signatures).verifiesAggregate(signed))
        #expect(!BLSSignature(aggregating: signatures.dropLast()).verifiesAggregate(signed))
        signed[3].message = signed[4].message
        let twins = zip(secrets, signed).map { $0.sign($1.message) }
        #expect(!BLSSignature(aggregating: twins).verifiesAggregate(signed))
    }

    @Test func `random bytes are refused with an error or decode to the same bytes`() {
        var generator = SeededGenerator(seed: 2)
        for index in 0..<100_000 {
            // One in a thousand has the right length; the others are refused before any arithmetic.
            let count = index.isMultiple(of: 1000) ? 48 : Int.random(in: 0...200, using: &generator)
            var candidate = generator.bytes(count)
            if !candidate.isEmpty { candidate[0] |= 0x80 }
            if let key = try? BLSPublicKey(bytes: candidate) {
                #expect(key.bytes == candidate, "seed 2, input \(index)")
            }
            if let signature = try? BLSSignature(bytes: candidate) {
                #expect(signature.bytes == candidate, "seed 2, input \(index)")
            }
        }
    }
}
