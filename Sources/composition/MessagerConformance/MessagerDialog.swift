import Auth
import BigIntegers
import Bytes
import Conformance
import EventLoop
import FilecoinCrypto
import FilecoinTypes
import Foundation
import HTTP
import JSON
import JSONRPC
import Messager
import Multiformats
import SQLStore
import ServiceKit
import Synchronization
import VenusAPI

/// A messager with its auth service, for a dialog that was recorded against a scripted node.
///
/// The clock moves only when the messager is idle, so that every head is acted on before the next request.
final class MessagerDialog: DialogTarget, Sendable {
    private let folder: String
    private let steps: [JSONValue]
    private let tipsets: [TipsetKey: Tipset]
    private let chain: ScriptedChain
    private let node: ScriptedNode
    private let clock: ManualClock
    private let auth: AuthService
    private let state: Mutex<State>

    private struct State {
        var messager: MessagerService
        var replacements: [String: String] = [:]
        var given: [String: String] = [:]
        /// A head that comes after the next request.
        var lateHead: Tipset?
    }

    private var messager: MessagerService { state.withLock { $0.messager } }
    var replacements: [String: String] { state.withLock { $0.replacements } }
    var given: [String: String] { state.withLock { $0.given } }

    /// The first tipset of recordings that show none.
    private static func firstTipset() throws -> Tipset {
        try Tipset([
            BlockHeader(
                miner: .id(1000),
                ticket: Ticket(vrfProof: [UInt8](repeating: 1, count: 96)),
                electionProof: ElectionProof(winCount: 1, vrfProof: [1]),
                beaconEntries: [],
                winPoStProof: [],
                parents: [CID.dagCBOR(hashing: [1])],
                parentWeight: 0,
                height: 2,
                parentStateRoot: CID.dagCBOR(hashing: [2]),
                parentMessageReceipts: CID.dagCBOR(hashing: [3]),
                messages: CID.dagCBOR(hashing: [4]),
                blsAggregate: nil,
                timestamp: 1_795_222_800,
                parentBaseFee: 100
            )
        ])
    }

    init(_ scenario: JSONValue) async throws {
        steps = scenario["steps"]?.array ?? []
        var tipsets: [TipsetKey: Tipset] = [:]
        for entry in steps.flatMap({ $0["asked"]?.array ?? [] })
        where entry["method"]?.string == "Filecoin.ChainGetTipSet" {
            guard let result = entry["result"], !result.isNull else { continue }
            let tipset = try Tipset(from: result)
            tipsets[tipset.key] = tipset
        }
        self.tipsets = tipsets
        let first = try tipsets.values.first { $0.height == 2 } ?? Self.firstTipset()
        var keys: [SigningKey] = []
        for key in scenario["keys"]?.array ?? [] {
            let type: SignatureType = key["Type"]?.string == "bls" ? .bls : .secp256k1
            guard let bytes = [UInt8](hex: key["Priv"]?.string ?? "") else {
                throw DialogError("a key is not hexadecimal")
            }
            keys.append(
                try SigningKey(KeyInfo(type: type, privateKey: SecretBytes(bytes)))
            )
        }
        chain = ScriptedChain(keys: keys, head: first)
        node = try await ScriptedNode(chain)
        clock = ManualClock(now: ProtocolTime(seconds: Int64(clamping: first.minTimestamp)))
        folder =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("venus-dialog-\(UUID().uuidString)", isDirectory: true).path
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        var options = AuthOptions(repository: folder + "/auth")
        options.listen = "127.0.0.1:0"
        options.log = .quiet
        auth = try await AuthService.start(options)
        let messager = try await Self.startMessager(folder, auth, node, clock)
        state = Mutex(State(messager: messager))
        try await makeAccounts(scenario)
        try learnNext(after: 0)
        try await settle()
    }

    /// Ends everything and removes the folder.
    func remove() async {
        await messager.stop()
        await auth.stop()
        await node.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    // MARK: - Services

    private static func startMessager(
        _ folder: String,
        _ auth: AuthService,
        _ node: ScriptedNode,
        _ clock: ManualClock
    ) async throws -> MessagerService {
        var options = MessagerOptions(repository: folder + "/messager", clock: clock)
        options.log = .quiet
        let place = "/ip4/127.0.0.1/tcp/\(node.address.port ?? 0)"
        let authPlace = "http://127.0.0.1:\(auth.address.port ?? 0)"
        let authToken = auth.localToken.revealed
        options.adjust = { configuration in
            configuration.listen = "/ip4/127.0.0.1/tcp/0"
            configuration.authURL = authPlace
            configuration.authToken = authToken
            configuration.nodeURL = place
            configuration.nodeToken = "t"
            configuration.gateways = [place]
            configuration.gatewayToken = "t"
        }
        return try await MessagerService.start(options)
    }

    /// Makes the users, signers and tokens that the recording names.
    private func makeAccounts(_ scenario: JSONValue) async throws {
        guard let url = HTTPURL("http://127.0.0.1:\(auth.address.port ?? 0)") else {
            throw DialogError("no auth service")
        }
        let client = AuthClient(
            url: url,
            token: auth.localToken,
            http: HTTPClient(),
            service: "messager"
        )
        let addresses = chain.keys.map(\.address.description)
        for (name, signers) in [("pool", [0]), ("sp1", [0, 1]), ("sp2", [2, 3])] {
            _ = try await client.addUser(name)
            try await client.registerSigners(
                signers.filter { $0 < addresses.count }.map { addresses[$0] },
                of: name
            )
        }
        var given = ["local": messager.localToken.revealed]
        for member in scenario["vars"]?.object?.members ?? [] {
            let parts = member.name.split(separator: "_").map(String.init)
            guard parts.count == 2, ["pool", "sp1", "sp2"].contains(parts[0]),
                Permission(rawValue: parts[1]) != nil
            else { continue }
            given[member.name] = try await client.generateToken(
                name: parts[0],
                permission: parts[1]
            ).revealed
        }
        let tokens = given
        state.withLock { $0.given = tokens }
    }

    // MARK: - What the player asks

    var base: String { "http://127.0.0.1:\(messager.address.port ?? 0)" }
    var repository: String { folder + "/messager" }
    var token: String { "" }
    /// Where the scripted node listens.
    var nodePort: UInt16 { node.address.port ?? 0 }

    func program(_ name: String) -> String { DialogService.programFolder + "/venus-messager" }

    var environment: [String: String] { ["VENUS_MESSAGER_PATH": repository] }

    func stop() throws {
        let messager = messager
        try PlainThread.waiting { await messager.stop() }
    }

    func start() throws {
        let (folder, auth, node, clock) = (folder, auth, node, clock)
        let messager = try PlainThread.waiting {
            try await Self.startMessager(folder, auth, node, clock)
        }
        state.withLock { state in
            state.messager = messager
            state.given["local"] = messager.localToken.revealed
        }
    }

    /// Addresses with the letter of the main network.
    func plain(_ text: String) -> String { text.replacing(/\bt(?=[0-4][0-9a-z]+)/, with: "f") }

    func play(_ step: JSONValue) throws -> DialogDifference? {
        let number = step["step"]?.integer(as: Int.self) ?? 0
        let late = state.withLock { state in
            defer { state.lateHead = nil }
            return state.lateHead
        }
        if let late { try move(to: late) }
        if let head = step["head"] {
            try playHead(head)
            return nil
        }
        if let reorg = step["reorg"] {
            var newest: Tipset?
            for block in reorg["applied"]?.array ?? [] { newest = try add(block, on: newest) }
            if let newest { try move(to: newest) }
            return nil
        }
        if let message = step["foreign_message"] {
            chain.remember(try SignedMessage(from: message))
            return nil
        }
        if let asked = step["asked"] {
            let difference = try comparePushes(asked.array ?? [])
            try learnNext(after: number)
            return difference
        }
        if let table = step["db"] { return try compare(table, step) }
        return nil
    }

    // MARK: - The chain

    /// Has the scripted node answer as it did in the steps up to the next record of its answers.
    private func learnNext(after number: Int) throws {
        let next = steps.first {
            $0["asked"] != nil && ($0["step"]?.integer(as: Int.self) ?? 0) > number
        }
        try chain.learn(next?["asked"]?.array ?? [])
    }

    private func playHead(_ head: JSONValue) throws {
        if head["tipset"] != nil {
            try move(to: add(head, on: nil))
        } else if let next = tipsets.values.first(where: { $0.parentKey == chain.head.key }) {
            // Only a note says that it came, while the next request waited.
            try chain.add(next, messages: [], exitCodes: [:])
            state.withLock { $0.lateHead = next }
        }
    }

    private func add(_ block: JSONValue, on parent: Tipset?) throws -> Tipset {
        let key = try TipsetKey(from: block["tipset"] ?? .null)
        let parent = parent ?? chain.head
        var tipset = tipsets[key]
        if tipset == nil {
            let made = ScriptedChain.tipset(
                height: try ChainEpoch(from: block["height"] ?? .null),
                parents: parent.cids,
                baseFee: try TokenAmount(from: block["parent_base_fee"] ?? .string("100")),
                like: parent
            )
            for (recorded, ours) in zip(key.cids, made.cids) {
                state.withLock { $0.replacements["\(recorded)"] = "\(ours)" }
            }
            tipset = made
        }
        var exitCodes: [CID: Int64] = [:]
        guard let tipset else { throw DialogError("no tipset") }
        let messages = try (block["messages"]?.array ?? []).map { try CID(from: $0) }
        for member in block["exit_codes"]?.object?.members ?? [] {
            // The place of a message in the block.
            guard let index = Int(member.name), index < messages.count else {
                throw DialogError("no message \(member.name) has an exit code")
            }
            exitCodes[messages[index]] = member.value.integer(as: Int64.self)
        }
        try chain.add(tipset, messages: messages, exitCodes: exitCodes)
        return tipset
    }

    private func move(to tipset: Tipset) throws {
        clock.advance(to: ProtocolTime(seconds: Int64(clamping: tipset.minTimestamp)))
        chain.move(to: tipset)
        try PlainThread.waiting { try await self.settle() }
    }

    /// Lets the messager act on the head: time passes only while it is idle.
    private func settle() async throws {
        let key = chain.head.key.description
        let end = clock.now + .milliseconds(1500)
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            if messager.actedHead == key, messager.isIdle {
                guard let wake = clock.nextWake, wake <= end else { return }
                clock.advance(to: wake)
            }
            // Requests between the services pass meanwhile.
            try await Task.sleep(for: .milliseconds(1))
        }
        throw DialogError("the messager did not act on head \(chain.head.height)")
    }

    // MARK: - Comparing

    private func comparePushes(_ asked: [JSONValue]) throws -> DialogDifference? {
        var wanted: [[CID]] = []
        for entry in asked {
            let method = entry["method"]?.string
            guard
                method == "Filecoin.MpoolBatchPushUntrusted" || method == "Filecoin.MpoolBatchPush"
            else { continue }
            wanted.append(
                try (entry["params"]?[0]?.array ?? []).map { try SignedMessage(from: $0).cid }
            )
        }
        let have = chain.takePushed().map { "\($0)" }.sorted()
        let want = wanted.map { "\($0)" }.sorted()
        return have == want
            ? nil : DialogDifference("messages", "pushes \(have), wanted \(want)")
    }

    /// Compares the rows of a table, in any order, by the columns that both have.
    private func compare(_ table: JSONValue, _ step: JSONValue) throws -> DialogDifference? {
        let name = table["table"]?.string ?? ""
        let columns = table["columns"]?.array?.compactMap(\.string) ?? []
        let varying = Set(
            (step["varies"]?.array ?? []).compactMap { path -> Int? in
                // Such as $.db.rows[0][27]: what varies in one row varies in all.
                path.string?.split { "[]".contains($0) }.last.flatMap { Int($0) }
            }
        )
        let skipped: Set<String> = [
            "is_deleted", "created_at", "updated_at", "meta_expire_epoch",
        ]
        let compared = columns.indices.filter {
            !varying.contains($0) && !skipped.contains(columns[$0])
        }
        let path = repository + "/message.db"
        let have = try PlainThread.waiting {
            let database = try await SQLDatabase(
                .sqlite(path: path),
                migrations: MessagerSchema.migrations
            )
            let rows = try await database.read { transaction in
                try transaction.rows("SELECT * FROM \(name)").map { row in
                    compared.map { Self.text((try? row.value(columns[$0])) ?? .null) }
                }
            }
            await database.close()
            return rows
        }
        let want = (table["rows"]?.array ?? []).map { row in
            compared.map { Self.text(row[$0] ?? .null) }
        }
        func sorted(_ rows: [[String]]) -> [[String]] {
            rows.map { $0.map(plain) }.sorted { $0.lexicographicallyPrecedes($1) }
        }
        return Self.difference(
            sorted(have),
            sorted(want),
            columns: compared.map { columns[$0] }
        )
    }

    private static func difference(
        _ have: [[String]],
        _ want: [[String]],
        columns: [String]
    ) -> DialogDifference? {
        guard have.count == want.count else {
            return DialogDifference("how many", "\(have.count) rows, wanted \(want)")
        }
        var parts: Set<String> = []
        var differences: [String] = []
        for (ours, theirs) in zip(have, want) {
            for (column, pair) in zip(columns, zip(ours, theirs)) where pair.0 != pair.1 {
                parts.insert(column)
                differences.append("\(ours[0]) \(column): \(pair.0), wanted \(pair.1)")
            }
        }
        return differences.isEmpty
            ? nil
            : DialogDifference(parts: parts.sorted(), differences.joined(separator: "; "))
    }

    private static func text(_ value: SQLValue) -> String {
        switch value {
        case .null: ""
        case .integer(let number): "\(number)"
        case .real(let number): text(number)
        case .text(let text): text
        case .blob(let bytes):
            bytes.first == UInt8(ascii: "{")
                ? String(decoding: bytes, as: UTF8.self)
                : bytes.isEmpty ? "" : "base64:" + Base64.encode(bytes)
        }
    }

    private static func text(_ value: JSONValue) -> String {
        if value.isNull { return "" }
        if let number = value.number, let real = number.double { return text(real) }
        let text = value.string ?? value.jsonText()
        return text == "base64:" ? "" : text
    }

    private static func text(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 0x1p53 ? "\(Int64(number))" : "\(number)"
    }
}

extension LogSystem {
    /// Keeps quiet about what dialogs provoke on purpose.
    static var quiet: LogSystem { LogSystem(level: .error, sinks: []) }
}
