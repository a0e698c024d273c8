import EventLoop
import FilecoinTypes
import HTTP
import JSON
import JSONRPC
import Multiformats
import SQLStore
import ServiceKit
import Synchronization
import TestSupport
import Testing
import VenusAPI

@testable import Messager

/// The scenarios of messager v1.18.0 with its node's and wallet's answers: the same messages get the
/// same nonces, gas values and signatures, the same ones are pushed, and they end in the same states.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing)) struct RecordedSelectionTests {
    struct Everybody: TokenVerifier {
        func verify(_ token: String, peer: SocketAddress?) async throws -> Caller? {
            token.isEmpty ? nil : Caller(name: "pool", level: .admin)
        }
    }

    let node = RecordedNode()
    let store: MessagerStore
    let engine: MessagerEngine
    let router: HTTPRouter

    init() async throws {
        let clock = Ticking()
        store = try await MessagerStore(
            .memory,
            random: SeededRandom(seed: [1]),
            now: { clock.next() }
        )
        let log = LogSystem(level: .trace, sinks: [MemorySink()])
        engine = MessagerEngine(
            store: store,
            chain: node,
            signer: node,
            accounts: node,
            targets: { [node] in [node] },
            clock: ManualClock(now: ProtocolTime(seconds: 0)),
            stableTime: .seconds(1),
            log: log.logger("msg-select")
        )
        let api = MessagerAPI(
            engine: engine,
            connections: RPCConnections(http: HTTPClient()),
            log: log,
            version: "1.18.0"
        )
        var router = HTTPRouter()
        api.service().mount(on: &router, at: "/rpc/v0", verifier: Everybody())
        self.router = router
    }

    /// Plays the steps before a number, comparing pushes and rows.
    ///
    /// - Returns: How many rows and batches were compared.
    func play(
        _ scenario: String,
        before end: Int,
        by other: MessagerEngine? = nil
    ) async throws -> (rows: Int, batches: Int) {
        let engine = other ?? engine
        let path = "reference/services/messager/v1.18.0/\(scenario).json.gz"
        let file = try JSONValue(parsing: Vectors.gunzipped(path)).expectObject()
        let steps = try file.decode("steps", as: [JSONValue].self).map { try $0.expectObject() }
        // Each head is known only from the question for it as a parent.
        var tipsets: [TipsetKey: Tipset] = [:]
        for step in steps {
            guard let asked = step.value(forField: "asked") else { continue }
            for entry in try asked.expectArray() {
                let entry = try entry.expectObject()
                guard try entry.decode("method", as: String.self) == "Filecoin.ChainGetTipSet",
                    let result = entry.value(forField: "result"), result != .null
                else { continue }
                let tipset = try Tipset(from: result)
                tipsets[tipset.key] = tipset
            }
        }
        var rows = 0
        var batches = 0
        for (index, step) in steps.enumerated() {
            guard try step.decode("step", as: Int.self) < end else { break }
            let note = "step \(index + 1)"
            if let request = step.value(forField: "request") {
                try await send(request, step.value(forField: "response"), note)
            } else if let head = step.value(forField: "head") {
                let asked = try steps[index...].first { $0.value(forField: "asked") != nil }?
                    .decode("asked", as: [JSONValue].self)
                try node.learn(asked ?? [])
                let key = try head.expectObject().decode("tipset", as: TipsetKey.self)
                let tipset = try #require(tipsets[key], "\(note): an unknown head")
                try await engine.process(tipset)
                await engine.select(at: tipset)
            } else if let asked = step.value(forField: "asked") {
                batches += try comparePushes(asked.expectArray(), note)
            } else if let table = step.value(forField: "db") {
                rows += try await compareRows(table.expectObject(), note)
            }
        }
        return (rows, batches)
    }

    private func send(_ request: JSONValue, _ response: JSONValue?, _ note: String) async throws {
        // v1.18.0 forgot to look at it.
        let body = try request.expectObject().decode("body", as: String.self)
            .replacing("\"expireEpoch\":4", with: "\"expireEpoch\":0")
        let answer = await router.respond(
            to: HTTPRequest(
                .post,
                "/rpc/v0",
                headers: ["Authorization": "Bearer x"],
                body: Array(body.utf8)
            )
        )
        let wanted = try response?.expectObject().decode("body", as: String.self) ?? ""
        let have = String(decoding: answer.bytes, as: UTF8.self)
        #expect(wanted.contains("\"error\"") == have.contains("\"error\""), "\(note): \(have)")
    }

    private func comparePushes(_ asked: [JSONValue], _ note: String) throws -> Int {
        var wanted: [[CID]] = []
        for entry in asked {
            let entry = try entry.expectObject()
            guard
                try entry.decode("method", as: String.self) == "Filecoin.MpoolBatchPushUntrusted"
            else { continue }
            let messages = try entry.decode("params", as: [JSONValue].self)[0].expectArray()
            wanted.append(try messages.map { try SignedMessage(from: $0).cid })
        }
        let have = node.takePushed()
        func sorted(_ batches: [[CID]]) -> [String] { batches.map { "\($0)" }.sorted() }
        #expect(sorted(have) == sorted(wanted), "\(note)")
        return wanted.count
    }

    private func compareRows(_ table: JSONObject, _ note: String) async throws -> Int {
        guard try table.decode("table", as: String.self) == "messages" else { return 0 }
        let columns = try table.decode("columns", as: [String].self)
        let rows = try table.decode("rows", as: [JSONValue].self).map { try $0.expectArray() }
        for row in rows {
            func cell(_ name: String) -> JSONValue {
                columns.firstIndex(of: name).map { row[$0] } ?? .null
            }
            let id = cell("id").string ?? ""
            let have = try #require(try await store.message(id), "\(note): \(id)")
            let columns = MessageRow.columns(have)
            for (name, value) in columns
            where !["created_at", "updated_at", "signed_data", "params", "wallet_name"]
                .contains(name) && !name.hasPrefix("meta_") && name != "receipt_return_value"
            {
                let text: String
                switch value.sqlValue {
                case .text(let value): text = value
                case .integer(let value): text = "\(value)"
                default: text = "\(value.sqlValue)"
                }
                let wanted = cell(name)
                #expect(text == wanted.string ?? wanted.jsonText(), "\(note): \(id) \(name)")
            }
        }
        return rows.count
    }

    @Test func `selection takes the same messages with the same nonces and gas`() async throws {
        // Settings by actor, from step 54 on, are not built.
        let compared = try await play("selection_order", before: 54)
        #expect(compared.rows > 40 && compared.batches > 10, "\(compared)")
    }

    @Test func `refused estimates, refused pushes and wallets show in the same rows`() async throws
    {
        // The head of step 26 left the chain before anybody asked for it, so it is not known.
        let compared = try await play("states", before: 25)
        #expect(compared.rows == 9 && compared.batches == 6, "\(compared)")
    }

    @Test func `what was saved before the process ended is pushed by the next one`() async throws {
        struct Ended: Error {}
        let ended = MessagerEngine(
            store: store,
            chain: node,
            signer: node,
            accounts: node,
            targets: { throw Ended() },
            clock: ManualClock(now: ProtocolTime(seconds: 0)),
            stableTime: .seconds(1),
            log: .silent
        )
        _ = try await play("states", before: 12, by: ended)
        #expect(node.takePushed().isEmpty)
        var query = MessagerQuery()
        query.states = [.filled]
        let saved = try await store.messages(query)
        #expect(saved.count == 7)
        await engine.select(at: try #require(ended.head))
        let pushed = node.takePushed()
        #expect(Set(pushed.joined()) == Set(saved.compactMap(\.signedCID)))
        #expect(try await store.messages(query).map(\.signedCID) == saved.map(\.signedCID))
    }

    @Test func `messages follow the chain forward and back`() async throws {
        _ = try await play("states", before: 25)
        let path = "reference/services/messager/v1.18.0/states.json.gz"
        let file = try JSONValue(parsing: Vectors.gunzipped(path)).expectObject()
        let steps = try file.decode("steps", as: [JSONValue].self).map { try $0.expectObject() }
        var tipsets: [ChainEpoch: [Tipset]] = [:]
        for step in steps where step.value(forField: "asked") != nil {
            let asked = try step.decode("asked", as: [JSONValue].self)
            try node.learn(asked)
            for entry in asked {
                let entry = try entry.expectObject()
                guard try entry.decode("method", as: String.self) == "Filecoin.ChainGetTipSet"
                else { continue }
                let tipset = try Tipset(from: entry.value(forField: "result") ?? .null)
                if tipsets[tipset.height]?.contains(tipset) != true {
                    tipsets[tipset.height, default: []].append(tipset)
                }
            }
        }
        let before = try #require(tipsets[6]?.first)
        let after = try #require(tipsets[8]?.first)
        try await engine.process(before)
        try await engine.process(after)
        for id in ["b1", "b2"] {
            let row = try #require(try await store.message(id))
            #expect(row.state == .onChain && row.height == 6 && row.receipt?.exitCode == .ok)
            #expect(tipsets[6]?.map(\.key).contains(row.tipset) == true)
        }
        let waiting = try #require(try await store.message("b0"))
        #expect(waiting.state == .filled)
        #expect(try await store.executedTipsets().first?.height == 7)
        try await engine.process(before)
        for id in ["b1", "b2"] {
            let row = try #require(try await store.message(id))
            #expect(row.state == .filled && row.height == 0 && row.receipt == nil)
            #expect(row.tipset.isEmpty && row.signature != nil)
        }
        #expect(try await store.executedTipsets().first?.height == 5)
    }
}

/// A clock that ticks with every look at it.
final class Ticking: Sendable {
    private let time = Mutex<Int64>(1_795_222_800_000_000_000)

    func next() -> Int64 {
        time.withLock { time in
            time += 1000
            return time
        }
    }
}
