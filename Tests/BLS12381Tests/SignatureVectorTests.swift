import BLS12381
import CBlst
import Foundation
import TestSupport
import Testing

/// Keys and signatures of Filecoin's suite, made by py_ecc and blspy.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct FilecoinSignatureVectorTests {
    struct File: Decodable {
        struct Signed: Decodable {
            let privateKeyFilecoinLE: String
            let publicKey: String
            let message: String
            let signature: String
        }
        struct Aggregate: Decodable {
            let publicKeys: [String]
            let messages: [String]
            let signatures: [String]
            let aggregate: String
        }
        struct Invalid: Decodable {
            let why: String
            let publicKey: String
            let message: String
            let signature: String
        }
        let sign: [Signed]
        let aggregate: Aggregate
        let invalid: [Invalid]
    }

    let file: File

    init() throws {
        file = try Vectors.json("bls/filecoin-bls-nul.json")
    }

    @Test func `a key signs each message with the expected bytes`() throws {
        for row in file.sign {
            let secret = try BLSSecretKey(littleEndian: bytes(row.privateKeyFilecoinLE))
            #expect(secret.publicKey.bytes == bytes(row.publicKey))
            let signature = secret.sign(bytes(row.message))
            #expect(signature.bytes == bytes(row.signature))
            #expect(signature.verifies(bytes(row.message), by: secret.publicKey))
            #expect(!signature.verifies(bytes(row.message) + [0], by: secret.publicKey))
            #expect(!signature.verifies(bytes(row.message), by: secret.publicKey, domain: .basicG1))
            let copy = secret.withLittleEndianBytes { $0 }
            #expect(copy == bytes(row.privateKeyFilecoinLE))
        }
    }

    @Test func `signatures add up to the expected aggregate, which verifies`() throws {
        let rows = file.aggregate
        let signatures = try rows.signatures.map { try BLSSignature(bytes: bytes($0)) }
        let aggregate = BLSSignature(aggregating: signatures)
        #expect(aggregate.bytes == bytes(rows.aggregate))
        let keys = try rows.publicKeys.map { try BLSPublicKey(bytes: bytes($0)) }
        var signed = zip(keys, rows.messages).map { (key: $0, message: bytes($1)) }
        #expect(aggregate.verifiesAggregate(signed))
        #expect(!aggregate.verifiesAggregate(signed.dropLast()))
        #expect(!aggregate.verifiesAggregate([]))
        signed.swapAt(0, 1)
        #expect(aggregate.verifiesAggregate(signed))
        signed[0].message = signed[1].message
        #expect(!aggregate.verifiesAggregate(signed))
    }

    @Test func `the cases marked invalid are refused`() {
        for row in file.invalid {
            #expect(!isValid(row.publicKey, row.message, row.signature), "\(row.why)")
        }
    }
}

/// The tests of Ethereum's consensus layer; they sign under another tag, which is a parameter here.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct EthereumSignatureVectorTests {
    static let domain = SignatureDomain("BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_")

    @Test func `each case gives the listed output`() throws {
        var checked: [String: Int] = [:]
        for entry in try Vectors.tarEntries("bls/eth-bls12-381-tests.tar.gz") {
            let group = entry.name.split(separator: "/")[1]
            let row = FlowYAML(String(decoding: entry.bytes, as: UTF8.self))
            if try check(String(group), row, entry.name) {
                checked[String(group), default: 0] += 1
            }
        }
        #expect(
            checked == [
                "aggregate": 6, "aggregate_verify": 5, "deserialization_G1": 16,
                "deserialization_G2": 18, "hash_to_G2": 4, "sign": 10, "verify": 29,
                "batch_verify": 4,
            ]
        )
    }

    /// Checks one case; false for the groups whose operation does not exist here.
    func check(_ group: String, _ row: FlowYAML, _ name: String) throws -> Bool {
        let output = row.text("output")
        switch group {
        case "deserialization_G1":
            let key = try? BLSPublicKey(bytes: row.hex("pubkey"))
            // The identity is a point, and yet no public key.
            let isIdentity = row.hex("pubkey") == [0xc0] + [UInt8](repeating: 0, count: 47)
            #expect((key != nil) == (output == "true" && !isIdentity), "\(name)")
        case "deserialization_G2":
            let signature = try? BLSSignature(bytes: row.hex("signature"))
            #expect((signature != nil) == (output == "true"), "\(name)")
        case "sign":
            let secret = try? BLSSecretKey(littleEndian: row.hex("privkey").reversed())
            let signature = secret?.sign(row.hex("message"), domain: Self.domain)
            #expect(signature?.bytes == (output == "null" ? nil : row.hex("output")), "\(name)")
        case "verify":
            let valid = isValid(
                row.hex("pubkey"),
                row.hex("message"),
                row.hex("signature"),
                Self.domain
            )
            #expect(valid == (output == "true"), "\(name)")
        case "aggregate":
            let signatures = try row.hexList("input").map { try BLSSignature(bytes: $0) }
            // Ethereum refuses an empty list; Filecoin's empty block has the zero signature.
            let expected = signatures.isEmpty ? BLSSignature.zero.bytes : row.hex("output")
            #expect(BLSSignature(aggregating: signatures).bytes == expected, "\(name)")
        case "aggregate_verify":
            let keys = row.hexList("pubkeys").map { try? BLSPublicKey(bytes: $0) }
            let signature = try? BLSSignature(bytes: row.hex("signature"))
            let signed = zip(keys, row.hexList("messages")).compactMap { key, message in
                key.map { (key: $0, message: message) }
            }
            let valid =
                signed.count == keys.count
                && signature?.verifiesAggregate(signed, domain: Self.domain) == true
            // Without keys Ethereum refuses the zero signature too.
            let isEmptyZero = keys.isEmpty && signature == .zero
            #expect(valid == (output == "true" || isEmptyZero), "\(name)")
        case "batch_verify":
            let rows = zip(
                zip(row.hexList("pubkeys"), row.hexList("messages")),
                row.hexList("signatures")
            )
            let valid = rows.allSatisfy { isValid($0.0, $0.1, $1, Self.domain) }
            #expect(valid == (output == "true"), "\(name)")
        case "hash_to_G2":
            let domain = SignatureDomain("QUUX-V01-CS02-with-BLS12381G2_XMD:SHA-256_SSWU_RO_")
            let message = [UInt8](row.text("msg").utf8)
            // x and y as "real, imaginary"; the serialized point has the imaginary part first.
            let x = row.text("x").split(separator: ",").map { bytes($0.dropFirst(2)) }
            let y = row.text("y").split(separator: ",").map { bytes($0.dropFirst(2)) }
            #expect(domain.hashToG2(message) == x[1] + x[0] + y[1] + y[0], "\(name)")
        default:
            return false
        }
        return true
    }
}

/// The vectors of RFC 9380 and of zkcrypto.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct CurveVectorTests {
    struct Suite: Decodable {
        struct Row: Decodable {
            struct Point: Decodable {
                let x: String
                let y: String
            }
            let P: Point
            let msg: String
        }
        let dst: String
        let vectors: [Row]
    }

    @Test func `messages hash to the points of RFC 9380`() throws {
        for group in [1, 2] {
            let suite: Suite = try Vectors.json(
                "bls/hash-to-curve/BLS12381G\(group)_XMD_SHA-256_SSWU_RO_.json"
            )
            #expect(suite.vectors.count == 5)
            for row in suite.vectors {
                let coordinates = [row.P.x, row.P.y].flatMap {
                    $0.split(separator: ",").map { bytes($0.dropFirst(2)) }.reversed()
                }
                let domain = SignatureDomain(suite.dst)
                let message = [UInt8](row.msg.utf8)
                let point = group == 1 ? domain.hashToG1(message) : domain.hashToG2(message)
                #expect(point == coordinates.flatMap { $0 })
            }
        }
    }

    struct Expansion: Decodable {
        struct Row: Decodable {
            let msg: String
            let len_in_bytes: String
            let uniform_bytes: String
        }
        let DST: String
        let tests: [Row]
    }

    @Test(arguments: [38, 256])
    func `messages expand as RFC 9380 lists, under tags short and long`(_ length: Int) throws {
        let file: Expansion = try Vectors.json(
            "bls/hash-to-curve/expand_message_xmd_SHA256_\(length).json"
        )
        #expect(file.tests.count == 10)
        for row in file.tests {
            let count = try #require(Int(row.len_in_bytes.dropFirst(2), radix: 16))
            var expanded = [UInt8](repeating: 0, count: count)
            unsafe blst_expand_message_xmd(
                &expanded,
                count,
                Array(row.msg.utf8),
                row.msg.utf8.count,
                Array(file.DST.utf8),
                file.DST.utf8.count
            )
            #expect(expanded == bytes(row.uniform_bytes))
        }
    }

    @Test func `messages encode to G2 without uniformity as RFC 9380 lists`() throws {
        let suite: Suite = try Vectors.json(
            "bls/hash-to-curve/BLS12381G2_XMD_SHA-256_SSWU_NU_.json"
        )
        let tag = Array(suite.dst.utf8)
        for row in suite.vectors {
            var point = blst_p2()
            let message = Array(row.msg.utf8)
            unsafe blst_encode_to_g2(&point, message, message.count, tag, tag.count, nil, 0)
            var serialized = [UInt8](repeating: 0, count: 192)
            unsafe blst_p2_serialize(&serialized, &point)
            let coordinates = [row.P.x, row.P.y].flatMap {
                $0.split(separator: ",").map { bytes($0.dropFirst(2)) }.reversed()
            }
            #expect(serialized == coordinates.flatMap { $0 })
        }
    }

    @Test func `a thousand multiples of the generators decode and encode`() throws {
        let shortCompressed = try Vectors.bytes("bls/zkcrypto/g1_compressed_valid_test_vectors.dat")
        let shortPlain = try Vectors.bytes("bls/zkcrypto/g1_uncompressed_valid_test_vectors.dat")
        let longCompressed = try Vectors.bytes("bls/zkcrypto/g2_compressed_valid_test_vectors.dat")
        let longPlain = try Vectors.bytes("bls/zkcrypto/g2_uncompressed_valid_test_vectors.dat")
        // Row 0 is the identity, which is a signature and no key.
        #expect(throws: BLSPointError.infinity) {
            try BLSPublicKey(bytes: slice(shortCompressed, 0, 48))
        }
        for index in 1..<1000 {
            let key = try BLSPublicKey(bytes: slice(shortCompressed, index, 48))
            #expect(key.uncompressedBytes == slice(shortPlain, index, 96))
            #expect(try BLSPublicKey(uncompressed: slice(shortPlain, index, 96)) == key)
        }
        for index in 0..<1000 {
            let signature = try BLSSignature(bytes: slice(longCompressed, index, 96))
            #expect(signature.uncompressedBytes == slice(longPlain, index, 192))
            #expect(try BLSSignature(uncompressed: slice(longPlain, index, 192)) == signature)
        }
    }

    @Test func `each secret and message of noble's list gives the listed signature`() throws {
        var checked = 0
        for group in [1, 2] {
            let text = String(
                decoding: try Vectors.gunzipped("bls/bls12-381-g\(group)-test-vectors.txt.gz"),
                as: UTF8.self
            )
            // secret, big-endian : message : compressed signature in this group
            for line in text.split(separator: "\n") {
                let fields = line.split(separator: ":", omittingEmptySubsequences: false)
                // Of the rows for G2, 296 hold numbers above the order, which are no keys here.
                guard let secret = try? BLSSecretKey(littleEndian: bytes(fields[0]).reversed())
                else { continue }
                let message = bytes(fields[1])
                if group == 1 {
                    let signature = secret.signShort(message)
                    #expect(signature.bytes == bytes(fields[2]))
                    #expect(signature.verifies(message, by: secret.longPublicKey))
                } else {
                    #expect(secret.sign(message).bytes == bytes(fields[2]))
                }
                checked += 1
            }
        }
        #expect(checked == 128 + 263)
    }
}
