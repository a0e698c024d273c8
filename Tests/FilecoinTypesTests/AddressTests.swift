import Bytes
import CBOR
import FilecoinTypes
import JSON
import TestSupport
import Testing

/// The tables of go-address.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct AddressVectorTests {
    struct File: Decodable {
        struct ID: Decodable {
            let id: String
            let testnet: String
        }
        struct Case: Decodable {
            let inputHex: String
            let testnet: String
            let mainnet: String
        }
        struct Cases: Decodable {
            let cases: [Case]
        }
        struct Delegated: Decodable {
            let namespace: String
            let subaddressHex: String
            let string: String
        }
        struct TrailingBits: Decodable {
            let valid: String
            let invalid: String
        }
        struct InvalidString: Decodable {
            let s: String
            let error: String
        }
        struct InvalidBytes: Decodable {
            let hex: String
            let error: String
        }
        let id: [ID]
        let secp256k1: Cases
        let actor: Cases
        let bls: Cases
        let delegated: [Delegated]
        let valid: [String]
        let trailingBits: TrailingBits
        let invalidStrings: [InvalidString]
        let invalidBytesHex: [InvalidBytes]
    }

    let file: File

    init() throws {
        file = try Vectors.json("address/addresses.json")
    }

    @Test func `each input gives the listed address on both networks`() throws {
        for row in file.id {
            let id = try #require(UInt64(row.id))
            #expect(Address.id(ActorID(rawValue: id)).text(on: .testnet) == row.testnet)
        }
        let kinds: [(File.Cases, ([UInt8]) throws -> Address)] = [
            (file.secp256k1, { Address.secp256k1(publicKey: $0) }),
            (file.actor, { Address.actor(seed: $0) }),
            (file.bls, { try Address.bls(publicKey: $0) }),
        ]
        for (cases, make) in kinds {
            #expect(cases.cases.count >= 4)
            for row in cases.cases {
                let address = try make(try #require([UInt8](hex: row.inputHex)))
                #expect(address.text(on: .testnet) == row.testnet)
                #expect(address.text(on: .mainnet) == row.mainnet)
                try expectRoundTrip(address)
            }
        }
        for row in file.delegated {
            let namespace = ActorID(rawValue: try #require(UInt64(row.namespace)))
            let subaddress = try #require([UInt8](hex: row.subaddressHex))
            let address = try Address.delegated(namespace: namespace, subaddress: subaddress)
            #expect(address.text(on: .mainnet) == row.string)
            try expectRoundTrip(address)
        }
    }

    @Test func `each valid string reads and writes`() throws {
        for text in file.valid + [file.trailingBits.valid] {
            let address = try Address(text: text)
            let network: AddressNetwork = text.hasPrefix("f") ? .mainnet : .testnet
            #expect(address.text(on: network) == text)
            try expectRoundTrip(address)
        }
    }

    @Test func `each invalid string and byte string is refused`() {
        for row in file.invalidStrings {
            #expect(throws: AddressError.self, "\(row.s): \(row.error)") {
                try Address(text: row.s)
            }
        }
        #expect(throws: AddressError.invalidEncoding) {
            try Address(text: file.trailingBits.invalid)
        }
        for row in file.invalidBytesHex {
            #expect(throws: AddressError.self, "\(row.hex): \(row.error)") {
                try Address(bytes: try #require([UInt8](hex: row.hex)))
            }
        }
    }

    private func expectRoundTrip(_ address: Address) throws {
        #expect(try Address(bytes: address.bytes) == address)
        #expect(try Address(text: address.text(on: .mainnet)) == address)
        #expect(try Address(cbor: address.cborBytes()) == address)
        #expect(try Address(json: address.jsonBytes()) == address)
    }
}

@Suite struct AddressTests {
    @Test func `an ID has at most 63 bits`() throws {
        #expect(try Address(text: "t09223372036854775807").actorID?.rawValue == UInt64(Int64.max))
        #expect(throws: AddressError.invalidPayload) { try Address(text: "t09223372036854775808") }
    }

    @Test func `a subaddress has at most 54 bytes`() throws {
        _ = try Address.delegated(namespace: 10, subaddress: [UInt8](repeating: 1, count: 54))
        #expect(throws: AddressError.invalidPayload) {
            try Address.delegated(namespace: 10, subaddress: [UInt8](repeating: 1, count: 55))
        }
    }

    @Test func `the letter shown does not change the address`() throws {
        #expect(try Address(text: "f01000") == Address(text: "t01000"))
        #expect(Address.id(1000).text(on: .mainnet) == "f01000")
        #expect(Address.id(1000).text(on: .testnet) == "t01000")
    }

    @Test func `an unset field of the API is no address`() throws {
        let object = try JSONObject(json: #"{"A":"<empty>","B":"","C":null,"D":"t05"}"#)
        for name in ["A", "B", "C", "E"] { #expect(try object.decodeAddressOrEmpty(name) == nil) }
        #expect(try object.decodeAddressOrEmpty("D") == .market)
    }

    @Test func `random text and bytes are refused or come back as they were`() {
        var generator = SeededGenerator(seed: 3)
        let letters = Array("ft01234abcdefghijklmnopqrstuvwxyz234567F")
        for index in 0..<100_000 {
            let bytes = generator.bytes(Int.random(in: 0...60, using: &generator))
            if let address = try? Address(bytes: bytes) {
                #expect(address.bytes == bytes, "seed 3, input \(index)")
            }
            var shaped = bytes
            if !shaped.isEmpty { shaped[0] %= 6 }
            if let address = try? Address(bytes: shaped) {
                #expect(address.bytes == shaped, "seed 3, input \(index)")
                #expect((try? Address(text: address.description)) == address)
            }
            let count = Int.random(in: 0...100, using: &generator)
            let text = String(
                (0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)]
                }
            )
            if let address = try? Address(text: text), address.kind != .id {
                #expect(address.text(on: text.hasPrefix("f") ? .mainnet : .testnet) == text)
            }
        }
    }
}
