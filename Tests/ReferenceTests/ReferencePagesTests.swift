import Foundation
import ServiceKit
import TestSupport
import Testing

@testable import Reference

@Suite struct ReferencePagesTests {
    /// The repository: three levels above this file.
    static let root: String = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    @Test func `the pages of docs are those of the code`() throws {
        let pages = try ReferencePages(root: Self.root)
        #expect(pages.pages.count == 3)
        let outdated = pages.outdated(in: Self.root + "/docs/reference")
        #expect(outdated.isEmpty, "run make docs")
    }

    @Test func `a page that differs or is missing is named`() throws {
        let pages = try ReferencePages(root: Self.root)
        let folder = try TemporaryDirectory()
        #expect(pages.outdated(in: folder.url.path) == pages.pages.map(\.name))
        try pages.write(to: folder.url.path)
        #expect(pages.outdated(in: folder.url.path).isEmpty)
        try AtomicFile.write("# Commands\n", to: folder.path("commands.md"), mode: 0o644)
        #expect(pages.outdated(in: folder.url.path) == ["commands.md"])
    }

    @Test func `every registration of the services is on the page, with its level`() throws {
        let page = try #require(
            try ReferencePages(root: Self.root).pages.first { $0.name == "rpc.md" }
        ).text
        for row in [
            "| `Filecoin.WalletSign` | sign |", "| `Filecoin.ChainHead` | read |",
            "| `Filecoin.ComputeProof` | read |", "| `Message.PushMessage` | write |",
        ] {
            #expect(page.contains(row), "\(row)")
        }
        #expect(page.contains("| channel of `[TipsetChange]` |"))
    }
}

@Suite struct MethodSourceTests {
    @Test func `a declaration gives names, types, result and summary`() throws {
        let source = """
            /// Signs what the third parameter says the bytes are,
            /// or refuses.
            ///
            /// More.
            package enum WalletSign: RPCMethod {
                package static let name = "Filecoin.WalletSign"
                package static let parameterNames: [String] = [
                    "signer", "bytes", "meta",
                ]
                package typealias Parameters = Positional<
                    Address, [String: [Int]], Trailing<Meta>
                >
                package typealias Result = Signature
            }

            enum Other: Sendable {
            }
            """
        let methods = try MethodDeclaration.all(in: source, file: "a.swift")
        #expect(methods.count == 1)
        let method = try #require(methods.first)
        #expect(method.type == "WalletSign")
        #expect(method.name == "Filecoin.WalletSign")
        #expect(method.summary == "Signs what the third parameter says the bytes are, or refuses.")
        #expect(method.parameterNames == ["signer", "bytes", "meta"])
        #expect(method.parameterTypes == ["Address", "[String: [Int]]", "Trailing<Meta>"])
        #expect(method.result == "Signature")
        #expect(!method.isChannel)
    }

    @Test func `a declaration whose names and types do not fit is refused`() {
        let source = """
            enum Odd: RPCMethod {
                static let name = "Odd"
                static let parameterNames: [String] = ["one"]
                typealias Parameters = Positional<Int64, Int64>
                typealias Result = Bool
            }
            """
        #expect(throws: ReferenceFailure("a.swift: Odd has 2 parameters and 1 names")) {
            try MethodDeclaration.all(in: source, file: "a.swift")
        }
    }

    @Test func `registrations know their level and their version`() throws {
        let source = """
            api.on(One.self, need: .read) { _ in 1 }
            switch version {
            case .v1:
                api.on(
                    Two.self,
                    aliases: ["x"],
                    need: .admin,
                    runs: .loop
                ) { _ in 2 }
            case .v0:
                api.on(Three.self, need: .write) { _ in 3 }
            }
            router.on(.get, "/healthcheck") { _ in .text(.ok, "ok") }
            api.on(Four.self, need: .sign) { _ in 4 }
            """
        let found = try MethodRegistration.all(in: source, file: "a.swift")
        #expect(
            found == [
                MethodRegistration(type: "One", need: "read", version: nil),
                MethodRegistration(type: "Two", need: "admin", version: "v1"),
                MethodRegistration(type: "Three", need: "write", version: "v0"),
                MethodRegistration(type: "Four", need: "sign", version: nil),
            ]
        )
        #expect(throws: ReferenceFailure.self) {
            try MethodRegistration.all(in: "api.on(One.self) { _ in 1 }", file: "a.swift")
        }
    }
}
