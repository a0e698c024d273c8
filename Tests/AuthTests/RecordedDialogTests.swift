import TestSupport
import Testing

@testable import Auth

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct RecordedDialogTests {
    /// The dialogs of the version that judges, and where we want to differ.
    static let judged: [(String, Set<Int>)] = [
        ("token_lifecycle.json", []), ("token_bad_input.json", []), ("user_lifecycle.json", []),
        ("miner_lifecycle.json", []), ("paging.json.gz", []),
    ]

    @Test(arguments: judged)
    func `the service answers as the original did`(_ file: String, _ wanted: Set<Int>) async throws
    {
        let fixture = try await AuthFixture()
        var player = ScenarioPlayer(router: fixture.router, authorization: "Bearer local")
        let differences = try await player.play("reference/services/auth/v1.6.0/\(file)")
        #expect(Set(differences.keys) == wanted, "\(differences)")
        await fixture.store.close()
    }

    @Test func `signers follow the newer version, which first had them`() async throws {
        let fixture = try await AuthFixture()
        var player = ScenarioPlayer(router: fixture.router, authorization: "Bearer local")
        player.values["admin"] = "local"
        let differences = try await player.play(
            "reference/services/auth/v1.16.0/signer_lifecycle.json"
        )
        // 1, 2: users have the field sourceType, as in the version that judges users.
        // 34: the original still lists a user whose binding was taken away.
        #expect(Set(differences.keys) == [1, 2, 34], "\(differences)")
        await fixture.store.close()
    }
}
