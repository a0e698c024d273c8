internal import Foundation
internal import JSON

/// A program whose dialogs with its clients were recorded from the original.
///
/// To add one, describe here how ours is started, and put it into ``all``.
struct DialogProgram: Sendable {
    /// How a service is started in a folder.
    struct Launch: Sendable {
        var arguments: [String]
        var environment: [String: String] = [:]
    }

    /// What the recordings call the program.
    let binaries: Set<String>
    /// The name of ours; it lies beside the running executable.
    let executable: String
    /// What the dialogs are counted under.
    let corpus: String
    /// The version whose every dialog is judged, and the reasons why some of them are not.
    let judgedVersion: String
    let notJudged: [String: String]
    /// Dialogs of other versions that are judged as well: `v1.16.0/signer_lifecycle`.
    let alsoJudged: Set<String>
    /// Files that appear in the folder when the service is ready.
    let readyFiles: [String]
    /// The file with the token that requests carry which have none of their own; nil when the recorded
    /// requests carry theirs.
    let tokenFile: String?
    /// Prepares the folder for a dialog, and says how to start the service on a port of 127.0.0.1.
    let prepare:
        @Sendable (_ repository: String, _ port: UInt16, _ scenario: JSONValue) throws -> Launch

    static let all: [DialogProgram] = [auth, wallet]

    static let auth = DialogProgram(
        binaries: ["venus-auth", "sophon-auth"],
        executable: "venus-auth",
        corpus: "services/auth",
        judgedVersion: "v1.6.0",
        notJudged: [
            "mysql_all": "the MySQL store follows", "ratelimit": "rate limits follow",
        ],
        alsoJudged: [
            "v1.0.1/cli", "v1.2.0/cli", "v1.16.0/miner_lifecycle", "v1.16.0/signer_lifecycle",
            "v1.16.0/token_bad_input", "v1.16.0/token_lifecycle", "v1.16.0/user_lifecycle",
        ],
        readyFiles: ["token", "api"],
        tokenFile: "token",
        prepare: { repository, port, _ in
            Launch(arguments: ["--repo", repository, "--listen", "127.0.0.1:\(port)", "run"])
        }
    )

    static let wallet = DialogProgram(
        binaries: ["venus-wallet"],
        executable: "venus-wallet",
        corpus: "services/wallet",
        judgedVersion: "v1.2.0",
        notJudged: [
            "strategy_level0": "strategies follow", "strategy_level1": "strategies follow",
            "strategy_level2": "strategies follow",
            "websocket": "frames are not played here", "keystore": "a file, read by other tests",
        ],
        alsoJudged: [],
        readyFiles: [],
        tokenFile: nil,
        prepare: { repository, port, scenario in
            // The recording changed these three values of the default configuration.
            let secret = scenario["settings"]?["jwt_secret_hex"]?.string ?? ""
            let token = scenario["vars"]?["admin"]?.string ?? ""
            let work = scenario["settings"]?["ScryptN"]?.integer(as: Int.self) ?? 4096
            let text = """
                [API]
                  ListenAddress = "/ip4/127.0.0.1/tcp/\(port)/http"

                [DB]
                  Conn = "\(repository)/keystore.sqlit"
                  Type = "sqlite"
                  DebugMode = true

                [JWT]
                  Token = "\(token.utf8.map { String($0, radix: 16) }.joined())"
                  Secret = "\(secret)"

                [Factor]
                  ScryptN = \(work)
                  ScryptP = 1

                [Strategy]
                  Level = 0
                  NodeURL = ""

                [APIRegisterHub]
                  RegisterAPI = []
                  Token = ""
                  SupportAccounts = []

                """
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(repository)/config.toml"))
            return Launch(
                arguments: ["run", "--network", "test"],
                environment: ["VENUS_WALLET_PATH": repository]
            )
        }
    )

    /// Why a dialog is not judged, or nil.
    func reasonToSkip(version: String, scenario: String) -> String? {
        if version == judgedVersion { return notJudged[scenario] }
        return alsoJudged.contains("\(version)/\(scenario)")
            ? nil : "other version: \(judgedVersion) judges"
    }
}

/// Why a dialog could not be played.
package struct DialogError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
