internal import BLS12381
internal import Bytes
internal import FilecoinCrypto
internal import FilecoinTypes
internal import Hashing
internal import JSON

extension KnownFileSet {
    /// BLS signatures: Filecoin's, Ethereum's, and hashing to the curve.
    static let blsFiles: [KnownFile] = [
        KnownFile("bls/filecoin-bls-nul.json", filecoinBLS),
        KnownFile("bls/eth-bls12-381-tests.tar.gz", ethereumBLS),
        KnownFile("bls/hash-to-curve/BLS12381G1_XMD_SHA-256_SSWU_RO_.json") {
            try hashesToCurve($0) { domain, message in domain.hashToG1(message) }
        },
        KnownFile("bls/hash-to-curve/BLS12381G2_XMD_SHA-256_SSWU_RO_.json") {
            try hashesToCurve($0) { domain, message in domain.hashToG2(message) }
        },
    ]

    /// secp256k1 signatures: Filecoin's, and tables of others.
    static let secp256k1Files: [KnownFile] = [
        KnownFile("secp256k1/filecoin-secp.json") { file in
            try file.json().list("sign").enumerated().map { index, row in
                KnownFile.Row("\(index)") { try filecoinSecp256k1(row) }
            }
        },
        KnownFile("secp256k1/ecdsa.json.gz", ecdsa),
        KnownFile("secp256k1/rfc6979.json.gz") { file in
            try rows(file) { row in
                let digest = SHA256.hash(Array(try row.text("message").utf8))
                let signature = try Secp256k1SecretKey(bytes: row.hex("d")).sign(digest: digest)
                // r is the first coordinate of the nonce's point.
                let point = try Secp256k1SecretKey(bytes: row.hex("k0")).publicKey
                try checkEqual(
                    Array(signature[0..<32]).hex,
                    Array(point.uncompressedBytes[1..<33]).hex,
                    "r"
                )
            }
        },
        KnownFile("secp256k1/wycheproof_ecdsa_secp256k1_sha256.json.gz", wycheproof),
    ]

    // MARK: - BLS

    private static func isValid(
        _ key: [UInt8],
        _ message: [UInt8],
        _ signature: [UInt8],
        _ domain: SignatureDomain? = nil
    ) -> Bool {
        guard let key = try? BLSPublicKey(bytes: key),
            let signature = try? BLSSignature(bytes: signature)
        else { return false }
        guard let domain else { return signature.verifies(message, by: key) }
        return signature.verifies(message, by: key, domain: domain)
    }

    @Sendable private static func filecoinBLS(_ file: ConformanceFile) throws -> [KnownFile.Row] {
        let json = try file.json()
        var rows = try json.list("sign").enumerated().map { index, row in
            KnownFile.Row("sign \(index)") {
                let secret = try BLSSecretKey(littleEndian: row.hex("privateKeyFilecoinLE"))
                try checkEqual(secret.publicKey.bytes.hex, try row.hex("publicKey").hex, "key")
                let message = try row.hex("message")
                let signature = secret.sign(message)
                try checkEqual(signature.bytes.hex, try row.hex("signature").hex, "signature")
                try check(signature.verifies(message, by: secret.publicKey), "not verified")
                try check(
                    !signature.verifies(message + [0], by: secret.publicKey),
                    "verifies too much"
                )
            }
        }
        rows += try json.list("invalid").map { row in
            KnownFile.Row("invalid: \(try row.text("why"))") {
                let accepts = try isValid(
                    row.hex("publicKey"),
                    row.hex("message"),
                    row.hex("signature")
                )
                try check(!accepts, "accepted")
            }
        }
        let aggregate = try json.member("aggregate")
        rows.append(
            KnownFile.Row("aggregate") {
                func list(_ name: String) throws -> [[UInt8]] {
                    try aggregate.list(name).map { try hexBytes($0.string ?? "-") }
                }
                let signatures = try list("signatures").map { try BLSSignature(bytes: $0) }
                let sum = BLSSignature(aggregating: signatures)
                try checkEqual(sum.bytes.hex, try aggregate.hex("aggregate").hex, "aggregate")
                let keys = try list("publicKeys").map { try BLSPublicKey(bytes: $0) }
                let signed = zip(keys, try list("messages")).map { (key: $0, message: $1) }
                try check(sum.verifiesAggregate(signed), "not verified")
                try check(!sum.verifiesAggregate(signed.dropLast()), "verifies without the last")
            }
        )
        return rows
    }

    /// One file a case, named `./GROUP/NAME.yaml`; a map in flow style.
    @Sendable private static func ethereumBLS(_ file: ConformanceFile) throws -> [KnownFile.Row] {
        try tarEntries(file).compactMap { entry in
            let parts = entry.name.split(separator: "/")
            guard parts.count >= 3, entry.name.hasSuffix(".yaml") else { return nil }
            let group = String(parts[parts.count - 2])
            let row = FlowMap(String(decoding: entry.bytes, as: UTF8.self))
            return KnownFile.Row("\(group)/\(parts[parts.count - 1])") {
                try ethereumCase(group, row)
            }
        }
    }

    private static func ethereumCase(_ group: String, _ row: FlowMap) throws {
        let domain = SignatureDomain("BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_")
        let expected = row.text("output")
        switch group {
        case "deserialization_G1":
            // The identity is a point, and yet no public key.
            let bytes = try row.hex("pubkey")
            let isIdentity = bytes == [0xc0] + [UInt8](repeating: 0, count: 47)
            let found = (try? BLSPublicKey(bytes: bytes)) != nil
            try checkEqual(found, expected == "true" && !isIdentity, "whether it is a key")
        case "deserialization_G2":
            let found = (try? BLSSignature(bytes: row.hex("signature"))) != nil
            try checkEqual(found, expected == "true", "whether it is a signature")
        case "sign":
            let secret = try? BLSSecretKey(littleEndian: row.hex("privkey").reversed())
            let signature = try secret?.sign(row.hex("message"), domain: domain)
            try checkEqual(
                signature?.bytes.hex,
                expected == "null" ? nil : row.hex("output").hex,
                "signature"
            )
        case "verify":
            let found = try isValid(
                row.hex("pubkey"),
                row.hex("message"),
                row.hex("signature"),
                domain
            )
            try checkEqual(found, expected == "true", "verdict")
        case "aggregate":
            let signatures = try row.hexList("input").map { try BLSSignature(bytes: $0) }
            // Ethereum refuses an empty list; Filecoin's empty block has the zero signature.
            let wanted = try signatures.isEmpty ? BLSSignature.zero.bytes : row.hex("output")
            try checkEqual(BLSSignature(aggregating: signatures).bytes.hex, wanted.hex, "aggregate")
        case "aggregate_verify", "fast_aggregate_verify", "batch_verify":
            try ethereumAggregate(group, row, domain, expected == "true")
        case "hash_to_G2":
            let domain = SignatureDomain("QUUX-V01-CS02-with-BLS12381G2_XMD:SHA-256_SSWU_RO_")
            // x and y as "real, imaginary"; the serialized point has the imaginary part first.
            let parts = try ["x", "y"].flatMap { name in
                try row.text(name).split(separator: ",").map { try hexBytes($0) }.reversed()
            }
            let found = domain.hashToG2(Array(row.text("msg").utf8))
            try checkEqual(found.hex, parts.flatMap { $0 }.hex, "point")
        default:
            throw KnownFile.Skip(reason: "\(group): an operation that Filecoin does not have")
        }
    }

    private static func ethereumAggregate(
        _ group: String,
        _ row: FlowMap,
        _ domain: SignatureDomain,
        _ expected: Bool
    ) throws {
        switch group {
        case "aggregate_verify":
            let keys = try row.hexList("pubkeys")
            let signed = zip(keys, try row.hexList("messages")).compactMap { key, message in
                (try? BLSPublicKey(bytes: key)).map { (key: $0, message: message) }
            }
            let signature = try? BLSSignature(bytes: row.hex("signature"))
            let found =
                signed.count == keys.count
                && signature?.verifiesAggregate(signed, domain: domain) == true
            // Without keys Ethereum refuses the zero signature too; Filecoin's empty block has it.
            let isEmptyZero = keys.isEmpty && signature == .zero
            try checkEqual(found, expected || isEmptyZero, "verdict")
        case "batch_verify":
            let keys = try row.hexList("pubkeys")
            let messages = try row.hexList("messages")
            let signatures = try row.hexList("signatures")
            let found = zip(zip(keys, messages), signatures).allSatisfy {
                isValid($0.0, $0.1, $1, domain)
            }
            try checkEqual(found, expected, "verdict")
        default:
            throw KnownFile.Skip(reason: "\(group): an operation that Filecoin does not have")
        }
    }

    private static func hashesToCurve(
        _ file: ConformanceFile,
        _ hash: @escaping @Sendable (SignatureDomain, [UInt8]) -> [UInt8]
    ) throws -> [KnownFile.Row] {
        let json = try file.json()
        let domain = SignatureDomain(try json.text("dst"))
        return try json.list("vectors").enumerated().map { index, row in
            KnownFile.Row("\(index)") {
                let point = try row.member("P")
                // Of a coordinate in the larger field the imaginary part comes first.
                let expected = try ["x", "y"].flatMap { name in
                    try point.text(name).split(separator: ",").map { try hexBytes($0) }.reversed()
                }
                let found = hash(domain, Array(try row.text("msg").utf8))
                try checkEqual(found.hex, expected.flatMap { $0 }.hex, "point")
            }
        }
    }

    // MARK: - secp256k1

    private static func filecoinSecp256k1(_ row: JSONValue) throws {
        let secret = SecretBytes(try row.hex("privateKey"))
        let key = try SigningKey(KeyInfo(type: .secp256k1, privateKey: secret))
        try checkEqual(key.publicKey.hex, try row.hex("publicKeyUncompressed").hex, "key")
        try checkEqual(key.address.text(on: .mainnet), try row.text("address"), "address")
        let message = try row.hex("message")
        try checkEqual(BLAKE2b.hash256(message).hex, try row.text("digestBlake2b256"), "digest")
        let signature = key.sign(message)
        try checkEqual(signature.data.hex, try row.text("signature"), "signature")
        try signature.verify(message, by: key.address)
        try check(!signature.verifies(message + [0], by: key.address), "verifies too much")
    }

    @Sendable private static func ecdsa(_ file: ConformanceFile) throws -> [KnownFile.Row] {
        let json = try file.json()
        var rows = try json.list("valid").enumerated().map { index, row in
            KnownFile.Row("valid \(index)") {
                let key = try Secp256k1SecretKey(bytes: row.hex("d"))
                let digest = try row.hex("m")
                let signature = try key.sign(digest: digest)
                try checkEqual(
                    Array(signature.dropLast()).hex,
                    try row.text("signature"),
                    "signature"
                )
                try check(
                    key.publicKey.verifies(row.hex("signature"), digest: digest),
                    "not verified"
                )
                let recovered = Secp256k1PublicKey(recovering: signature, digest: digest)
                try check(recovered == key.publicKey, "another key recovered")
            }
        }
        let invalid = try json.member("invalid")
        rows += try invalid.list("sign").map { row in
            KnownFile.Row("refused: \(try row.text("description"))") {
                try checkRefused("the secret") {
                    _ = try Secp256k1SecretKey(bytes: row.hex("d")).sign(digest: row.hex("m"))
                }
            }
        }
        rows += try invalid.list("verify").map { row in
            KnownFile.Row("verify: \(try row.text("description"))") {
                let key = try? Secp256k1PublicKey(bytes: row.hex("Q"))
                let found = try key?.verifies(row.hex("signature"), digest: row.hex("m")) ?? false
                // As in Filecoin, both values of s count; only strict readers refuse the upper one.
                try checkEqual(found, row["strict"]?.bool == true, "verdict")
            }
        }
        return rows
    }

    @Sendable private static func wycheproof(_ file: ConformanceFile) throws -> [KnownFile.Row] {
        try file.json().list("testGroups").flatMap { group in
            let key = try group.member("publicKey").hex("uncompressed")
            return try group.list("tests").map { test in
                KnownFile.Row("\(try test.integer("tcId")) \(try test.text("comment"))") {
                    let digest = SHA256.hash(try test.hex("msg"))
                    let signature = compact(der: try test.hex("sig"))
                    let found = try signature.map {
                        try Secp256k1PublicKey(bytes: key).verifies($0, digest: digest)
                    }
                    try checkEqual(found ?? false, try test.text("result") == "valid", "verdict")
                }
            }
        }
    }

    /// Reads a DER signature, `30 len 02 len r 02 len s`, in its only valid form.
    private static func compact(der: [UInt8]) -> [UInt8]? {
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

/// A YAML map in flow style, `{key: value, list: ['0x..', ...]}`, as far as the tests use it.
private struct FlowMap: Sendable {
    private let source: String

    init(_ source: String) { self.source = source.replacing("\n", with: " ") }

    /// The text after `key:`, without quotes.
    func text(_ key: String) -> String {
        guard let range = source.firstRange(of: key + ":") else { return "" }
        let rest = source[range.upperBound...].drop { $0 == " " }
        // A coordinate holds a comma inside its quotes.
        guard rest.first == "'" else { return String(rest.prefix { !" ,}".contains($0) }) }
        return String(rest.dropFirst().prefix { $0 != "'" })
    }

    func hex(_ key: String) throws -> [UInt8] { try hexBytes(text(key)) }

    /// The entries of the list after `key:`.
    func hexList(_ key: String) throws -> [[UInt8]] {
        guard let range = source.firstRange(of: key + ":") else { return [] }
        let rest = source[range.upperBound...].drop { $0 != "[" }.dropFirst().prefix { $0 != "]" }
        return try rest.split(separator: ",").map { entry in
            try hexBytes(entry.filter { $0 != " " && $0 != "'" })
        }
    }
}
