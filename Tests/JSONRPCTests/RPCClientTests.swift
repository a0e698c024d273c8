import EventLoop
import HTTP
import JSON
import JSONRPC
import Testing

@Suite struct RPCClientTests {
    @Test(arguments: [HTTPURL.Scheme.http, .ws])
    func `typed calls go over HTTP and WebSocket`(_ scheme: HTTPURL.Scheme) async throws {
        let service = try await LoopbackService()
        let client = RPCClient(service.url(scheme), token: "admin")
        #expect(try await client.call(Version.self).apiVersion == 65792)
        #expect(try await client.call(WalletHas.self, "t01"))
        #expect(try await client.call(Add.self, 40, 2, Trailing(nil)) == 42)
        #expect(try await client.call("Test.Add", [1, 2]) == 3)
        let failure = await #expect(throws: RPCError.self) { try await client.call(Fail.self, 13) }
        #expect(failure == RPCError(code: 13, "failed as asked", data: "0x"))
        let missing = await #expect(throws: RPCError.self) {
            try await client.call("Test.None", [])
        }
        #expect(missing?.code == RPCError.methodNotFoundCode)
        await client.close()
        let stranger = RPCClient(service.url(scheme), token: "nobody")
        let refused = await #expect(throws: RPCClientError.self) {
            try await stranger.call(Version.self)
        }
        #expect(refused?.code == .unauthorized)
        await stranger.close()
        await service.server.shutdown(grace: .zero)
    }

    @Test(arguments: [HTTPURL.Scheme.http, .ws])
    func `a thousand calls at once get their own answers`(_ scheme: HTTPURL.Scheme) async throws {
        let service = try await LoopbackService()
        let client = RPCClient(service.url(scheme), token: "admin")
        let sums = try await withThrowingTaskGroup(of: (Int64, Int64).self) { group in
            for number in 0..<Int64(1000) {
                group.addTask {
                    (number, try await client.call(Add.self, number, 1, Trailing(nil)))
                }
            }
            return try await group.reduce(into: [(Int64, Int64)]()) { $0.append($1) }
        }
        #expect(sums.count == 1000)
        #expect(sums.allSatisfy { $0.1 == $0.0 + 1 })
        await client.close()
        await service.server.shutdown(grace: .zero)
    }

    @Test(arguments: [HTTPURL.Scheme.http, .ws])
    func `a method runs where its registration says`(_ scheme: HTTPURL.Scheme) async throws {
        let service = try await LoopbackService()
        let client = RPCClient(service.url(scheme), token: "read")
        #expect(try await client.call(WhereOnLoop.self))
        #expect(try await client.call(WhereOnPool.self) == false)
        #expect(try await client.call(WhereImmediate.self, 9))
        await #expect(throws: RPCError.self) { try await client.call(WhereImmediate.self, 10) }
        await client.close()
        await service.server.shutdown(grace: .zero)
    }

    @Test func `a channel brings its values in order and then its end`() async throws {
        let service = try await LoopbackService()
        let client = RPCClient(service.url(.ws), token: "read")
        var numbers: [Int] = []
        for try await number in try await client.open(Count.self, 1000) { numbers.append(number) }
        #expect(numbers == Array(0..<1000))
        await client.close()
        await service.server.shutdown(grace: .zero)
    }

    @Test func `leaving a channel cancels it at the service`() async throws {
        let service = try await LoopbackService()
        let client = RPCClient(service.url(.ws), token: "read")
        for try await number in try await client.open(Count.self, -1) {
            #expect(number == 0)
            break
        }
        var events = service.events.makeAsyncIterator()
        #expect(await events.next() == "channel ended")
        #expect(try await client.call(Version.self).apiVersion == 65792)
        await client.close()
        await service.server.shutdown(grace: .zero)
    }

    @Test(arguments: [HTTPURL.Scheme.http, .ws])
    func `a call that is cancelled or too slow is cancelled at the service`(
        _ scheme: HTTPURL.Scheme
    ) async throws {
        let service = try await LoopbackService()
        let client = RPCClient(service.url(scheme), token: "read")
        var events = service.events.makeAsyncIterator()
        let task = Task { try await client.call(Hang.self) }
        #expect(await events.next() == "hangs")
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(await events.next() == "cancelled")
        let late = await #expect(throws: RPCClientError.self) {
            try await client.call(Hang.self, timeout: .milliseconds(50))
        }
        #expect(late?.code == .timedOut)
        await client.close()
        await service.server.shutdown(grace: .zero)
    }

    @Test func `after a break the next call connects again`() async throws {
        let service = try await LoopbackService()
        var options = RPCClientOptions()
        options.firstBackoff = .milliseconds(10)
        let client = RPCClient(service.url(.ws), token: "read", options: options)
        var events = service.events.makeAsyncIterator()
        let hanging = Task { try await client.call(Hang.self) }
        let channel = try await client.open(Count.self, -1)
        #expect(await events.next() == "hangs")
        await service.server.shutdown(grace: .zero)
        let lost = await #expect(throws: RPCClientError.self) { try await hanging.value }
        #expect(lost?.code == .unreachable)
        await #expect(throws: RPCClientError.self) { for try await _ in channel {} }
        let refused = await #expect(throws: RPCClientError.self) {
            try await client.call(Version.self, timeout: .seconds(1))
        }
        #expect(refused?.code == .unreachable)
        let again = try await LoopbackService(port: service.address.port ?? 0)
        #expect(try await client.call(Version.self).apiVersion == 65792)
        await client.close()
        await again.server.shutdown(grace: .zero)
    }

    @Test func `a revoked token ends a WebSocket`() async throws {
        var options = RPCServerOptions()
        options.tokenTrust = .milliseconds(20)
        let service = try await LoopbackService(options: options)
        let socket = try await HTTPClient().webSocket(
            service.url(.ws),
            headers: ["Authorization": "Bearer admin"]
        )
        try await socket.send(text: Array(#"{"id":1,"method":"Filecoin.Version"}"#.utf8))
        #expect(try await socket.receive() != nil)
        service.tokens.revoke("admin")
        #expect(try await socket.receive() == nil)
        #expect(await socket.closeCode == 1008)
        await socket.close(code: 1000)
        await service.server.shutdown(grace: .zero)
    }

    @Test func `a WebSocket without a good token is refused with 401`() async throws {
        let service = try await LoopbackService()
        for path in ["/rpc/v1", "/rpc/v1?token=zzz"] {
            let error = await #expect(throws: HTTPError.self) {
                try await HTTPClient().webSocket(service.url(.ws, path))
            }
            #expect(error?.status == .unauthorized)
        }
        let socket = try await HTTPClient().webSocket(service.url(.ws, "/rpc/v1?token=read"))
        await socket.close(code: 1000)
        await service.server.shutdown(grace: .zero)
    }

    @Test func `frames that are no requests are ignored and notifications run unanswered`()
        async throws
    {
        let service = try await LoopbackService()
        let socket = try await HTTPClient().webSocket(service.url(.ws, "/rpc/v1?token=admin"))
        let silent = [
            "not json", "[]", "5", "{}", #"[{"id":4,"method":"Filecoin.Version"}]"#,
            #"{"method":"Test.Add","params":[1,2]}"#, #"{"method":"xrpc.cancel","params":[99]}"#,
            #"{"id":7,"result":true}"#, #"{"method":"xrpc.ch.val","params":[1,2]}"#,
            #"{"method":"xrpc.ch.close","params":[1]}"#,
        ]
        for text in silent { try await socket.send(text: Array(text.utf8)) }
        let request = #"{"jsonrpc":"2.0","id":5,"method":"Filecoin.StateNetworkName","params":[]}"#
        try await socket.send(binary: Array(request.utf8))
        let answer = try #require(await socket.receive())
        #expect(
            String(decoding: answer.bytes, as: UTF8.self)
                == #"{"id":5,"jsonrpc":"2.0","result":"oracle-chain-a"}"# + "\n"
        )
        await socket.close(code: 1000)
        await service.server.shutdown(grace: .seconds(5))
        #expect(service.added.value == 1)
    }

    @Test func `a channel that nobody reads ends at its bound`() async throws {
        let service = try await LoopbackService()
        var options = RPCClientOptions()
        options.channelBuffer = 10
        let client = RPCClient(service.url(.ws), token: "read", options: options)
        let channel = try await client.open(Count.self, -1000)
        // The client cancels when the eleventh value finds no room.
        var events = service.events.makeAsyncIterator()
        #expect(await events.next() == "channel ended")
        await #expect(throws: RPCClientError.self) { for try await _ in channel {} }
        await client.close()
        await service.server.shutdown(grace: .zero)
    }

    @Test(arguments: [
        ("/ip4/127.0.0.1/tcp/3453", "ws://127.0.0.1:3453/rpc/v1", nil),
        ("/ip4/127.0.0.1/tcp/3453/http", "http://127.0.0.1:3453/rpc/v1", nil),
        ("/dns/auth.pool/tcp/8989/https", "https://auth.pool:8989/rpc/v1", nil),
        ("/ip6/::1/tcp/80", "ws://[::1]/rpc/v1", nil),
        ("http://127.0.0.1:3453", "http://127.0.0.1:3453/rpc/v1", nil),
        ("http://127.0.0.1:3453/", "http://127.0.0.1:3453/rpc/v1", nil),
        ("ws://127.0.0.1:3453/rpc/v1", "ws://127.0.0.1:3453/rpc/v1", nil),
        ("a.b.c:/ip4/1.2.3.4/tcp/5", "ws://1.2.3.4:5/rpc/v1", "a.b.c"),
        ("a.b-_.:http://x:5", "http://x:5/rpc/v1", "a.b-_."),
    ])
    func `an API-info text is read`(_ text: String, _ url: String, _ token: String?) {
        let info = APIInfo(text)
        #expect(info?.url("/rpc/v1").description == url)
        #expect(info?.token == token)
        #expect(info.map { "\($0)" }?.contains("a.b") != true)
    }

    @Test(arguments: [
        "", "x", "/ip4/1.2.3.4", "/ip4/1.2.3.4/udp/5", "/ip4/1.2.3.4/tcp/x", "a.b.c:", "a.b.c",
    ])
    func `what is no API-info text is refused`(_ text: String) { #expect(APIInfo(text) == nil) }
}
