package import Conformance
import EventLoop
import FilecoinTypes
import Foundation
import HTTP
import JSON
import JSONRPC
import ServiceKit
import VenusAPI

/// WebSocket sessions recorded from a lotus node, played against a node in this process, a new one for each.
///
/// Answers must be the recorded ones. Of events only the shape is compared where the recording lacks their
/// blocks: those are made anew, with the keys of the chain.
package struct SocketDialogSet: ConformanceSet {
    package let name = "recorded node WebSocket dialogs"
    private static let corpus = "reference/lotus/rpc"

    package init() {}

    package func cases(in files: [ConformanceFile]) throws -> [ConformanceCase] {
        try files.filter { $0.relativePath.hasSuffix("rpc/full-node-websocket.json") }
            .flatMap { try cases(of: $0, files) }
    }

    private func cases(
        of file: ConformanceFile,
        _ files: [ConformanceFile]
    ) throws -> [ConformanceCase] {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file.path)))
        let text = String(decoding: bytes, as: UTF8.self)
        // Without its chain nothing can be played; the set of requests says so.
        guard let folder = try RecordedChainFolder.find(for: text, in: files) else { return [] }
        return try JSONValue(parsing: bytes).expectArray().map { recorded in
            let session = SocketSession(recorded)
            return ConformanceCase(corpus: Self.corpus, name: "websocket \(session.name)") { _ in
                ConformanceReport(
                    group: "rpc websocket",
                    outcome: try PlainThread.waiting {
                        try await SocketPlayer.play(session, folder: folder)
                    }
                )
            }
        }
    }
}

/// One recorded session.
struct SocketSession: Sendable {
    /// What happened, in order.
    enum Step: Sendable {
        /// The client sent this.
        case sent(WebSocket.Message)
        /// The server sent these, one after the other.
        case received([String])
        /// Something happened to the chain.
        case event(String)
    }

    let name: String
    let path: String
    let authorization: String?
    /// Whether the handshake was declined.
    let isDeclined: Bool
    let steps: [Step]

    init(_ value: JSONValue) {
        name = value["name"]?.string ?? ""
        path = value["path"]?.string ?? "/"
        authorization = value["authorization"]?.string
        isDeclined = value["connectError"] != nil
        var steps: [Step] = []
        var received: [String] = []
        func flush() {
            if !received.isEmpty { steps.append(.received(received)) }
            received = []
        }
        for frame in value["frames"]?.array ?? [] {
            let data = frame["data"]?.string ?? ""
            if let event = frame["event"]?.string {
                flush()
                steps.append(.event(event))
            } else if frame["dir"]?.string == ">" {
                flush()
                let isBinary = frame["op"]?.integer(as: Int.self) == 2
                steps.append(
                    .sent(isBinary ? .binary(Self.bytes(hex: data)) : .text(Array(data.utf8)))
                )
            } else if frame["op"]?.integer(as: Int.self) == 1 {
                // Pings and closes are the connection's own business.
                received.append(data)
            }
        }
        flush()
        self.steps = steps
    }

    private static func bytes(hex: String) -> [UInt8] {
        let digits = Array(hex.utf8)
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
        }
    }
}

/// Plays a session.
struct SocketPlayer {
    private struct Difference: Error, CustomStringConvertible {
        let description: String
    }

    /// For a whole session.
    private static let timeout: Duration = .seconds(120)

    let node: RecordedNode
    let socket: WebSocket
    let miners: RecordedMiners

    static func play(
        _ session: SocketSession,
        folder: String
    ) async throws -> ConformanceReport.Outcome {
        if session.authorization == nil && !session.isDeclined {
            return .skipped(
                "wanted difference: without a token we answer 401 first; the original gives read"
            )
        }
        let node = try await RecordedNode.start(folder: folder)
        let outcome: ConformanceReport.Outcome
        do {
            outcome = try await withThrowingTaskGroup(of: ConformanceReport.Outcome.self) { group in
                group.addTask { try await play(session, on: node) }
                group.addTask {
                    try await Task.sleep(for: timeout)
                    return .failed("no end after \(timeout)")
                }
                defer { group.cancelAll() }
                return try await group.next() ?? .failed("not played")
            }
        } catch let difference as Difference {
            outcome = .failed(difference.description)
        }
        await node.stop()
        return outcome
    }

    private static func play(
        _ session: SocketSession,
        on node: RecordedNode
    ) async throws -> ConformanceReport.Outcome {
        let http = HTTPClient()
        let port = node.address.port ?? 0
        var headers = HTTPHeaders()
        if let authorization = session.authorization {
            headers.add("Authorization", try node.filled(authorization))
        }
        let socket: WebSocket
        do {
            socket = try await http.webSocket(
                HTTPURL(.ws, host: node.address.host, port: port, target: session.path),
                headers: headers
            )
        } catch let error as HTTPError {
            return session.isDeclined && error.status == .unauthorized
                ? .passed : .failed("the handshake was declined: \(error)")
        }
        guard !session.isDeclined else { return .failed("the handshake was not declined") }
        let client = RPCClient(
            HTTPURL(.http, host: node.address.host, port: port, target: "/rpc/v1"),
            token: try node.filled("<TOKEN:admin>")
        )
        let player = SocketPlayer(
            node: node,
            socket: socket,
            miners: RecordedMiners(node: node, client: client)
        )
        try await player.play(session.steps)
        await socket.close(code: 1000)
        await client.close()
        return .passed
    }

    private func play(_ steps: [SocketSession.Step]) async throws {
        for step in steps {
            switch step {
            case .sent(.text(let bytes)): try await socket.send(text: bytes)
            case .sent(.binary(let bytes)): try await socket.send(binary: bytes)
            case .received(let expected): try await expect(expected)
            case .event(let name): try await make(name)
            }
        }
        // Had something been sent that the recording lacks, it would come before the answer to this.
        if case .event(let name)? = steps.last, name != "after cancel" { return }
        try await socket.send(
            text: Array(#"{"jsonrpc":"2.0","id":99,"method":"Filecoin.StateNetworkName"}"#.utf8)
        )
        let network = try await miners.client.call(StateNetworkName.self)
        try await expect([#"{"id":99,"jsonrpc":"2.0","result":"\#(network)"}"#])
    }

    /// Waits for messages, in whatever order they come: answers and events overtake each other.
    private func expect(_ expected: [String]) async throws {
        var open = expected
        while !open.isEmpty {
            guard let message = try await socket.receive() else {
                throw Difference(description: "closed instead of \(open[0].prefix(300))")
            }
            let text = String(decoding: message.bytes, as: UTF8.self)
            guard let index = open.firstIndex(where: { Self.isSame(text, $0) }) else {
                throw Difference(
                    description: "\(text.prefix(400)) instead of \(open[0].prefix(400))"
                )
            }
            open.remove(at: index)
        }
    }

    /// Whether two messages are the same, or moves of the head of the same shape.
    private static func isSame(_ ours: String, _ theirs: String) -> Bool {
        guard let a = try? JSONValue(parsing: ours), let b = try? JSONValue(parsing: theirs) else {
            return ours == theirs
        }
        if a == b { return true }
        guard a["method"]?.string == "xrpc.ch.val", b["method"] == a["method"],
            let moves = a["params"]?.array?.last?.array,
            let recorded = b["params"]?.array?.last?.array,
            a["params"]?.array?.first == b["params"]?.array?.first, moves.count == recorded.count
        else { return false }
        return zip(moves, recorded).allSatisfy { move, recorded in
            move["Type"] == recorded["Type"]
                && Self.shape(move["Val"]) == Self.shape(recorded["Val"])
        }
    }

    /// The names of all members, and how many blocks and CIDs there are.
    private static func shape(_ value: JSONValue?) -> JSONValue {
        guard let value else { return .null }
        if let object = value.object {
            return .object(
                JSONObject(
                    object.members.map { member in
                        // How many entries and which optional fields there are depends on the epoch.
                        ["BeaconEntries", "Parents"].contains(member.name)
                            ? (member.name, .null) : (member.name, shape(member.value))
                    }
                )
            )
        }
        return value.array.map { .array($0.map { shape($0) }) } ?? .null
    }

    // MARK: - The chain

    private func make(_ event: String) async throws {
        let head = try await miners.client.call(ChainHead.self)
        switch event {
        case "one tipset mined", "after cancel":
            let wins = try await miners.wins(from: head.height + 1, on: head) { $0.count > 1 }
            for win in wins.prefix(2) { try await miners.mine(win, on: head) }
        case "one block by one miner, then a heavier branch from its parent":
            let light = try await miners.wins(from: head.height + 1, on: head) { !$0.isEmpty }
            guard let first = light.last else { return }
            let heavy = try await miners.wins(from: first.epoch + 1, on: head) {
                $0.count > 1 && $0[0].election.winCount > first.election.winCount
            }
            try await miners.mine(first, on: head)
            node.minedBlocks.forget()
            for win in heavy.prefix(2) { try await miners.mine(win, on: head) }
        case "tipset with the pending message mined":
            let wins = try await miners.wins(from: head.height + 1, on: head) { !$0.isEmpty }
            let messages = try await miners.client.call(MpoolSelects.self, head.key, [1])
            if let win = wins.first { try await miners.mine(win, on: head, messages.first ?? []) }
        default: throw Difference(description: "unknown event \(event)")
        }
    }
}
