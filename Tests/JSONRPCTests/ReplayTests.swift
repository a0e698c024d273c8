import EventLoop
import HTTP
import JSON
import JSONRPC
import TestSupport
import Testing

/// The recorded envelopes, replayed against the test service.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing)) struct ReplayTests {
    /// Compares what the contract fixes: status, result, id, and the code of an error.
    private func expectSame(
        _ answer: (status: Int, text: String),
        status: Int,
        text: String,
        _ note: String
    ) {
        #expect(answer.status == status, "\(note)")
        guard let found = try? JSONValue(parsing: answer.text),
            let wanted = try? JSONValue(parsing: text)
        else {
            #expect(answer.text == text, "\(note)")
            return
        }
        #expect(found["result"] == wanted["result"], "\(note)")
        #expect(found["id"] == wanted["id"], "\(note)")
        #expect(found["error"]?["code"] == wanted["error"]?["code"], "\(note)")
    }

    @Test func `venus-wallet v1.2.0 answers malformed and odd envelopes like this`() async throws {
        let path = "reference/services/wallet/v1.2.0/auth_and_rpc_errors.json.gz"
        let scenario = try JSONValue(parsing: try Vectors.gunzipped(path))
        let service = try await LoopbackService(dialect: .fork2021)
        var replayed = 0
        for step in scenario["steps"]?.array ?? [] {
            guard let number = step["step"]?.integer(as: Int.self), number >= 102, number <= 130,
                let request = step["request"], let body = request["body"]?.string,
                let method = HTTPMethod(rawValue: request["method"]?.string ?? ""),
                let status = step["response"]?["status"]?.integer(as: Int.self)
            else { continue }
            let answer = try await service.post(body, method: method)
            expectSame(
                answer,
                status: status,
                text: step["response"]?["body"]?.string ?? "",
                "step \(number)"
            )
            replayed += 1
        }
        #expect(replayed >= 25)
        await service.server.shutdown(grace: .zero)
    }

    @Test func `lotus answers malformed and odd envelopes like this`() async throws {
        let path = "reference/lotus/rpc/full-node-http.jsonl.gz"
        let lines = String(decoding: try Vectors.gunzipped(path), as: UTF8.self)
        let service = try await LoopbackService()
        var replayed = 0
        for line in lines.split(separator: "\n") where line.contains(#""group":"errors""#) {
            let entry = try JSONValue(parsing: String(line))
            guard let request = entry["request"], request["path"] == "/rpc/v1",
                let method = HTTPMethod(rawValue: request["http"]?.string ?? ""),
                let status = entry["response"]?["status"]?.integer(as: Int.self),
                let text = entry["response"]?["body"]?.string
            else { continue }
            let body = request["body"]?.string ?? ""
            // Methods of the node, and the id that lotus rounds to a float.
            guard !body.contains("Chain"), !body.contains("1152921504606846976") else { continue }
            let answer = try await service.post(body, method: method)
            expectSame(answer, status: status, text: text, entry["name"]?.string ?? "")
            replayed += 1
        }
        #expect(replayed >= 15)
        await service.server.shutdown(grace: .zero)
    }

    @Test func `the frames of venus-wallet v1.2.0 are answered alike`() async throws {
        let path = "reference/services/wallet/v1.2.0/websocket.json"
        let scenario = try JSONValue(parsing: try Vectors.bytes(path))
        let service = try await LoopbackService(dialect: .fork2021)
        var socket: WebSocket?
        var replayed = 0
        let emptyList = #""result":[]"#
        for step in scenario["steps"]?.array ?? [] {
            let number = step["step"]?.integer(as: Int.self) ?? 0
            if step["upgrade"] != nil {
                socket = try await HTTPClient().webSocket(
                    service.url(.ws),
                    headers: ["Authorization": "Bearer admin"]
                )
            } else if let text = step["client"]?.string {
                // The list of keys is the wallet's own, and the object without a method is left out.
                guard !text.contains("WalletList"), text != "{}", number < 53 else { continue }
                try await socket?.send(text: Array(text.utf8))
            } else if let text = step["server"]?.string, !text.contains(emptyList), number < 53 {
                let frame = try #require(await socket?.receive())
                let found = String(decoding: frame.bytes, as: UTF8.self)
                expectSame((200, found), status: 200, text: text, "step \(number)")
                replayed += 1
            } else if step["server_frame"] != nil {
                #expect((try? await socket?.receive()) == nil, "step \(number)")
            }
        }
        #expect(replayed >= 9)
        await service.server.shutdown(grace: .zero)
    }
}
