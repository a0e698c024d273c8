import Auth
import Foundation
import Messager
import Miner
import Node
import Pool
import SectorManager
package import ServiceKit
import Wallet

/// The pages of `docs/reference`: commands, remote methods and configuration files, from their declarations.
package struct ReferencePages: Sendable {
    /// One page.
    package struct Page: Hashable, Sendable {
        /// Its file's name in the folder.
        package let name: String
        package let text: String
    }

    /// Every program of the package that has a command line.
    package static let applications: [Application] = [
        NodeProgram.application, AuthProgram.application, MessagerProgram.application,
        MinerProgram.application, PoolProgram.application, SealerProgram.application,
        WalletProgram.application,
    ]

    /// The pages, in the order of their names.
    package let pages: [Page]

    /// Makes the pages.
    ///
    /// - Parameter root: The repository's folder, whose sources declare the methods.
    /// - Throws: An error that names the declaration that cannot be understood.
    package init(root: String) throws {
        pages = [
            Page(name: "commands.md", text: CommandReference.page(of: Self.applications)),
            Page(name: "configuration.md", text: ConfigurationReference.page),
            Page(name: "rpc.md", text: try MethodReference(root: root).page()),
        ]
    }

    /// Writes the pages into a folder.
    ///
    /// - Throws: `FileFailure`.
    package func write(to folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        for page in pages {
            try AtomicFile.write(page.text, to: folder + "/" + page.name, mode: 0o644)
        }
    }

    /// The names of the pages that a folder has in another form, or not at all.
    package func outdated(in folder: String) -> [String] {
        pages.filter { page in
            (try? String(contentsOfFile: folder + "/" + page.name, encoding: .utf8)) != page.text
        }.map(\.name)
    }

    /// The program `venus-reference`.
    package static let program = Application(
        name: "venus-reference",
        usage: "writes the pages of docs/reference",
        version: "1",
        flags: [
            Flag("root", default: ".", usage: "folder of the repository"),
            Flag("check", .boolean, usage: "write nothing; fail if a page is not current"),
        ],
        commands: [],
        action: { call in
            let root = call.string("root")
            let pages = try ReferencePages(root: root)
            let folder = root + "/docs/reference"
            guard call.boolean("check") else { return try pages.write(to: folder) }
            let outdated = pages.outdated(in: folder)
            guard outdated.isEmpty else {
                throw CommandFailure(
                    "not current: \(outdated.joined(separator: ", ")); run make docs"
                )
            }
        }
    )
}
