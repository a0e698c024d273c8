import BigIntegers
import FilecoinTypes
import JSON
import KeyValueStore
import Multiformats
import NetworkParameters
import Synchronization
import TestSupport
import Testing

@testable import MessagePool

/// What lotus answered when messages were pushed at the head of a recorded chain.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct RecordedPoolTests {
    private struct Call {
        let name: String
        let parameters: [Fixture]
        let answer: Fixture
    }

    private func calls() throws -> [Call] {
        let lines = try Vectors.lines("reference/lotus/rpc/full-node-http.jsonl.gz")
        return try lines.filter { $0["group"].text == "mpool" }.compactMap { line in
            let request = Fixture(try JSONValue(parsing: Array(line["request"]["body"].text.utf8)))
            guard let answer = try? JSONValue(parsing: Array(line["response"]["body"].text.utf8))
            else { return nil }
            return Call(
                name: String(request["method"].text.dropFirst("Filecoin.".count)),
                parameters: request["params"].list,
                answer: Fixture(answer)
            )
        }
    }

    /// The senders as they stand at the head of chain-nv15-a.
    private func chain() throws -> ScriptedChain {
        let states: [(String, UInt64, String)] = [
            ("t14dcqi54nl43d7ushzemivcyzczzu5gogmvkhldq", 77, "998308376143823335331487"),
            ("t1wnsaak6ai4r62bdbgis3gcs4puk6p64s5qswbhy", 48, "50011982673540613441135"),
            (
                "t3ra4nikr3qbsfcxrd2wdambab4d7rizt4pghnm6mnuecy62g3qmgfubv2f63xtvi5fxlubixjeogspnp2d2fq",
                68, "1000000000000000000000"
            ),
            (
                "t3u66v7g7ncaj6tazpv7p7dezy6x2b7dq6yevzrjqmw3qhnqfxxxppwxxmq5wh73cr3vn2c7h2xt3oqsrrdjlq",
                52, "1000000000000000000000"
            ),
        ]
        let chain = ScriptedChain()
        for (text, nonce, balance) in states {
            let address = try Address(text: text)
            let amount = TokenAmount(attoFIL: try #require(BigInt(balance)))
            chain.tables.withLock {
                $0.states[address] = SenderState(nonce: nonce, balance: amount)
                if nonce == 77 { $0.keys[.id(100)] = address }
            }
        }
        return chain
    }

    @Test func `pushes and nonces are answered as lotus did`() async throws {
        let pool = MessagePool(
            chain: try chain(),
            parameters: .twoKiB,
            store: MemoryStore(),
            head: try makeTipset(height: 8800)
        )
        var compared = 0
        for call in try calls() {
            switch call.name {
            case "MpoolGetNonce":
                let address = try Address(text: call.parameters[0].text)
                // An actor that is no account is the chain's to refuse.
                guard address != .id(1000) else { continue }
                #expect(Int(try await pool.nextNonce(of: address)) == call.answer["result"].integer)
            case "MpoolPush", "MpoolPushUntrusted":
                try await push(call.parameters[0], to: pool, call)
            case "MpoolBatchPush":
                for message in call.parameters[0].list {
                    try await pool.push(try SignedMessage(from: message.value))
                }
            case "MpoolPushMessage":
                guard !call.answer["result"].isNull else { continue }
                try await pool.push(try SignedMessage(from: call.answer["result"].value))
            case "MpoolSelect":
                try await select(call, from: pool)
            case "MpoolClear":
                try await pool.clear(includingLocal: true)
            case "MpoolPending":
                let waiting = await pool.pendingMessages().messages
                let cids = Set(try call.answer["result"].list.map { try CID($0["CID"]["/"].text) })
                #expect(Set(waiting.map(\.cid)) == cids)
            case "MpoolCheckMessages":
                let prototypes = try call.parameters[0].list.map {
                    MessagePrototype(
                        try Message(from: $0["Message"].value),
                        hasNonce: $0["ValidNonce"].bool
                    )
                }
                try compare(try await pool.check(prototypes), with: call.answer)
            case "MpoolCheckPendingMessages":
                let address = try Address(text: call.parameters[0].text)
                try compare(try await pool.checkPending(of: address), with: call.answer)
            default: continue
            }
            compared += 1
        }
        #expect(compared == 38)
    }

    private func push(_ parameter: Fixture, to pool: MessagePool, _ call: Call) async throws {
        let message = try SignedMessage(from: parameter.value)
        let origin: MessageOrigin = call.name == "MpoolPush" ? .local : .untrusted
        do {
            let cid = try await pool.push(message, from: origin).cid
            #expect(cid.description == call.answer["result"]["/"].text)
        } catch let rejection as MessageRejection {
            let expected = call.answer["error"]["message"].text
            if rejection.code == .badSignature {
                // The recording names the CID of another run's signature.
                #expect(expected.hasPrefix("signature verification failed: failed to validate"))
                #expect(expected.hasSuffix("(type 1): signature did not match"))
                #expect(rejection.description.hasSuffix("(type 1): signature did not match"))
            } else {
                #expect(rejection.description == expected)
            }
        }
    }

    private func compare(_ checks: [[MessageCheck]], with answer: Fixture) throws {
        let expected = answer["result"].list.map { $0.list.map { $0.value.jsonText() } }
        #expect(checks.map { $0.map { $0.jsonText() } } == expected)
    }

    private func select(_ call: Call, from pool: MessagePool) async throws {
        var generator = SeededGenerator(seed: 1)
        let head = await pool.pendingMessages().head
        let quality = try #require(Double(call.parameters[1].value.jsonText()))
        let chosen = try await pool.select(on: head, quality: quality, using: &generator)
        let expected = try call.answer["result"].list.map { try CID($0["CID"]["/"].text) }
        #expect(chosen.map(\.cid) == expected)
    }
}
