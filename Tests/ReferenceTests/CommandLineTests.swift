import Foundation
import ServiceKit
import TestSupport
import Testing

@testable import Reference

/// What holds for the command line of every program.
@Suite struct CommandLineTests {
    /// One command of one program.
    struct Case: Sendable, CustomTestStringConvertible {
        let application: Application
        let path: [String]

        var testDescription: String { ([application.name] + path).joined(separator: " ") }
    }

    static let programs: [Case] = (ReferencePages.applications + [ReferencePages.program]).map {
        Case(application: $0, path: [])
    }

    /// Every command that help shows.
    static let commands: [Case] = ReferencePages.applications.flatMap { application in
        application.helpPages().map { page in
            Case(application: application, path: Array(page.path.dropFirst()))
        }
    }

    private func run(
        _ one: Case,
        _ arguments: [String]
    ) async -> (status: Int32, output: String, errors: String) {
        let console = MemoryConsole()
        let status = await one.application.run(
            one.path + arguments,
            environment: [:],
            console: console
        )
        return (status, console.output, console.errors)
    }

    @Test(arguments: programs)
    func `the version is printed and the status is 0`(_ program: Case) async {
        for flag in ["--version", "-v"] {
            let outcome = await run(program, [flag])
            #expect(outcome.status == 0)
            let name = program.application.name
            #expect(outcome.output == "\(name) version \(program.application.version)\n")
            #expect(outcome.errors.isEmpty)
        }
    }

    @Test(arguments: commands)
    func `help is printed for every command and the status is 0`(_ command: Case) async {
        for flag in ["--help", "-h"] {
            let outcome = await run(command, [flag])
            #expect(outcome.status == 0)
            let name = command.testDescription
            #expect(outcome.output.hasPrefix("NAME:\n   \(name)"))
            #expect(outcome.output.contains("USAGE:"))
            #expect(outcome.errors.isEmpty)
        }
    }

    @Test(arguments: commands)
    func `every command says what it is for`(_ command: Case) async {
        let help = await run(command, ["--help"]).output
        let line = help.split(separator: "\n").dropFirst().first ?? ""
        #expect(!line.hasSuffix("- "), "\(line)")
    }

    @Test(arguments: commands)
    func `a flag that nobody knows is wrong use, status 2`(_ command: Case) async {
        let outcome = await run(command, ["--no-such-flag"])
        #expect(outcome.status == 2)
        #expect((outcome.output + outcome.errors).contains("no-such-flag"))
    }

    @Test(arguments: programs.filter { !$0.application.commands.isEmpty })
    func `a command that nobody knows is wrong use, status 2`(_ program: Case) async {
        let outcome = await run(program, ["no-such-command"])
        #expect(outcome.status == 2)
        #expect((outcome.output + outcome.errors).contains("no-such-command"))
    }

    /// A command of each program that needs a running service, towards an empty folder.
    static let clients: [(program: String, arguments: [String])] = [
        ("venus", ["chain", "head"]), ("venus-auth", ["token", "list"]),
        ("venus-messager", ["msg", "list"]), ("venus-miner", ["address", "list"]),
        ("venus-sealer", ["sectors", "list"]), ("venus-wallet", ["list"]),
    ]

    @Test(arguments: clients)
    func `without its service a command fails with a reason, status 1`(
        _ client: (program: String, arguments: [String])
    ) async throws {
        let folder = try TemporaryDirectory()
        let application = try #require(
            ReferencePages.applications.first { $0.name == client.program }
        )
        let console = MemoryConsole()
        let status = await application.run(
            ["--repo", folder.path("none")] + client.arguments,
            environment: [:],
            console: console
        )
        #expect(status == 1)
        #expect(!(console.output + console.errors).isEmpty)
    }

    @Test func `a check of pages that differ fails with status 1`() async throws {
        let folder = try TemporaryDirectory()
        let program = Case(application: ReferencePages.program, path: [])
        let outcome = await run(program, ["--root", folder.url.path, "--check"])
        #expect(outcome.status == 1)
    }
}
