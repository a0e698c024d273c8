import HTTP
import JSON
import ServiceKit
import TestSupport
import Testing
import VenusAPI

@testable import Auth

@Suite struct AuthServerTests {
    @Test func `every route but three wants a token, and nothing happens without`() async throws {
        let fixture = try await AuthFixture()
        let open: Set<String> = ["/verify", "/healthcheck", "/version"]
        for key in AuthRoutes.table.keys where !open.contains(key.path) {
            for token in [nil, "", "wrong", "local "] {
                let answer = await fixture.send(
                    key.method,
                    key.path,
                    ["Name": "x", "token": "x"],
                    token: token
                )
                #expect(answer.status == 401, "\(key)")
                #expect(answer.body["error"]?.string == "no valid token")
            }
        }
        for path in ["/healthcheck", "/version"] {
            #expect(await fixture.send(.get, path, token: nil).status == 200)
        }
        // A token in the query is what is asked about, never who asks.
        #expect(await fixture.send(.get, "/token?token=local", token: nil).status == 401)
        #expect(await fixture.send(.get, "/user/list?skip=0&limit=1").body == [])
    }

    @Test func `an admin may all, a user may what is its own, others nothing`() async throws {
        let fixture = try await AuthFixture()
        for name in ["self", "other"] {
            _ = await fixture.send(.put, "/user/new", ["Name": .string(name), "State": 1])
        }
        _ = await fixture.send(.post, "/miner/add-miner", ["User": "self", "Miner": "t01000"])
        let admin = await fixture.token("boss", "admin")
        let own = await fixture.token("self", "read")
        let nonsense = await fixture.token("self", "Admin")
        let others = await fixture.token("other", "sign")
        let cases: [(HTTPMethod, String, JSONValue?, ownStatus: Int)] = [
            (.get, "/user?name=self", nil, 200), (.get, "/token?name=self", nil, 200),
            (.get, "/miner/list-by-user?user=self", nil, 200),
            (.get, "/user/miner/exist?user=self&miner=f01000", nil, 200),
            (.get, "/user/signer/list?user=self", nil, 200),
            (.get, "/user/ratelimit?name=self", nil, 200),
            (.get, "/tokens?skip=0&limit=1", nil, 400), (.get, "/user/list?skip=0", nil, 400),
            (.post, "/genToken", ["name": "self", "perm": "admin"], 400),
            (.put, "/user/new", ["Name": "third"], 400),
            (.post, "/user/update", ["Name": "self", "KeySum": 4, "State": 2], 400),
            (.get, "/miner/has-miner?miner=f01000", nil, 400),
            (.get, "/token?token=\(admin)", nil, 400), (.get, "/metrics", nil, 200),
        ]
        for (method, target, body, ownStatus) in cases {
            #expect(
                await fixture.send(method, target, body, token: own).status == ownStatus,
                "\(target)"
            )
            if target != "/metrics" {
                for token in [others, nonsense] {
                    #expect(
                        await fixture.send(method, target, body, token: token).status == 400,
                        "\(target)"
                    )
                }
            }
            #expect(
                await fixture.send(method, target, body, token: admin).status == 200,
                "\(target)"
            )
        }
        #expect(
            await fixture.send(.post, "/miner/del", ["miner": "f01000"], token: others).status
                == 400
        )
        #expect(
            await fixture.send(.delete, "/token", ["token": .string(others)], token: own).status
                == 400
        )
        #expect(
            await fixture.send(.post, "/miner/del", ["miner": "f01000"], token: own).body == true
        )
        #expect(
            await fixture.send(.delete, "/token", ["token": .string(own)], token: own).status == 200
        )
        #expect(await fixture.send(.get, "/user?name=self", token: own).status == 401)
        #expect(await fixture.send(.get, "/user?name=self").body["name"] == "self")
    }

    @Test func `a removed token stops at once and a recovered one works again`() async throws {
        let fixture = try await AuthFixture()
        let token = await fixture.token("sp1", "sign")
        let body: JSONValue = ["token": .string(token)]
        for _ in 0..<2 {
            #expect(
                await fixture.send(.post, "/verify", body, token: nil).body
                    == ["name": "sp1", "perm": "sign", "ext": ""]
            )
            #expect(await fixture.send(.delete, "/token", body).status == 200)
            #expect(await fixture.send(.post, "/verify", body, token: nil).status == 400)
            #expect(await fixture.send(.post, "/recoverToken", body).status == 200)
        }
        #expect(
            await fixture.send(.post, "/verify", ["token": "local"], token: nil).body["perm"]
                == "admin"
        )
        #expect(!fixture.log.lines.joined().contains(token))
        #expect(fixture.log.lines.joined().contains("name=sp1"))
    }

    @Test func `a token's user is known without being added, and may be added later`() async throws
    {
        let fixture = try await AuthFixture()
        _ = await fixture.token("miner", "admin")
        #expect(await fixture.send(.get, "/user/has?name=miner").body == true)
        #expect(await fixture.send(.get, "/user/list?skip=0&limit=9").body == [])
        #expect(
            await fixture.send(.post, "/miner/add-miner", ["User": "miner", "Miner": "f01"]).body
                == true
        )
        #expect(await fixture.send(.get, "/user/list?skip=0&limit=9").body[0]?["name"] == "miner")
        _ = await fixture.token("later", "read")
        #expect(
            await fixture.send(.put, "/user/new", ["Name": "later", "Comment": "c"]).status == 200
        )
        #expect(await fixture.send(.put, "/user/new", ["Name": "later"]).status == 400)
        #expect(await fixture.send(.get, "/user?name=later").body["comment"] == "c")
        // A token does not bring a deleted user back.
        #expect(await fixture.send(.post, "/user/del", ["Name": "later"]).status == 200)
        _ = await fixture.token("later", "read")
        #expect(await fixture.send(.get, "/user/has?name=later").body == false)
    }

    @Test func `wrong tokens are limited, good ones are not`() async throws {
        let fixture = try await AuthFixture(limiter: .stopped())
        let token = await fixture.token("sp1", "read")
        _ = await fixture.send(.post, "/verify", ["token": .string(token)], token: nil)
        for _ in 0..<Int(FailureLimiter.burst) {
            #expect(await fixture.send(.post, "/verify", ["token": "x"], token: nil).status == 400)
        }
        #expect(await fixture.send(.post, "/verify", ["token": "x"], token: nil).status == 429)
        #expect(
            await fixture.send(.post, "/verify", ["token": .string(token)], token: nil).status
                == 200
        )
        #expect(await fixture.send(.get, "/user/has?name=sp1").status == 200)
    }

    @Test func `names and tokens have a longest length`() async throws {
        let fixture = try await AuthFixture()
        func status(_ name: Int, _ extra: Int) async -> Int {
            await fixture.send(
                .post,
                "/genToken",
                [
                    "name": .string(String(repeating: "n", count: name)), "perm": "read",
                    "extra": .string(String(repeating: "e", count: extra)),
                ]
            ).status
        }
        #expect(await status(AuthSchema.maximumNameBytes, 0) == 200)
        #expect(await status(AuthSchema.maximumNameBytes + 1, 0) == 400)
        #expect(await status(1, 1400) == 200)
        #expect(await status(1, 1600) == 400)
        let long: JSONValue = [
            "Name": .string(String(repeating: "n", count: AuthSchema.maximumNameBytes + 1))
        ]
        #expect(await fixture.send(.put, "/user/new", long).status == 400)
    }

    @Test func `100,000 random requests are read or refused`() {
        var random = SeededGenerator(seed: 0xa07)
        let types = [
            "application/json", "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=X", "",
        ]
        let bodies = [
            #"{"token":"a","Name":"b"}"#, "token=a&name=%41+b",
            "--X\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\na\r\n--X--",
        ].map { Array($0.utf8) }
        for _ in 0..<100_000 {
            var body = bodies[Int.random(in: 0..<bodies.count, using: &random)]
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let index = Int.random(in: 0..<body.count, using: &random)
                if Bool.random(using: &random) {
                    body[index] = UInt8.random(in: 0...255, using: &random)
                } else {
                    body.removeSubrange(index...)
                    if body.isEmpty { body = [0x7b] }
                }
            }
            let type = types[Int.random(in: 0..<types.count, using: &random)]
            let request = HTTPRequest(
                .post,
                "/verify?x=%zz",
                headers: ["Content-Type": type],
                body: body
            )
            guard let input = try? AuthInput(request, "VerifyRequest") else { continue }
            _ = try? input.required("Token")
            _ = try? input.integer("Name")
            _ = try? input.strings("Name")
        }
    }
}
