import EventLoop
import HTTP
import JSON
import JSONRPC
import ServiceKit
import Testing

@Suite struct EnvelopeTests {
    /// What the present go-jsonrpc answered (reference/lotus/rpc, group "errors").
    private static let current: [(String, Int, String)] = [
        (
            #"{"jsonrpc":"2.0","id":1,"method":"Filecoin.StateNetworkName","params":[]}"#, 200,
            #"{"id":1,"jsonrpc":"2.0","result":"oracle-chain-a"}"# + "\n"
        ),
        (
            #"{"jsonrpc": "2.0", "id": 1, "method": "Filecoin.StateNetworkName"}"#, 200,
            #"{"id":1,"jsonrpc":"2.0","result":"oracle-chain-a"}"# + "\n"
        ),
        (
            #"{"id": 1, "method": "Filecoin.StateNetworkName", "params": null}"#, 200,
            #"{"id":1,"jsonrpc":"2.0","result":"oracle-chain-a"}"# + "\n"
        ),
        (
            #"{"jsonrpc":"2.0","id":"abc","method":"Filecoin.StateNetworkName","params":[]}"#, 200,
            #"{"id":"abc","jsonrpc":"2.0","result":"oracle-chain-a"}"# + "\n"
        ),
        (#"{"jsonrpc":"2.0","id":null,"method":"Filecoin.StateNetworkName","params":[]}"#, 200, ""),
        (#"{"jsonrpc":"2.0","method":"Filecoin.StateNetworkName","params":[]}"#, 200, ""),
        (
            #"{"jsonrpc":"2.0","id":1,"method":"Filecoin.NoSuchMethod","params":[]}"#, 500,
            #"{"error":{"code":-32601,"message":"method 'Filecoin.NoSuchMethod' not found"},"id":1,"jsonrpc":"2.0"}"#
                + "\n"
        ),
        (
            #"{"jsonrpc":"2.0","id":1,"method":"","params":[]}"#, 500,
            #"{"error":{"code":-32601,"message":"method '' not found"},"id":1,"jsonrpc":"2.0"}"#
                + "\n"
        ),
        (
            #"{"jsonrpc":"2.0","id":1,"method":"Filecoin.WalletHas","params":[]}"#, 500,
            #"{"error":{"code":-32602,"message":"wrong param count (method 'Filecoin.WalletHas'): 0 != 1"},"id":1,"jsonrpc":"2.0"}"#
                + "\n"
        ),
        (
            "this is not json", 500,
            #"{"error":{"code":-32700,"message":"Parse error"},"id":null,"jsonrpc":"2.0"}"# + "\n"
        ),
        (
            "", 400,
            #"{"error":{"code":-32600,"message":"Invalid request"},"id":null,"jsonrpc":"2.0"}"#
                + "\n"
        ),
        (
            "[]", 400,
            #"{"error":{"code":-32600,"message":"Invalid request"},"id":null,"jsonrpc":"2.0"}"#
                + "\n"
        ),
        (
            #"[{"jsonrpc":"2.0","id":1,"method":"Filecoin.StateNetworkName","params":[]},{"jsonrpc":"2.0","id":2,"method":"Filecoin.NoSuch","params":[]}]"#,
            200,
            #"[{"id":1,"jsonrpc":"2.0","result":"oracle-chain-a"}"# + "\n,"
                + #"{"error":{"code":-32601,"message":"method 'Filecoin.NoSuch' not found"},"id":2,"jsonrpc":"2.0"}"#
                + "\n]"
        ),
        (
            #"{"jsonrpc":"2.0","id":1,"method":"Filecoin.StateNetworkName","params":[]}xyz"#, 200,
            #"{"id":1,"jsonrpc":"2.0","result":"oracle-chain-a"}"# + "\n"
        ),
        (
            "  \n" + #"{"jsonrpc":"2.0","id":1,"method":"Filecoin.StateNetworkName","params":[]}"#,
            200,
            #"{"id":1,"jsonrpc":"2.0","result":"oracle-chain-a"}"# + "\n"
        ),
        (
            #"{"jsonrpc":"2.0","id":1,"method":"Test.Fail","params":[3]}"#, 200,
            #"{"error":{"code":3,"message":"failed as asked","data":"0x"},"id":1,"jsonrpc":"2.0"}"#
                + "\n"
        ),
    ]

    @Test func `answers are those of the present generation`() async throws {
        let service = try await LoopbackService()
        for (body, status, text) in Self.current {
            let answer = try await service.post(body)
            #expect(answer.status == status, "\(body)")
            #expect(answer.text == text, "\(body)")
        }
        await service.server.shutdown(grace: .zero)
    }

    @Test func `parameters that cannot be read give -32700 and status 500`() async throws {
        let service = try await LoopbackService()
        for params in ["[5]", "{}", "5", "\"x\""] {
            let answer = try await service.post(
                #"{"jsonrpc":"2.0","id":1,"method":"Filecoin.WalletHas","params":"# + params + "}"
            )
            #expect(answer.status == 500)
            #expect(answer.text.contains(#""code":-32700"#), "\(answer.text)")
        }
        let object = try await service.post(#"{"id":{"a":1},"method":"Filecoin.Version"}"#)
        #expect(object.status == 500)
        #expect(object.text.contains(#""id":null"#))
        await service.server.shutdown(grace: .zero)
    }

    @Test func `answers of the fork of 2021 differ where it differs`() async throws {
        let service = try await LoopbackService(dialect: .fork2021)
        let version =
            #"{"jsonrpc":"2.0","result":{"Version":"1.2.0+9ef1ceb","APIVersion":65792},"id":"#
        let cases: [(String, Int, String?)] = [
            (#"{"jsonrpc":"1.0","id":1,"method":"Filecoin.Version"}"#, 200, version + "1}\n"),
            (
                #"{"id":9007199254740993,"method":"Filecoin.Version"}"#, 200,
                version + "9007199254740993}\n"
            ),
            (
                #"{"jsonrpc":"2.0","id":1,"ID":2,"method":"Filecoin.Version"}"#, 200,
                version + "2}\n"
            ),
            ("", 500, ""), ("{", 500, ""), ("[]", 500, ""), ("null", 500, ""), ("5", 500, ""),
            ("{}", 500, ""),
            (#"[{"jsonrpc":"2.0","id":1,"method":"Filecoin.Version","params":[]}]"#, 500, ""),
            (#"{"id":"a","method":"Filecoin.Version"}"#, 500, nil),
            (#"{"id":1.5,"method":"Filecoin.Version"}"#, 500, nil),
            (
                #"{"jsonrpc":"2.0","id":12,"method":"Filecoin.WalletHas","params":["t01"]}"#, 200,
                #"{"jsonrpc":"2.0","id":12,"error":{"code":1,"message":"missing permission to invoke 'WalletHas'  (need 'write')"}}"#
                    + "\n"
            ),
        ]
        for (body, status, text) in cases {
            let answer = try await service.post(body, token: "read")
            #expect(answer.status == status, "\(body)")
            if let text {
                #expect(answer.text == text, "\(body)")
            } else {
                #expect(answer.text.hasPrefix(#"{"jsonrpc":"2.0","id":0,"error":{"code":-32700"#))
            }
        }
        await service.server.shutdown(grace: .zero)
    }

    @Test func `a missing or bad token is 401 with an empty body and nothing runs`() async throws {
        let service = try await LoopbackService()
        let body = #"{"id":1,"method":"Test.Add","params":[1,2]}"#
        for token in [nil, "garbage", "", " admin"] {
            let answer = try await service.post(body, token: token)
            #expect(answer.status == 401, "\(token ?? "none")")
            #expect(answer.text.isEmpty)
        }
        #expect(try await service.post("not json", token: nil).status == 401)
        #expect(service.added.value == 0)
        let query = try await service.post(body, token: nil, path: "/rpc/v1?token=sign")
        #expect(query.status == 200)
        let trailing = try await service.post(body, token: "sign ")
        #expect(trailing.status == 200)
        #expect(try await service.post(body, path: "/rpc/v1/").status == 404)
        #expect(try await service.post(body, method: .put).status == 200)
        #expect(service.added.value == 3)
        await service.server.shutdown(grace: .zero)
    }

    @Test func `each method needs its permission, and counting comes first`() async throws {
        let service = try await LoopbackService()
        let allowed: [(String, String, Set<String>)] = [
            ("Filecoin.Version", "[]", ["read", "write", "sign", "admin"]),
            ("Filecoin.WalletHas", #"["t01"]"#, ["write", "sign", "admin"]),
            ("Wallet.Has", #"["t01"]"#, ["write", "sign", "admin"]),
            ("Test.Add", "[1,2]", ["sign", "admin"]),
        ]
        for (method, params, tokens) in allowed {
            for token in ["read", "write", "sign", "admin", "only-admin"] {
                let answer = try await service.post(
                    #"{"id":1,"method":"\#(method)","params":\#(params)}"#,
                    token: token
                )
                #expect(answer.status == 200)
                let isRefused = answer.text.contains("missing permission to invoke '")
                #expect(isRefused != tokens.contains(token), "\(method) \(token)")
            }
        }
        #expect(service.added.value == 2)
        let count = try await service.post(
            #"{"id":1,"method":"Test.Add","params":[1]}"#,
            token: "read"
        )
        #expect(count.text.contains("-32602"))
        let optional = try await service.post(
            #"{"id":1,"method":"Test.Add","params":[1,2,"four"]}"#
        )
        #expect(optional.text.contains(#""result":7"#))
        let null = try await service.post(#"{"id":1,"method":"Test.Add","params":[1,2,null]}"#)
        #expect(null.text.contains(#""result":3"#))
        await service.server.shutdown(grace: .zero)
    }

    @Test func `a channel over HTTP is refused`() async throws {
        let service = try await LoopbackService()
        let answer = try await service.post(#"{"id":1,"method":"Test.Count","params":[1]}"#)
        #expect(answer.status == 500)
        #expect(answer.text.contains("no out channel support"))
        await service.server.shutdown(grace: .zero)
    }

    @Test func `the registrations describe themselves`() {
        var api = RPCService()
        api.on(Add.self, aliases: ["Test.Sum"], need: .sign) { _, a, b, _ in a + b }
        #expect(api.methods.map(\.name) == ["Test.Add"])
        #expect(api.methods.first?.parameterNames == Add.parameterNames)
        #expect(api.methods.first?.parameterTypes == ["Int64", "Int64", "Trailing<String>"])
        #expect(api.methods.first?.need == .sign)
    }
}
