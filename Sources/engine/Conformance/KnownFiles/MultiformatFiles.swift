internal import Bytes
internal import Multiformats

extension KnownFileSet {
    /// Bases, hashes, codes and addresses of the network.
    static let multiformatFiles: [KnownFile] = [
        KnownFile("multiformats/multibase/basic.csv") { try bases($0, "yes mani !") },
        KnownFile("multiformats/multibase/leading_zero.csv") { try bases($0, "\0yes mani !") },
        KnownFile("multiformats/multibase/two_leading_zeros.csv") {
            try bases($0, "\0\0yes mani !")
        },
        KnownFile("multiformats/multibase/case_insensitivity.csv") {
            try bases($0, "hello world", isCanonical: false)
        },
        KnownFile("multiformats/multihash/test_cases.csv.gz", multihashes),
        KnownFile("multiformats/multicodec-table.csv", codes),
        KnownFile("multiformats/multiaddr/protocols.csv") { file in
            try cells(file).dropFirst().map { row in
                KnownFile.Row(row[2]) {
                    guard let found = MultiaddrProtocol.named(row[2]) else {
                        throw TestDataError("the protocol is unknown")
                    }
                    try checkEqual(found.code, UInt64(row[0]) ?? 0, "code")
                    try checkEqual(found.hasValue, row[1] != "0", "whether it has a value")
                }
            }
        },
    ]

    /// The cells of a file of comma-separated values without quotes around commas.
    private static func cells(_ file: ConformanceFile) throws -> [[String]] {
        try file.lines().map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).map { cell in
                String(
                    cell.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace)
                        .reversed()
                )
            }
        }
    }

    private static let bases: [String: Multibase] = [
        "base2": .base2, "base8": .base8, "base10": .base10, "base16": .base16,
        "base16upper": .base16Upper, "base32": .base32, "base32upper": .base32Upper,
        "base32hex": .base32Hex, "base32hexupper": .base32HexUpper, "base32pad": .base32Padded,
        "base32padupper": .base32PaddedUpper, "base32hexpad": .base32HexPadded,
        "base32hexpadupper": .base32HexPaddedUpper, "base32z": .base32Z, "base36": .base36,
        "base36upper": .base36Upper, "base58btc": .base58BTC, "base58flickr": .base58Flickr,
        "base64": .base64, "base64pad": .base64Padded, "base64url": .base64URL,
        "base64urlpad": .base64URLPadded,
    ]

    private static func bases(
        _ file: ConformanceFile,
        _ text: String,
        isCanonical: Bool = true
    ) throws -> [KnownFile.Row] {
        try cells(file).dropFirst().map { row in
            KnownFile.Row(row[0]) {
                guard row[0] != "base256emoji" else {
                    throw KnownFile.Skip(reason: "base256emoji, which nothing in Filecoin uses")
                }
                let base = Self.bases[row[0]]
                let encoded = String(row[1].dropFirst().dropLast())
                let decoded = try Multibase.decode(encoded)
                try checkEqual(decoded.bytes, Array(text.utf8), "bytes")
                try check(decoded.base == base, "another base")
                guard isCanonical else { return }
                try checkEqual(decoded.base.encode(decoded.bytes), encoded, "text")
            }
        }
    }

    /// Rows of algorithm, bits, input and multihash; those of algorithms that are not here are decoded only.
    @Sendable private static func multihashes(_ file: ConformanceFile) throws -> [KnownFile.Row] {
        let codes: [String: Multihash.Code] = [
            "sha1": .sha1, "sha2-256": .sha256, "sha2-512": .sha512,
        ]
        return try file.lines().dropFirst().enumerated().map { index, line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(
                String.init
            )
            return KnownFile.Row("\(index) \(cells[0])") {
                guard cells.count == 4, let bits = Int(cells[1]) else {
                    throw TestDataError("the row has another form")
                }
                let bytes = try hexBytes(cells[3])
                let multihash = try Multihash(bytes: bytes)
                try checkEqual(multihash.digest.count, bits / 8, "length")
                try check(multihash.bytes == bytes, "encodes differently")
                guard let code = codes[cells[0]] else { return }
                try check(multihash.code == code, "another code")
                let whole = Multihash(hashing: Array(cells[2].utf8), with: code)
                let digest = Array((whole?.digest ?? []).prefix(bits / 8))
                try checkEqual(digest.hex, multihash.digest.hex, "digest")
            }
        }
    }

    /// The numbers that we use, each against its row of the registry.
    @Sendable private static func codes(_ file: ConformanceFile) throws -> [KnownFile.Row] {
        var table: [String: UInt64] = [:]
        for row in try cells(file).dropFirst() where row.count > 2 {
            table[row[0]] = UInt64(row[2].dropFirst(2), radix: 16)
        }
        var ours: [(String, UInt64)] = [
            ("raw", Codec.raw.rawValue), ("dag-pb", Codec.dagPB.rawValue),
            ("dag-cbor", Codec.dagCBOR.rawValue), ("libp2p-key", Codec.libp2pKey.rawValue),
            ("cbor", Codec.cbor.rawValue), ("dag-json", Codec.dagJSON.rawValue),
            ("json", Codec.json.rawValue),
            ("fil-commitment-unsealed", Codec.filCommitmentUnsealed.rawValue),
            ("fil-commitment-sealed", Codec.filCommitmentSealed.rawValue),
            ("identity", Multihash.Code.identity.rawValue), ("sha1", Multihash.Code.sha1.rawValue),
            ("sha2-256", Multihash.Code.sha256.rawValue),
            ("sha2-512", Multihash.Code.sha512.rawValue),
            ("dbl-sha2-256", Multihash.Code.doubleSHA256.rawValue),
            ("blake2b-256", Multihash.Code.blake2b256.rawValue),
            ("blake2b-8", Multihash.Code.blake2b(length: 1).rawValue),
            ("blake2b-512", Multihash.Code.blake2b(length: 64).rawValue),
            (
                "sha2-256-trunc254-padded",
                Multihash.Code.sha256Truncated254Padded.rawValue
            ),
            ("poseidon-bls12_381-a2-fc1", Multihash.Code.poseidonBLS12381A2FC1.rawValue),
        ]
        ours += MultiaddrProtocol.all.filter { table[$0.name] != nil }.map { ($0.name, $0.code) }
        let known = table
        return ours.map { name, code in
            KnownFile.Row(name) { try checkEqual(code, known[name] ?? 0, "code") }
        }
    }
}
