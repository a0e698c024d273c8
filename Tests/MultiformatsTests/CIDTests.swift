import Bytes
import CBOR
import Multiformats
import TestSupport
import Testing

@Suite struct CIDTests {
    @Test func `digests of every length come back, in bytes and as links`() throws {
        for length in 0...70 {
            let digest = (0..<length).map { UInt8(200 - $0) }
            let cid = CID(codec: .raw, multihash: Multihash(code: .identity, digest: digest))
            #expect(cid.digest == digest)
            #expect(cid.codec == .raw && cid.hashCode == .identity && cid.version == 1)
            #expect(cid.bytes == [1, 0x55, 0, UInt8(length)] + digest)
            #expect(cid.byteCount == cid.bytes.count)
            #expect((cid.digest32 != nil) == (length == 32))
            let read = try CID(bytes: cid.bytes)
            #expect(read == cid && read.hashValue == cid.hashValue)
            #expect(try CID(cbor: cid.cborBytes()) == cid)
            let longer = CID(
                codec: .raw,
                multihash: Multihash(code: .identity, digest: digest + [0])
            )
            #expect(longer != cid)
            #expect((cid < longer) == cid.bytes.lexicographicallyPrecedes(longer.bytes))
        }
    }

    @Test func `usual links and all others are found in a block, identities if asked for`() throws {
        let usual = CID.dagCBOR(hashing: [1, 2, 3])
        let raw = CID.raw(hashing: [4])
        let identity = CID(codec: .raw, multihash: Multihash(code: .identity, digest: [7, 7]))
        var encoder = CBOREncoder()
        encoder.array(5)
        encoder.encode(usual)
        encoder.encode(raw)
        encoder.encode(identity)
        // A byte string that holds a link is none.
        encoder.bytes(usual.cborBytes())
        encoder.encode(usual)
        #expect(try CID.links(inDAGCBOR: encoder.bytes) == [usual, raw, identity, usual])
        var found: [CID] = []
        try CID.forEachBlockLink(inDAGCBOR: encoder.bytes) { found.append($0) }
        #expect(found == [usual, raw, usual])
        #expect(throws: CBORError.self) {
            try CID.links(inDAGCBOR: Array(encoder.bytes.dropLast()))
        }
        var broken = encoder.bytes
        // The version of the first link.
        broken[6] = 2
        #expect(throws: CBORError.self) { try CID.links(inDAGCBOR: broken) }
    }

    @Test(arguments: [
        (
            "bafy2bzacecnamqgqmifpluoeldx7zzglxcljo6oja4vrmtj7432rphldpdmm2",
            "0171a0e402209a0640d0620af5d1c458effce4cbb8969779c9072b164d3fe6f5179d6378d8cd"
        ),
        (
            "QmQg1v4o9xdT3Q14wh4S7dxZkDjyZ9ssFzFzyep1YrVJBY",
            "122022ad631c69ee983095b5b8acd029ff94aff1dc6c48837878589a92b90dfea317"
        ),
        ("bafkqabiaaebagba", "0155000500010203" + "04"),
    ])
    func `text and bytes of known CIDs`(_ text: String, _ hex: String) throws {
        let cid = try CID(text)
        #expect(cid.description == text)
        #expect(cid.bytes.hex == hex)
        #expect(try CID(bytes: cid.bytes) == cid)
        #expect(cid.byteCount == cid.bytes.count)
        #expect(try CID(cbor: cid.cborBytes()) == cid)
        #expect(CID(version: cid.version, codec: cid.codec, multihash: cid.multihash) == cid)
    }

    @Test func `the CID of an empty DAG-CBOR array`() {
        // The best known Filecoin block: an empty list.
        #expect(
            CID.dagCBOR(hashing: [0x80]).description
                == "bafy2bzacebc3bt6cedhoyw34drrmjvazhu4oj25er2ebk4u445pzycvq4ta4a"
        )
        #expect(CID.dagCBOR(hashing: [0x80]).matches([0x80]) == true)
        #expect(CID.dagCBOR(hashing: [0x80]).matches([0x81]) == false)
    }

    @Test func `what is no CID is refused`() throws {
        let cid = CID.raw(hashing: [1])
        #expect(throws: CIDError.trailingBytes(count: 1)) { try CID(bytes: cid.bytes + [0]) }
        #expect(throws: CIDError.truncated) { try CID(bytes: [1]) }
        #expect(throws: CIDError.multihash(.truncated)) { try CID(bytes: cid.bytes.dropLast()) }
        #expect(throws: CIDError.unsupportedVersion(2)) {
            try CID(bytes: [2] + cid.bytes.dropFirst())
        }
        #expect(throws: CIDError.multibase(.empty)) { try CID("") }
        let version0 = try CID("QmQg1v4o9xdT3Q14wh4S7dxZkDjyZ9ssFzFzyep1YrVJBY")
        #expect(throws: CIDError.prefixedVersion0) {
            try CID(Multibase.base58BTC.encode(version0.bytes))
        }
        #expect(throws: CBORError(.invalidLink, at: 0)) { try CID(cbor: [0xd8, 0x2a, 0x42, 1, 1]) }
        #expect(throws: CBORError(.invalidTag(43), at: 0)) {
            try CID(cbor: [0xd8, 0x2b, 0x42, 0, 1])
        }
    }

    @Test func `any bytes are refused or come back, and order is that of the bytes`() {
        var random = SeededGenerator(seed: 8)
        var previous = CID.raw(hashing: [])
        for round in 0..<100_000 {
            var bytes = random.bytes(Int(random.next() % 44))
            if round % 2 == 0 {
                let heads: [[UInt8]] = [[1, 0x55, 0x12, 32], [1, 0x71, 0, 3], [0x12, 0x20], [1]]
                bytes = heads[round / 2 % 4] + bytes
            }
            var offset = 0
            guard let cid = try? CID(bytes, at: &offset) else { continue }
            let isRight =
                cid.bytes == Array(bytes[..<offset])
                && CID(version: cid.version, codec: cid.codec, multihash: cid.multihash) == cid
                && (cid < previous) == cid.bytes.lexicographicallyPrecedes(previous.bytes)
            if !isRight { Issue.record("\(bytes), seed 8") }
            previous = cid
        }
    }
}

@Suite struct TextFuzzTests {
    @Test func `any text is refused or stands for what comes back`() {
        var random = SeededGenerator(seed: 13)
        let alphabet = Array("bafyzQm1kmuM0f9=/-+AZ2é%:.".unicodeScalars)
        for round in 0..<100_000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<random.next() % 12 {
                text.append(alphabet[Int(random.next() % UInt64(alphabet.count))])
            }
            let noise = String(text)
            if let decoded = try? Multibase.decode(noise) {
                let again = try? Multibase.decode(decoded.base.encode(decoded.bytes))
                if again?.bytes != decoded.bytes { Issue.record("\(noise), seed 13") }
            }
            // Two bytes in front make a good many of them pass.
            let cidText = round % 2 == 0 ? noise : Multibase.base32.encode([1, 0x55, 0, 0]) + noise
            if let cid = try? CID(cidText), (try? CID(cid.description)) != cid {
                Issue.record("\(cidText), seed 13")
            }
            let addressText = "/dns/" + noise
            if let address = try? Multiaddr(addressText),
                (try? Multiaddr(bytes: address.bytes)) != address
            {
                Issue.record("\(addressText), seed 13")
            }
        }
    }

    @Test func `any bytes are no multihash or come back`() {
        var random = SeededGenerator(seed: 14)
        for _ in 0..<100_000 {
            let bytes = [0x12] + random.bytes(Int(random.next() % 16))
            if let multihash = try? Multihash(bytes: bytes), multihash.bytes != bytes {
                Issue.record("\(bytes), seed 14")
            }
        }
    }
}
