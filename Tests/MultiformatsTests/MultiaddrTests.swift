import Bytes
import Multiformats
import TestSupport
import Testing

@Suite struct MultiaddrTests {
    // The feature file of the specification, and addresses of go-multiaddr's tests.
    static let known: [(String, String)] = [
        ("/ip4/192.0.2.42/tcp/443", "04c000022a0601bb"),
        ("/ip4/127.0.0.1/udp/1234", "047f000001910204d2"),
        ("/ip4/127.0.0.1/tcp/4321", "047f0000010610e1"),
        (
            "/ip4/127.0.0.1/udp/1234/ip4/127.0.0.1/tcp/4321",
            "047f000001910204d2047f0000010610e1"
        ),
        ("/ip6/2001:8a0:7ac5:4201:3ac9:86ff:fe31:7095", "29200108a07ac542013ac986fffe317095"),
        ("/dns4/example.com", "360b6578616d706c652e636f6d"),
        ("/unix/a/b/c/d/e", "90030a2f612f622f632f642f65"),
        (
            "/p2p/QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC",
            "a503221220d52ebb89d85b02a284948203a62ff28389c57c9f42beec4ec20db76a68911c0b"
        ),
        ("/ip4/127.0.0.1/udp/0/quic-v1", "047f00000191020000cd03"),
        ("/ip4/127.0.0.1/tcp/9090/tls/http", "047f000001062382c003e003"),
    ]

    @Test(arguments: known)
    func `text and bytes of known addresses`(_ text: String, _ hex: String) throws {
        let address = try Multiaddr(text)
        #expect(address.bytes.hex == hex)
        #expect(address.description == text)
        #expect(try Multiaddr(bytes: address.bytes) == address)
    }

    @Test func `the parts of the feature file`() throws {
        let address = try Multiaddr("/ip4/192.0.2.42/tcp/443")
        #expect(address.components.map(\.text) == ["192.0.2.42", "443"])
        #expect(address.components.map(\.protocol.name) == ["ip4", "tcp"])
        #expect(address.components.map(\.value.hex) == ["c000022a", "01bb"])
    }

    @Test func `other ways to write the same address`() throws {
        #expect(
            try Multiaddr("/ip4/1.2.3.4/tcp/80/").description == "/ip4/1.2.3.4/tcp/80"
        )
        #expect(
            try Multiaddr("/ipfs/QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC").description
                == "/p2p/QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC"
        )
        #expect(try Multiaddr("/ip6/0:0::0:1/tcp/1").description == "/ip6/::1/tcp/1")
        #expect(try Multiaddr("/ip6/1:0:0:2:0:0:0:3").description == "/ip6/1:0:0:2::3")
        #expect(try Multiaddr("/ip6/::ffff:1.2.3.4").description == "/ip6/::ffff:1.2.3.4")
        #expect(try Multiaddr("/ip6/::").description == "/ip6/::")
        #expect(try Multiaddr("/http-path/a%2fb").description == "/http-path/a%2Fb")
    }

    @Test func `where to connect`() throws {
        let address = try Multiaddr("/ip4/127.0.0.1/tcp/3453/http")
        let endpoint = try #require(address.tcpEndpoint)
        #expect(endpoint == ("127.0.0.1", 3453))
        #expect(!address.usesTLS)
        #expect(try Multiaddr("/dns/a.example/tcp/443/https").usesTLS)
        #expect(try Multiaddr("/ip4/127.0.0.1/udp/1").tcpEndpoint == nil)
        #expect(address[.tcp] == "3453")
    }

    @Test(arguments: [
        "", "ip4/1.2.3.4", "/", "/ip4", "/ip4/1.2.3", "/ip4/1.2.3.256", "/ip4/01.2.3.4",
        "/ip4/::1", "/ip6/1.2.3.4", "/ip6/:::", "/ip6/1::2::3", "/ip6/1:2:3:4:5:6:7:8:9", "/tcp",
        "/tcp/65536", "/tcp/-1", "/tcp/+1", "/nonsense/1", "/p2p/Qmxyz", "/unix", "/dns4/",
        "/ip4/1.2.3.4//tcp/80", "/certhash/b2uaraocy6yrdblb4sfptaddgimjmmp",
        "/onion/timaq4ygg2iegci7:0",
    ])
    func `what is no address is refused`(_ text: String) {
        #expect(throws: MultiaddrError.self) { try Multiaddr(text) }
    }

    @Test func `any bytes are refused or come back`() throws {
        var random = SeededGenerator(seed: 12)
        let heads: [[UInt8]] = try [
            "04", "06", "29", "36", "9003", "a503", "bc03", "d203", "e103", "8906", "bd03", "be03",
        ].map { try hexBytes($0) }
        var accepted = 0
        for round in 0..<100_000 {
            let tail = random.bytes(Int(random.next() % 20))
            let head = heads[round % heads.count]
            let length: [UInt8] = round % 3 == 0 ? [UInt8(tail.count)] : []
            guard let address = try? Multiaddr(bytes: head + length + tail) else { continue }
            accepted += 1
            let same = try? Multiaddr(address.description)
            if address.bytes != head + length + tail || same?.bytes != address.bytes {
                Issue.record("\(head + length + tail), seed 12")
            }
        }
        #expect(accepted > 1000)
    }
}

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct MultiformatVectorTests {
    private static func rows(_ path: String) throws -> [[String]] {
        let text = String(decoding: try Vectors.bytes("multiformats/" + path), as: UTF8.self)
        return text.split(separator: "\n").map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).map { cell in
                String(
                    cell.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()
                )
            }
        }
    }

    @Test func `every protocol of the multiaddr registry`() throws {
        for row in try Self.rows("multiaddr/protocols.csv").dropFirst() {
            let found = try #require(MultiaddrProtocol.named(row[2]), "\(row[2])")
            #expect(found.code == UInt64(row[0]))
            if row[2] != "ipfs" { #expect(found.name == row[2]) }
            #expect(found.hasValue == (row[1] != "0"))
        }
    }

    static let names: [String: Multibase] = [
        "base2": .base2, "base8": .base8, "base10": .base10, "base16": .base16,
        "base16upper": .base16Upper, "base32": .base32, "base32upper": .base32Upper,
        "base32hex": .base32Hex, "base32hexupper": .base32HexUpper, "base32pad": .base32Padded,
        "base32padupper": .base32PaddedUpper, "base32hexpad": .base32HexPadded,
        "base32hexpadupper": .base32HexPaddedUpper, "base32z": .base32Z, "base36": .base36,
        "base36upper": .base36Upper, "base58btc": .base58BTC, "base58flickr": .base58Flickr,
        "base64": .base64, "base64pad": .base64Padded, "base64url": .base64URL,
        "base64urlpad": .base64URLPadded,
    ]

    @Test(arguments: [
        ("basic.csv", "yes mani !", true), ("leading_zero.csv", "\0yes mani !", true),
        ("two_leading_zeros.csv", "\0\0yes mani !", true),
        ("case_insensitivity.csv", "hello world", false),
    ])
    func `each base gives the listed text`(
        _ file: String,
        _ text: String,
        _ isCanonical: Bool
    ) throws {
        var count = 0
        for row in try Self.rows("multibase/" + file).dropFirst() where row[0] != "base256emoji" {
            let base = try #require(Self.names[row[0]], "\(row[0])")
            let encoded = String(row[1].dropFirst().dropLast())
            let decoded = try Multibase.decode(encoded)
            #expect(decoded.bytes == Array(text.utf8), "\(row[0])")
            #expect(decoded.base == base)
            if isCanonical { #expect(base.encode(Array(text.utf8)) == encoded) }
            count += 1
        }
        #expect(count >= (isCanonical ? 22 : 10))
    }

    @Test func `each multihash of the test values`() throws {
        let text = String(
            decoding: try Vectors.gunzipped("multiformats/multihash/test_cases.csv.gz"),
            as: UTF8.self
        )
        let codes: [String: Multihash.Code] = [
            "sha1": .sha1, "sha2-256": .sha256, "sha2-512": .sha512,
        ]
        var computed = 0
        var decoded = 0
        for line in text.split(separator: "\n").dropFirst() {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            let bits = try #require(Int(cells[1]))
            let bytes = try hexBytes(cells[3])
            let multihash = try Multihash(bytes: bytes)
            #expect(multihash.digest.count == bits / 8)
            #expect(multihash.bytes == bytes)
            decoded += 1
            // There is no SHA-3 here; its rows are only decoded.
            guard let code = codes[String(cells[0])] else { continue }
            let whole = try #require(Multihash(hashing: Array(cells[2].utf8), with: code))
            #expect(multihash.code == code)
            #expect(Array(whole.digest.prefix(bits / 8)) == multihash.digest, "\(cells[2])")
            computed += 1
        }
        #expect(decoded == 260)
        #expect(computed == 180)
    }

    @Test func `our codes are those of the multicodec table`() throws {
        var table: [String: UInt64] = [:]
        for row in try Self.rows("multicodec-table.csv").dropFirst() where row.count > 2 {
            table[row[0]] = UInt64(row[2].dropFirst(2), radix: 16)
        }
        let codecs: [(String, Codec)] = [
            ("raw", .raw), ("dag-pb", .dagPB), ("dag-cbor", .dagCBOR), ("libp2p-key", .libp2pKey),
            ("cbor", .cbor), ("dag-json", .dagJSON), ("json", .json),
            ("fil-commitment-unsealed", .filCommitmentUnsealed),
            ("fil-commitment-sealed", .filCommitmentSealed),
        ]
        for (name, codec) in codecs { #expect(table[name] == codec.rawValue, "\(name)") }
        let hashes: [(String, Multihash.Code)] = [
            ("identity", .identity), ("sha1", .sha1), ("sha2-256", .sha256), ("sha2-512", .sha512),
            ("dbl-sha2-256", .doubleSHA256), ("blake2b-256", .blake2b256),
            ("blake2b-8", .blake2b(length: 1)), ("blake2b-512", .blake2b(length: 64)),
            ("sha2-256-trunc254-padded", .sha256Truncated254Padded),
            ("poseidon-bls12_381-a2-fc1", .poseidonBLS12381A2FC1),
        ]
        for (name, code) in hashes { #expect(table[name] == code.rawValue, "\(name)") }
        for entry in MultiaddrProtocol.all where table[entry.name] != nil {
            #expect(table[entry.name] == entry.code, "\(entry.name)")
        }
    }
}
