import EventLoop
import Foundation
import HTTP
import ServiceKit
import TestSupport
import Testing
import VenusAPI

@testable import Auth

@Suite struct AuthServiceTests {
    private func start(_ directory: TemporaryDirectory) async throws -> AuthService {
        var options = AuthOptions(repository: directory.path("repo"))
        options.listen = "127.0.0.1:0"
        options.log = .silent
        return try await AuthService.start(options)
    }

    private func run(_ directory: TemporaryDirectory, _ words: String...) async -> (Int32, String) {
        let console = MemoryConsole()
        let status = await AuthProgram.application.run(
            ["--repo", directory.path("repo")] + words,
            environment: [:],
            console: console
        )
        return (status, console.output)
    }

    @Test func `the command line works against a running service, and data outlives it`()
        async throws
    {
        let directory = try TemporaryDirectory()
        var service = try await start(directory)
        for (name, mode) in [("token", 0o600), ("config.toml", 0o644), ("data/auth.db", 0o600)] {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: directory.path("repo/" + name)
            )
            #expect(attributes[.posixPermissions] as? Int == mode, "\(name)")
        }
        let (status, output) = await run(directory, "genToken", "--perm", "admin", "miner")
        #expect(status == 0)
        #expect(output.hasPrefix("generate token success: eyJ"))
        // The first generation had one secret, so the same claims gave the same token.
        #expect(await run(directory, "genToken", "--perm", "admin", "miner").1 == output)
        #expect(await run(directory, "token", "gen", "--perm", "admin", "miner").1 != output)
        #expect(await run(directory, "genToken", "--perm", "root", "x") == (1, "perm illegal\n"))
        #expect(await run(directory, "user", "add", "alice").0 == 0)
        #expect(await run(directory, "user", "miner", "add", "alice", "t01000").0 == 0)
        await service.stop()
        #expect(await run(directory, "user", "list").0 == 1)

        service = try await start(directory)
        #expect(
            await run(directory, "user", "list").1.contains(
                "name: alice\nstate: enabled\nminers: [f01000]\n"
            )
        )
        #expect(await run(directory, "token", "list", "--json").1.contains("\"name\": \"miner\""))
        let client = AuthClient(
            url: HTTPURL(.http, host: "127.0.0.1", port: service.address.port ?? 0),
            http: HTTPClient()
        )
        let verifier = AuthTokenVerifier(client: client)
        let token = Secret(String(output.dropFirst("generate token success: ".count).dropLast()))
        #expect(try await verifier.verify(token)?.may(.admin) == true)
        #expect(try await verifier.verify(Secret("x")) == nil)
        await #expect(throws: AuthServiceError.self) { try await client.users() }
        await service.stop()
    }

    @Test func `a second start in the same folder is refused`() async throws {
        let directory = try TemporaryDirectory()
        let service = try await start(directory)
        await #expect(throws: FileFailure.self) { try await start(directory) }
        await service.stop()
        try await start(directory).stop()
    }

    @Test func `MySQL is answered with exit status 2 and not yet`() async throws {
        let directory = try TemporaryDirectory()
        for words in [["run", "--db-type", "mysql"], ["run", "--mysql-dsn", "u:p@(h:1)/d"]] {
            let console = MemoryConsole()
            let status = await AuthProgram.application.run(
                ["--repo", directory.path("repo")] + words,
                environment: [:],
                console: console
            )
            #expect(status == 2)
            #expect(console.output.contains("not yet"))
        }
        try Repository.createFolder(directory.path("repo"))
        try AtomicFile.write("[DB]\nType = \"mysql\"\n", to: directory.path("repo/config.toml"))
        #expect(await run(directory, "run").0 == 2)
        #expect(!FileManager.default.fileExists(atPath: directory.path("repo/data/auth.db")))
    }

    @Test func `configuration files of every generation are read`() throws {
        let first = try AuthConfiguration(
            toml: """
                Port = "8989"
                Secret = "a1"
                ReadTimeout = 60000000000
                [Log]
                  LogLevel = "trace"
                  Type = 0
                  HookSwitch = false
                [DB]
                  Type = "badger"
                  DSN = ""
                  MaxOpenConns = 0
                """,
            name: "config.toml"
        )
        #expect(first.listen == "127.0.0.1:8989")
        #expect(first.log.level == .trace)
        #expect(first.unknownKeys.isEmpty)
        try Configuration.checkEmbedded(first.databaseType)
        let template = try AuthConfiguration(toml: AuthConfiguration.template, name: "config.toml")
        #expect(template.unknownKeys.isEmpty)
        #expect(template.readTimeout == .seconds(60))
        let odd = try AuthConfiguration(toml: "Listen = \"x\"\nColour = 1\n", name: "config.toml")
        #expect(odd.unknownKeys == ["Colour (config.toml, line 2, column 1)"])
        #expect(throws: ConfigurationError.self) { try odd.socketAddress() }
        #expect(throws: ConfigurationError.self) {
            try AuthConfiguration(toml: "[Log]\nLogLevel = \"loud\"", name: "x")
        }
    }
}
