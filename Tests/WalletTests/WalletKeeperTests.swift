import Bytes
import CBOR
import FilecoinCrypto
import FilecoinTypes
import Foundation
import JSON
import SQLStore
import ServiceKit
import Synchronization
import TestSupport
import Testing
import VenusAPI

@testable import Wallet

@Suite struct WalletKeeperTests {
    private func keeper() async throws -> WalletKeeper {
        WalletKeeper(
            store: try await KeyStore(.memory) { 0 },
            cost: ScryptCost(n: 1024, p: 1),
            random: SeededRandom(seed: [5])
        )
    }

    @Test func `nothing works without a password, and nothing when locked`() async throws {
        let keeper = try await keeper()
        #expect(await keeper.isLocked)
        await #expect(throws: WalletFailure.passwordNotSet) { try await keeper.generate(.bls) }
        await #expect(throws: WalletFailure.passwordNotSet) { try await keeper.unlock(Secret("a")) }
        try await keeper.setPassword(Secret("a"))
        await #expect(throws: WalletFailure.passwordExists) {
            try await keeper.setPassword(Secret("b"))
        }
        await #expect(throws: WalletFailure.alreadyUnlocked) {
            try await keeper.unlock(Secret("a"))
        }
        let address = try await keeper.generate(.secp256k1)
        let signature = try await keeper.sign([1], SigningMeta(.unknown), by: address)
        try signature.verify([1], by: address)

        await #expect(throws: WalletFailure.passwordMismatch) { try await keeper.lock(Secret("b")) }
        try await keeper.lock(Secret("a"))
        await #expect(throws: WalletFailure.locked) {
            try await keeper.sign([1], SigningMeta(.unknown), by: address)
        }
        await #expect(throws: WalletFailure.locked) { try await keeper.export(address) }
        #expect(try await keeper.contains(address))
        await #expect(throws: WalletFailure.passwordMismatch) {
            try await keeper.unlock(Secret("b"))
        }
        try await keeper.unlock(Secret("a"))
        #expect(try await keeper.sign([1], SigningMeta(.unknown), by: address) == signature)
    }

    @Test func `no key is added under another password than its neighbours have`() async throws {
        let store = try await KeyStore(.memory) { 0 }
        func keeper() -> WalletKeeper {
            WalletKeeper(
                store: store,
                cost: ScryptCost(n: 1024, p: 1),
                random: SeededRandom(seed: [5])
            )
        }
        let first = keeper()
        try await first.setPassword(Secret("a"))
        let address = try await first.generate(.bls)
        // Another process takes any password, as the original does.
        let second = keeper()
        try await second.setPassword(Secret("b"))
        await #expect(throws: WalletFailure.self) { try await second.provePassword() }
        await #expect(throws: WalletFailure.self) { try await second.generate(.bls) }
        #expect(try await store.addresses() == [address])
        let third = keeper()
        try await third.setPassword(Secret("a"))
        _ = try await third.generate(.secp256k1)
        #expect(try await store.addresses().count == 2)
    }

    @Test func `what is signed and what is refused is noted, for a time`() async throws {
        let now = Mutex<Int64>(1_795_222_800_000_000_000)
        let store = try await KeyStore(.memory) { now.withLock { $0 } }
        let keeper = WalletKeeper(
            store: store,
            cost: ScryptCost(n: 1024, p: 1),
            random: SeededRandom(seed: [5]),
            recordTime: .seconds(3600)
        )
        try await keeper.setPassword(Secret("a"))
        let address = try await keeper.generate(.secp256k1)
        let signature = try await keeper.sign([1], SigningMeta(.unknown), by: address)
        now.withLock { $0 += 1_500_000_000 }
        await #expect(throws: WalletFailure.self) {
            try await keeper.sign([1], SigningMeta(.block), by: address)
        }
        let records = try await keeper.records(SignRecordQuery())
        #expect(records.map(\.type) == ["block", "unknown"])
        #expect(records[1].signature == signature && records[1].error.isEmpty)
        #expect(records[0].signature == nil && !records[0].error.isEmpty)
        #expect(records[0].createdAt - records[1].createdAt == 1_500_000_000)
        let again = try [SignRecord](from: JSONValue(parsing: records.jsonText()))
        #expect(again == records)

        var query = SignRecordQuery()
        query.isError = true
        #expect(try await keeper.records(query) == [records[0]])
        query.isError = false
        query.before = records[1].createdAt
        #expect(try await keeper.records(query) == [records[1]])
        query.before = nil
        query.signer = address
        query.limit = 1
        query.skip = 1
        #expect(try await keeper.records(query) == [records[1]])

        now.withLock { $0 += 3_600_000_000_000 }
        _ = try await keeper.sign([2], SigningMeta(.unknown), by: address)
        #expect(try await keeper.records(SignRecordQuery()).map(\.rawMessage) == [[2], [1]])
    }

    @Test func `a deleted key no longer signs`() async throws {
        let keeper = try await keeper()
        try await keeper.setPassword(Secret("a"))
        let address = try await keeper.generate(.bls)
        let info = try await keeper.export(address)
        _ = try await keeper.sign([1], SigningMeta(.unknown), by: address)
        try await keeper.remove(address)
        await #expect(throws: WalletFailure.notFound) {
            try await keeper.sign([1], SigningMeta(.unknown), by: address)
        }
        #expect(try await keeper.add(info) == address)
        #expect(try await keeper.add(info) == address)
        #expect(try await keeper.addresses() == [address])
    }

    @Test func `a miner's second block of a height is not signed`() async throws {
        let store = try await KeyStore(.memory) { 0 }
        let miner = try Address(text: "t01000")
        try await store.reserveBlock(miner: miner, height: ChainEpoch(7), digest: [1])
        // The same header again is no fault: an answer may have been lost.
        try await store.reserveBlock(miner: miner, height: ChainEpoch(7), digest: [1])
        try await store.reserveBlock(miner: miner, height: ChainEpoch(8), digest: [2])
        try await store.reserveBlock(
            miner: Address(text: "t01001"),
            height: ChainEpoch(7),
            digest: [2]
        )
        await #expect(throws: WalletFailure.self) {
            try await store.reserveBlock(miner: miner, height: ChainEpoch(7), digest: [2])
        }
    }

    @Test(.enabled(if: Vectors.arePresent, Vectors.missing))
    func `what is signed is what the original signed`() async throws {
        let path = "reference/services/wallet/v1.2.0/sign_types.json.gz"
        let recording = try JSONValue(parsing: Vectors.gunzippedText(path))
        let steps = Fixture(recording["steps"]).list
        let keeper = try await keeper()
        try await keeper.setPassword(Secret("password"))
        for key in Fixture(recording["keys"]).list {
            let type = try #require(SignatureType(name: key["Type"].text))
            _ = try await keeper.add(
                KeyInfo(type: type, privateKey: SecretBytes(key["Priv"].hex))
            )
        }
        var signed = 0
        var refused = 0
        for step in steps {
            let body = try JSONValue(parsing: step["request"]["body"].text)
            guard body["method"]?.string == "Filecoin.WalletSign", let parameters = body["params"],
                let signer = parameters[0], let request = parameters[1], let meta = parameters[2]
            else { continue }
            let answer = try JSONValue(parsing: step["response"]["body"].text)
            let signature = try? await keeper.sign(
                JSONBytes(from: request).bytes,
                SigningMeta(from: meta),
                by: Address(from: signer)
            )
            if let wanted = answer["result"] {
                #expect(try signature == Signature(from: wanted), "\(step["step"]) \(step["note"])")
                signed += 1
            } else {
                #expect(signature == nil, "\(step["step"]) \(step["note"])")
                refused += 1
            }
        }
        #expect(signed > 80)
        #expect(refused > 30)
    }
}
