import Bytes
import FilecoinCrypto
import FilecoinTypes
import JSON
import Multiformats
import TestSupport
import Testing

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct KeyVectorTests {
    struct BLS: Decodable {
        struct Row: Decodable {
            let privateKeyFilecoinLE: String
            let keyInfoExportHex: String
            let publicKey: String
            let address: String
            let message: String
            let signature: String
        }
        struct Aggregate: Decodable {
            let publicKeys: [String]
            let messages: [String]
            let signatures: [String]
            let aggregate: String
        }
        let sign: [Row]
        let aggregate: Aggregate
    }

    @Test func `BLS keys give the listed addresses, exports and signatures`() throws {
        let file: BLS = try Vectors.json("bls/filecoin-bls-nul.json")
        for row in file.sign {
            let info = try KeyInfo(json: hex(row.keyInfoExportHex))
            #expect(info.privateKey == SecretBytes(hex(row.privateKeyFilecoinLE)))
            #expect(info.jsonBytes().hex == row.keyInfoExportHex)
            let key = try SigningKey(info)
            #expect(key.publicKey.hex == row.publicKey)
            #expect(key.address.text(on: .mainnet) == row.address)
            let signature = key.sign(hex(row.message))
            #expect(signature.data.hex == row.signature)
            try signature.verify(hex(row.message), by: key.address)
        }
    }

    @Test func `signatures aggregate to the listed one`() throws {
        let rows = try Vectors.json("bls/filecoin-bls-nul.json", as: BLS.self).aggregate
        let signatures = rows.signatures.map { Signature(type: .bls, data: hex($0)) }
        let aggregate = try Signature.aggregate(signatures)
        #expect(aggregate.data.hex == rows.aggregate)
        let signers = try rows.publicKeys.map { try Address.bls(publicKey: hex($0)) }
        let signed = zip(signers, rows.messages).map { (signer: $0, message: hex($1)) }
        try aggregate.verifyAggregate(signed)
        #expect(throws: SignatureError.mismatch(.bls)) {
            try aggregate.verifyAggregate(Array(signed.dropLast()))
        }
        try Signature.aggregate([]).verifyAggregate([])
    }

    @Test func `message signatures are as listed`() throws {
        for row in try [JSONObject](json: Vectors.bytes("serialization/message_signing.json")) {
            let message: Message = try row.decode("Unsigned")
            let key = try signingKey(.bls, row.decodeBase64("PrivateKey"))
            #expect(key.address == message.from)
            #expect(try key.sign(message.cid.bytes) == row.decode("Signature"))
        }
    }

    @Test func `the keys of the recorded chains belong to their addresses`() throws {
        var checked = 0
        for chain in ["chain-nv15-a", "chain-nv14-nv15", "chain-nv15-long", "chain-nv15-real"] {
            let text = String(
                decoding: try Vectors.bytes("reference/lotus/\(chain)/keys.jsonl"),
                as: UTF8.self
            )
            for line in text.split(separator: "\n") {
                let row = try JSONObject(json: String(line))
                let type = try #require(SignatureType(name: row.decode("type", as: String.self)))
                let key = try signingKey(type, row.decodeBase64("privateKey"))
                #expect(try key.publicKey == row.decodeBase64("publicKey"))
                #expect(try key.address == row.decode("address"))
                checked += 1
            }
        }
        #expect(checked > 20)
    }
}

@Suite struct KeyTests {
    @Test func `new keys sign, and their exports are the same keys`() throws {
        var generator = SeededGenerator(seed: 31)
        for type in [SignatureType.bls, .secp256k1] {
            let info = try KeyInfo.generate(type, using: &generator)
            let key = try SigningKey(info)
            let again = try SigningKey(KeyInfo(json: info.jsonBytes()))
            #expect(key.address == again.address)
            #expect(key.sign([1]) == again.sign([1]))
            try key.sign([1]).verify([1], by: key.address)
            #expect(try KeyInfo.generate(type) != info)
        }
        #expect(throws: KeyError.unknownType(.delegated)) { try KeyInfo.generate(.delegated) }
    }

    @Test func `the known keys of venus-wallet`() throws {
        let secp = try signingKey(
            .secp256k1,
            hex("2a2a2a2a2a2a2a2a5fbf0ed0f8364c01ff27540ecd6669ff4cc548cbe60ef5ab")
        )
        #expect(secp.address.text(on: .testnet) == "t17rmoshisxovfjkrox2gpryaupmsalzy2tlaluiq")
        let bls = try signingKey(
            .bls,
            hex("33ff38fa8c1c53c3ef1b2f811cee9ce4f7ec2ce90b16ceeb9675dc6aa3d04817")
        )
        #expect(
            bls.address.text(on: .testnet)
                == "t3tho7tbdrw3xuy6ybz6p5tfc7nsqqa2ozhsrnmhwynrb3keeaeywe3felidbpgvy2wcxktmxcezlpz7pbu5pq"
        )
    }

    @Test func `key files are read as Go reads them`() throws {
        let lower = #"{"privateKey":"9M50rYqZ13VstzAUvvWkQDYJ281rO245W9NHzXmTHWM=","type":"bls"}"#
        let number = #"{"Type":2,"PrivateKey":"9M50rYqZ13VstzAUvvWkQDYJ281rO245W9NHzXmTHWM="}"#
        #expect(try KeyInfo(json: lower) == KeyInfo(json: number))
        #expect(throws: JSONError.self) { try KeyInfo(json: #"{"Type":"rsa","PrivateKey":""}"#) }
        #expect(throws: JSONError.self) { try KeyInfo(json: #"{"Type":9,"PrivateKey":""}"#) }
        #expect(throws: KeyError.self) {
            try SigningKey(KeyInfo(json: #"{"Type":"bls","PrivateKey":""}"#))
        }
    }

    @Test func `secrets do not print`() throws {
        let secret = SecretBytes([1, 2, 3])
        #expect("\(secret)" == "<redacted>")
        var dumped = ""
        dump(KeyInfo(type: .bls, privateKey: secret), to: &dumped)
        #expect(dumped.contains("<redacted>"))
        #expect(secret == SecretBytes([1, 2, 3]))
        #expect(secret != SecretBytes([1, 2, 4]))
        #expect(secret != SecretBytes([1, 2]))
        #expect(SecretBytes([]).count == 0)
        var bytes: [UInt8] = [9, 9]
        let taken = SecretBytes(wiping: &bytes)
        #expect(bytes == [0, 0])
        #expect(taken == SecretBytes([9, 9]))
    }

    @Test func `a signature of another kind than its signer is refused`() throws {
        var generator = SeededGenerator(seed: 32)
        let bls = try SigningKey(KeyInfo.generate(.bls, using: &generator))
        let secp = try SigningKey(KeyInfo.generate(.secp256k1, using: &generator))
        #expect(throws: SignatureError.wrongSigner(secp.address, type: .bls)) {
            try bls.sign([1]).verify([1], by: secp.address)
        }
        #expect(throws: SignatureError.wrongSigner(bls.address, type: .secp256k1)) {
            try secp.sign([1]).verify([1], by: bls.address)
        }
        #expect(throws: SignatureError.wrongSigner(.market, type: .bls)) {
            try bls.sign([1]).verify([1], by: .market)
        }
        #expect(throws: SignatureError.unsupportedType(.delegated)) {
            try Signature(type: .delegated, data: []).verify([1], by: secp.address)
        }
        #expect(throws: SignatureError.unsupportedType(.secp256k1)) {
            try Signature.aggregate([secp.sign([1])])
        }
    }
}
