import Bytes
import FilecoinCrypto
import FilecoinTypes
import Foundation
import JSON
import SQLStore
import ServiceKit
import TestSupport
import Testing

@testable import Wallet

@Suite struct EncryptedKeyTests {
    // facts/auth-wallet-gateway.md section 9: salt 00..1f, counter 00..0f, the password "password".
    private static let secret =
        "2a2a2a2a2a2a2a2a5fbf0ed0f8364c01ff27540ecd6669ff4cc548cbe60ef5ab"

    private func encrypt(n: UInt64) throws -> EncryptedKey {
        try EncryptedKey(
            SecretBytes(hexBytes(Self.secret)),
            password: PasswordDigest(Secret("password")),
            cost: ScryptCost(n: n, p: 1),
            salt: Array(0..<32),
            counter: Array(0..<16)
        )
    }

    @Test(
        arguments: [
            (
                1024,
                "46fab167545d8dd70e52402b470b511581a8233f00fafc1f32d7800662e66b9d",
                "b29368bc51f0e3fc0317c37ce3a531dac0e1395fa1dbcff4beb76e65c2683687"
            ),
            (
                262_144,
                "bca7a8a19c861a543039f2e2837e7b126c05a112ab477ff05eb2e623cb6ba48d",
                "156f17b324cfe8092512e81f14c901cc1b9a4e151c55f97108c0e03c3b7ad90d"
            ),
        ]
    ) func `a key is encrypted as the scheme says`(
        n: UInt64,
        ciphertext: String,
        mac: String
    ) throws {
        let key = try encrypt(n: n)
        #expect(key.ciphertext.hex == ciphertext)
        #expect(key.mac.hex == mac)
    }

    @Test func `only its password decrypts a key`() throws {
        let key = try EncryptedKey(json: encrypt(n: 1024).jsonBytes())
        let plain = try key.decrypt(PasswordDigest(Secret("password")))
        #expect(try plain == SecretBytes(hexBytes(Self.secret)))
        #expect(throws: WalletFailure.wrongKeyPassword) {
            try key.decrypt(PasswordDigest(Secret("Password")))
        }
    }

    @Test func `a key file that asks for too much is refused`() throws {
        let text = try encrypt(n: 1024).jsonText().replacing(
            "\"n\":1024",
            with: "\"n\":1099511627776"
        )
        let key = try EncryptedKey(json: text)
        #expect(throws: (any Error).self) { try key.decrypt(PasswordDigest(Secret("password"))) }
    }

    @Test(.enabled(if: Vectors.arePresent, Vectors.missing))
    func `the store of the original opens with its password`() async throws {
        for version in ["v1.2.0", "v1.6.0", "v1.20.0"] {
            let folder = "reference/services/wallet/\(version)"
            let recording = try Fixture(file: folder + "/keystore.json")
            let directory = try TemporaryDirectory()
            let path = directory.path("keystore.sqlit")
            try Data(Vectors.gunzipped(folder + "/keystore.sqlit.gz"))
                .write(to: URL(fileURLWithPath: path))
            let store = try await KeyStore(.sqlite(path: path)) { 0 }
            let password = PasswordDigest(Secret(recording["password"].text))
            var secrets: [String: String] = [:]
            for key in recording["keys"].list {
                secrets[String(key["Address"].text.dropFirst())] = key["Priv"].text
            }
            var found = 0
            // Each key costs a second; one of each newer version shows that its rows are understood.
            let wantedCount = version == "v1.2.0" ? secrets.count : 1
            for address in try await store.addresses() {
                guard let wanted = secrets[String(address.description.dropFirst())] else {
                    continue
                }
                let stored = try #require(try await store.key(of: address))
                let plain = try stored.encrypted.decrypt(password)
                #expect(plain.withBytes { $0.hex } == wanted)
                found += 1
                if found == wantedCount { break }
            }
            #expect(found == wantedCount, "\(version)")
            await store.close()
        }
    }
}
