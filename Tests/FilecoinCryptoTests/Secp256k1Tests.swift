import FilecoinCrypto
import FilecoinTypes
import TestSupport
import Testing

@Suite struct Secp256k1Tests {
    @Test func `points have a compressed form`() throws {
        var generator = SeededGenerator(seed: 21)
        for _ in 0..<20 {
            let key = try Secp256k1SecretKey(bytes: generator.bytes(32)).publicKey
            #expect(try Secp256k1PublicKey(bytes: key.compressedBytes) == key)
        }
        #expect(throws: Secp256k1Error.invalidPublicKey) { try Secp256k1PublicKey(bytes: []) }
    }

    @Test func `damaged signatures recover nothing or another key`() throws {
        var generator = SeededGenerator(seed: 22)
        let key = try signingKey(.secp256k1, generator.bytes(32))
        let signature = key.sign([1, 2, 3])
        for index in 0..<2000 {
            var damaged = signature
            damaged.data[index % 65] ^= UInt8.random(in: 1...255, using: &generator)
            #expect(!damaged.verifies([1, 2, 3], by: key.address), "seed 22, input \(index)")
        }
        for count in [0, 64, 66] {
            let data = [UInt8](repeating: 1, count: count)
            #expect(throws: SignatureError.malformed) {
                try Signature(type: .secp256k1, data: data).verify([1], by: key.address)
            }
        }
    }
}
