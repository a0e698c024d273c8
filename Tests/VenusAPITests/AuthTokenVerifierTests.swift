import EventLoop
import JSONRPC
import ServiceKit
import Synchronization
import Testing

@testable import VenusAPI

/// A scripted auth service.
private final class Script: Sendable {
    struct State {
        var asked = 0
        var answer: Result<AuthClaims, AuthServiceError>
        var now = ContinuousClock.now
    }

    let state: Mutex<State>

    init() {
        let claims = AuthClaims(name: "sp1", permission: "sign")
        state = Mutex(State(answer: .success(claims)))
    }

    func verifier() -> AuthTokenVerifier {
        AuthTokenVerifier(now: { self.state.withLock { $0.now } }) { _ in
            try self.state.withLock { state in
                state.asked += 1
                return try state.answer.get()
            }
        }
    }

    func pass(_ duration: Duration) { state.withLock { $0.now += duration } }

    func answer(_ answer: Result<AuthClaims, AuthServiceError>) {
        state.withLock { $0.answer = answer }
    }

    var asked: Int { state.withLock { $0.asked } }
}

@Suite struct AuthTokenVerifierTests {
    @Test func `an answer is trusted for its lifetime, then asked for again`() async throws {
        let script = Script()
        let verifier = script.verifier()
        for _ in 0..<3 { #expect(try await verifier.verify(Secret("t"))?.name == "sp1") }
        #expect(script.asked == 1)
        script.answer(.failure(AuthServiceError(status: 400, message: "get token: Key not found")))
        script.pass(AuthTokenVerifier.lifetime - .nanoseconds(1))
        #expect(try await verifier.verify(Secret("t"))?.may(.sign) == true)
        script.pass(.nanoseconds(1))
        #expect(try await verifier.verify(Secret("t")) == nil)
        #expect(try await verifier.verify(Secret("t")) == nil)
        #expect(script.asked == 2)
    }

    @Test func `a confirmed token outlives an absent service, but not for long`() async throws {
        let script = Script()
        let verifier = script.verifier()
        _ = try await verifier.verify(Secret("t"))
        script.answer(.failure(AuthServiceError(status: 0, message: "no answer")))
        script.pass(AuthTokenVerifier.grace - .nanoseconds(1))
        #expect(try await verifier.verify(Secret("t"))?.name == "sp1")
        await #expect(throws: AuthServiceError.self) { try await verifier.verify(Secret("other")) }
        script.pass(.nanoseconds(1))
        await #expect(throws: AuthServiceError.self) { try await verifier.verify(Secret("t")) }
    }

    @Test func `no more than the named number of answers is kept`() async throws {
        let script = Script()
        let verifier = script.verifier()
        for index in 0...AuthTokenVerifier.maximumEntries {
            script.pass(.nanoseconds(1))
            _ = try await verifier.verify(Secret("t\(index)"))
        }
        let asked = script.asked
        _ = try await verifier.verify(Secret("t\(AuthTokenVerifier.maximumEntries)"))
        #expect(script.asked == asked)
        _ = try await verifier.verify(Secret("t0"))
        #expect(script.asked == asked + 1)
    }
}

@Suite struct LocalTokenVerifierTests {
    let secret: [UInt8] = [1, 2, 3]

    @Test func `tokens of both families count, under the right secret alone`() async throws {
        let verifier = LocalTokenVerifier(secret: secret)
        let allow = AllowClaims(.write).token(secret: secret)
        let named = AuthClaims(name: "sp1", permission: "sign").token(secret: secret)
        #expect(
            try await verifier.verify(allow.revealed, peer: nil)
                == Caller(name: "", level: .write)
        )
        #expect(
            try await verifier.verify(named.revealed, peer: nil)
                == Caller(name: "sp1", level: .sign)
        )
        for token in ["", "x", AllowClaims(.admin).token(secret: [4]).revealed] {
            #expect(try await verifier.verify(token, peer: nil) == nil)
        }
    }

    @Test func `the first verifier that knows a token decides`() async throws {
        let script = Script()
        let chain = TokenVerifierChain([LocalTokenVerifier(secret: secret), script.verifier()])
        let local = AllowClaims(.read).token(secret: secret)
        #expect(
            try await chain.verify(local.revealed, peer: nil) == Caller(name: "", level: .read)
        )
        #expect(script.asked == 0)
        #expect(
            try await chain.verify("remote", peer: nil) == Caller(name: "sp1", level: .sign)
        )
        #expect(script.asked == 1)
    }
}
