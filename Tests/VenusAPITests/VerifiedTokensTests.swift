import JSONRPC
import ServiceKit
import Testing
import VenusAPI

@Suite struct VerifiedTokensTests {
    private let alice = Caller(name: "alice", level: .sign)

    @Test func `a token is known after it was found good`() {
        let tokens = VerifiedTokens()
        #expect(tokens.caller(of: "a.b.c") == nil)
        tokens.keep(alice, for: "a.b.c")
        #expect(tokens.caller(of: "a.b.c") == alice)
        #expect(tokens.caller(of: "a.b.d") == nil)
    }

    @Test func `the memory is bounded`() {
        let tokens = VerifiedTokens()
        for number in 0..<VerifiedTokens.maximumEntries { tokens.keep(alice, for: "\(number)") }
        #expect(tokens.caller(of: "0") == alice)
        tokens.keep(alice, for: "one more")
        #expect(tokens.caller(of: "0") == nil)
        #expect(tokens.caller(of: "one more") == alice)
    }

    @Test func `a local verifier remembers good tokens and no others`() async throws {
        let verifier = LocalTokenVerifier(secret: [1, 2, 3])
        let good = AuthClaims(name: "alice", permission: "sign").token(secret: [1, 2, 3]).revealed
        let bad = AuthClaims(name: "alice", permission: "sign").token(secret: [4]).revealed
        #expect(verifier.remembered(good) == nil)
        #expect(try await verifier.verify(good, peer: nil) == alice)
        #expect(verifier.remembered(good) == alice)
        #expect(try await verifier.verify(bad, peer: nil) == nil)
        #expect(verifier.remembered(bad) == nil)
        let chain = TokenVerifierChain([LocalTokenVerifier(secret: [9]), verifier])
        #expect(chain.remembered(good) == alice)
        #expect(chain.remembered(bad) == nil)
    }
}
