import Bytes
import FilecoinCrypto
import FilecoinTypes
import Foundation
import Hashing
import TestSupport
import Testing

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct Secp256k1VectorTests {
    struct Filecoin: Decodable {
        struct Row: Decodable {
            let privateKey: String
            let publicKeyUncompressed: String
            let address: String
            let message: String
            let digestBlake2b256: String
            let signature: String
        }
        let sign: [Row]
    }

    @Test func `Filecoin keys give the listed addresses and signatures`() throws {
        let file: Filecoin = try Vectors.json("secp256k1/filecoin-secp.json")
        #expect(file.sign.count == 8)
        for row in file.sign {
            let key = try signingKey(.secp256k1, hex(row.privateKey))
            #expect(key.publicKey == hex(row.publicKeyUncompressed))
            #expect(key.address.text(on: .mainnet) == row.address)
            let message = hex(row.message)
            #expect(BLAKE2b.hash256(message).hex == row.digestBlake2b256)
            let signature = key.sign(message)
            #expect(signature.type == .secp256k1)
            #expect(signature.data.hex == row.signature)
            try signature.verify(message, by: key.address)
            #expect(!signature.verifies(message + [0], by: key.address))
        }
    }

    struct ECDSA: Decodable {
        struct Valid: Decodable {
            let d: String
            let m: String
            let signature: String
        }
        struct InvalidSign: Decodable {
            let description: String
            let d: String
            let m: String
        }
        struct InvalidVerify: Decodable {
            let description: String
            let Q: String
            let m: String
            let signature: String
            /// Whether only a rule against the upper half of s refuses it.
            let strict: Bool?
        }
        struct Invalid: Decodable {
            let sign: [InvalidSign]
            let verify: [InvalidVerify]
        }
        let valid: [Valid]
        let invalid: Invalid
    }

    @Test func `noble's signatures are made and verified as listed`() throws {
        let file: ECDSA = try Vectors.json("secp256k1/ecdsa.json.gz")
        #expect(file.valid.count == 2019)
        for row in file.valid {
            let key = try Secp256k1SecretKey(bytes: hex(row.d))
            let signature = try key.sign(digest: hex(row.m))
            #expect(signature.dropLast().elementsEqual(hex(row.signature)))
            #expect(key.publicKey.verifies(hex(row.signature), digest: hex(row.m)))
            let recovered = Secp256k1PublicKey(recovering: signature, digest: hex(row.m))
            #expect(recovered == key.publicKey)
        }
        for row in file.invalid.sign {
            #expect(throws: Secp256k1Error.self, "\(row.description)") {
                _ = try Secp256k1SecretKey(bytes: hex(row.d)).sign(digest: hex(row.m))
            }
        }
        for row in file.invalid.verify {
            let key = try? Secp256k1PublicKey(bytes: hex(row.Q))
            let isValid = key?.verifies(hex(row.signature), digest: hex(row.m)) ?? false
            // As in Filecoin, both values of s count.
            #expect(isValid == (row.strict == true), "\(row.description)")
        }
    }

    struct Nonce: Decodable {
        let message: String
        let d: String
        let k0: String
    }

    @Test func `the nonce is that of RFC 6979`() throws {
        let rows: [Nonce] = try Vectors.json("secp256k1/rfc6979.json.gz")
        #expect(rows.count == 10)
        for row in rows {
            let digest = SHA256.hash(Array(row.message.utf8))
            let signature = try Secp256k1SecretKey(bytes: hex(row.d)).sign(digest: digest)
            // r is the first coordinate of the nonce's point.
            let point = try Secp256k1SecretKey(bytes: hex(row.k0)).publicKey
            #expect(point.uncompressedBytes[1..<33].elementsEqual(signature[0..<32]))
        }
    }

    struct Wycheproof: Decodable {
        struct Group: Decodable {
            struct Key: Decodable {
                let uncompressed: String
            }
            struct Test: Decodable {
                let tcId: Int
                let comment: String
                let msg: String
                let sig: String
                let result: String
            }
            let publicKey: Key
            let tests: [Test]
        }
        let numberOfTests: Int
        let testGroups: [Group]
    }

    @Test func `the edge cases of Wycheproof are judged as listed`() throws {
        let path = "secp256k1/wycheproof_ecdsa_secp256k1_sha256.json.gz"
        let file: Wycheproof = try Vectors.json(path)
        var checked = 0
        for group in file.testGroups {
            let key = try Secp256k1PublicKey(bytes: hex(group.publicKey.uncompressed))
            for test in group.tests {
                let digest = SHA256.hash(hex(test.msg))
                let signature = compact(der: hex(test.sig))
                let isValid = signature.map { key.verifies($0, digest: digest) } ?? false
                #expect(isValid == (test.result == "valid"), "\(test.tcId): \(test.comment)")
                checked += 1
            }
        }
        #expect(checked == file.numberOfTests)
    }

    /// Reads a DER signature, `30 len 02 len r 02 len s`, in its only valid form.
    private func compact(der: [UInt8]) -> [UInt8]? {
        guard der.count >= 8, der[0] == 0x30, der[1] < 0x80, Int(der[1]) == der.count - 2 else {
            return nil
        }
        var offset = 2
        func integer() -> [UInt8]? {
            guard offset + 2 <= der.count, der[offset] == 2 else { return nil }
            let count = Int(der[offset + 1])
            let start = offset + 2
            guard count > 0, count < 0x80, start + count <= der.count else { return nil }
            let body = Array(der[start..<start + count])
            offset = start + count
            guard body[0] < 0x80, !(count > 1 && body[0] == 0 && body[1] < 0x80) else { return nil }
            let magnitude = Array(body.drop { $0 == 0 })
            guard magnitude.count <= 32 else { return nil }
            return [UInt8](repeating: 0, count: 32 - magnitude.count) + magnitude
        }
        guard let r = integer(), let s = integer(), offset == der.count else { return nil }
        return r + s
    }
}

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
