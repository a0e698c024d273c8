import HTTP
import JSON
package import ServiceKit
import VenusAPI

/// The program `venus-auth`.
package enum AuthProgram {
    /// The configuration file that the program writes.
    package static var defaultConfiguration: String { AuthConfiguration.template }

    /// Its command line.
    package static let application = Application(
        name: "venus-auth",
        version: AuthService.version,
        flags: [
            Flag("config", aliases: ["c"], usage: "config dir path"),
            Flag(
                "repo",
                default: "~/.venus-auth",
                usage: "folder of the service",
                environment: ["VENUS_AUTH_PATH", "SOPHON_AUTH_PATH", "OAUTH_HOME"]
            ),
            Flag("listen", usage: "host:port of the service"),
        ],
        commands: [
            Command(
                "run",
                usage: "run venus-auth daemon",
                argumentsUsage: "[name]",
                flags: databaseFlags,
                action: run
            ),
            token, user, miner, signer,
        ] + firstGeneration,
        // The original prints its errors there, and scripts read them.
        errorsGoToOutput: true,
        action: run
    )

    private static let databaseFlags = [
        Flag("db-type", usage: "which database: sqlite (mysql follows)"),
        Flag("mysql-dsn", usage: "address of a MySQL database"),
    ]

    @Sendable private static func run(_ call: Invocation) async throws {
        var options = AuthOptions(repository: call.string("repo"))
        options.configurationFile = call.optionalString("config")
        options.listen = call.optionalString("listen")
        options.databaseType = call.optionalString("db-type")
        if call.isSet("mysql-dsn") { options.databaseType = "mysql" }
        if let type = options.databaseType { try Configuration.checkEmbedded(type) }
        let service = try await AuthService.start(options)
        await TerminationSignal.wait()
        await service.stop()
    }

    // MARK: - Clients

    /// A client of the running service, with the admin token of its folder.
    static func client(_ call: Invocation) throws -> AuthClient {
        let folder = Repository.expanded(call.string("repo"))
        let token: String
        let place: String
        do {
            token = try AtomicFile.word(folder + "/token")
            place = try call.optionalString("listen") ?? AtomicFile.word(folder + "/api")
        } catch {
            throw CommandFailure("\(error); is venus-auth running with --repo \(folder)?")
        }
        guard let url = HTTPURL("http://\(place)") else {
            throw CommandFailure("\"\(place)\" is not host:port")
        }
        return AuthClient(url: url, token: Secret(token), http: HTTPClient(), service: "venus-auth")
    }

    // MARK: - Printing

    static let jsonFlag = Flag("json", .boolean, usage: "print JSON")

    static func printJSON(_ value: some JSONEncodable, _ call: Invocation) {
        call.print(value.jsonText(.indented()))
    }

    /// A moment in seconds, as the original prints users' times.
    static func text(seconds: Int64) -> String {
        CivilTime(nanoseconds: seconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue)
            .rfc1123
    }

    /// `2026-11-21 03:00:51` of an RFC 3339 text.
    static func plain(_ rfc3339: String) -> String {
        String(rfc3339.prefix(19)).replacing("T", with: " ")
    }

    static func stateName(_ state: Int64) -> String {
        switch state {
        case 0: "disabled"
        case AuthUser.enabled: "enabled"
        default: "unknown state"
        }
    }
}
