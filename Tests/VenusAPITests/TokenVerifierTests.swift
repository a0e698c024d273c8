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

    func verifier() -> TokenVerifier {
        TokenVerifier(now: { self.state.withLock { $0.now } }) { _ in
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

@Suite struct TokenVerifierTests {
    @Test func `an answer is trusted for its lifetime, then asked for again`() async throws {
        let script = Script()
        let verifier = script.verifier()
        for _ in 0..<3 { #expect(try await verifier.verify(Secret("t"))?.name == "sp1") }
        #expect(script.asked == 1)
        script.answer(.failure(AuthServiceError(status: 400, message: "get token: Key not found")))
        script.pass(TokenVerifier.lifetime - .nanoseconds(1))
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
        script.pass(TokenVerifier.grace - .nanoseconds(1))
        #expect(try await verifier.verify(Secret("t"))?.name == "sp1")
        await #expect(throws: AuthServiceError.self) { try await verifier.verify(Secret("other")) }
        script.pass(.nanoseconds(1))
        await #expect(throws: AuthServiceError.self) { try await verifier.verify(Secret("t")) }
    }

    @Test func `no more than the named number of answers is kept`() async throws {
        let script = Script()
        let verifier = script.verifier()
        for index in 0...TokenVerifier.maximumEntries {
            script.pass(.nanoseconds(1))
            _ = try await verifier.verify(Secret("t\(index)"))
        }
        let asked = script.asked
        _ = try await verifier.verify(Secret("t\(TokenVerifier.maximumEntries)"))
        #expect(script.asked == asked)
        _ = try await verifier.verify(Secret("t0"))
        #expect(script.asked == asked + 1)
    }
}
