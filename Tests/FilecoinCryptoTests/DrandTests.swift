import Bytes
import FilecoinCrypto
import FilecoinTypes
import JSON
import TestSupport
import Testing

/// The networks that Filecoin used, and real rounds.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct DrandVectorTests {
    let file: JSONObject

    init() throws {
        file = try JSONObject(json: Vectors.bytes("drand/beacons.json"))
    }

    @Test func `each network has the hash it claims, and comes back from JSON`() throws {
        let networks: [JSONObject] = try file.decode("networks")
        #expect(networks.count == 4)
        for network in networks {
            // Reading compares the hash with the one computed from the parts.
            let info = try DrandChainInfo(from: .object(network))
            #expect(try DrandChainInfo(json: info.jsonBytes()) == info)
            _ = try DrandVerifier(info)
            var wrong = network
            wrong["genesis_time"] = 1
            #expect(throws: JSONError.self) { try DrandChainInfo(from: .object(wrong)) }
        }
    }

    @Test func `each round verifies, and no other does`() throws {
        let rows: [JSONObject] = try file.decode("beacons")
        #expect(rows.count == 8)
        for row in rows {
            let scheme = try #require(DrandScheme(rawValue: row.decode("scheme", as: String.self)))
            let info = DrandChainInfo(
                publicKey: hex(try row.decode("publicKey", as: String.self)),
                periodSeconds: 30,
                genesisTime: 0,
                groupHash: [],
                scheme: scheme
            )
            let verifier = try DrandVerifier(info)
            let signature = hex(try row.decode("signature", as: String.self))
            let previous = hex(try row.decode("previousSignature", as: String.self))
            var entry = BeaconEntry(round: try row.decode("round"), data: signature)
            try verifier.verify(entry, previousSignature: previous)
            entry.round += 1
            #expect(throws: DrandError.invalidSignature(round: entry.round)) {
                try verifier.verify(entry, previousSignature: previous)
            }
            entry.round -= 1
            entry.data[50 % entry.data.count] ^= 1
            #expect(throws: DrandError.self) {
                try verifier.verify(entry, previousSignature: previous)
            }
        }
    }
}

@Suite struct DrandTests {
    @Test func `a devnet's signer makes a chain that its verifier accepts`() throws {
        var generator = SeededGenerator(seed: 41)
        let signer = try DrandSigner(KeyInfo.generate(.bls, using: &generator))
        let info = DrandChainInfo(
            publicKey: signer.publicKey,
            periodSeconds: 10,
            genesisTime: 1_700_000_000,
            groupHash: generator.bytes(32)
        )
        let verifier = try DrandVerifier(info)
        var previous = info.groupHash
        for round in 1...5 as ClosedRange<UInt64> {
            let entry = signer.sign(round: round, previousSignature: previous)
            try verifier.verify(entry, previousSignature: previous)
            #expect(throws: DrandError.missingPrevious(round: round)) {
                try verifier.verify(entry, previousSignature: nil)
            }
            previous = entry.data
        }
    }

    @Test func `rounds come out at the start of their period`() {
        let info = DrandChainInfo(
            publicKey: [],
            periodSeconds: 30,
            genesisTime: 1000,
            groupHash: []
        )
        #expect(info.round(at: 999) == 0)
        #expect(info.round(at: 1000) == 1)
        #expect(info.round(at: 1029) == 1)
        #expect(info.round(at: 1030) == 2)
    }

    @Test func `a network without a key of its scheme is refused`() {
        let info = DrandChainInfo(
            publicKey: [1, 2, 3],
            periodSeconds: 30,
            genesisTime: 0,
            groupHash: []
        )
        #expect(throws: DrandError.self) { try DrandVerifier(info) }
    }
}
