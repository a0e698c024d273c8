package import Conformance
internal import Foundation

/// The files of one recorded chain, which may lie in any folder of any name.
///
/// | file | contents |
/// |---|---|
/// | `chain.car.zst` | every header, message, state and receipt |
/// | `index.jsonl.gz` | a line for each tipset: what lotus got when it executed it |
/// | `genesis.car`, `genesis-template.json` | the first block and what it was made from |
/// | `keys.jsonl` | the keys of all accounts and miners |
/// | `traces.jsonl.gz` | calls and charges for gas of some messages |
/// | `vk/*.vk` | verifying keys, if the proofs of the chain are real |
///
/// The first two make it a chain; of the others some may be missing.
package struct ChainFolder: Sendable {
    /// The folder.
    package let path: String
    /// The paths of the files below it.
    private let names: Set<String>

    private static let archive = "chain.car.zst"
    private static let index = "index.jsonl.gz"

    /// Finds the chains among files, at any depth.
    package static func all(in files: [ConformanceFile]) -> [ChainFolder] {
        files.filter { name(of: $0.path) == archive }.compactMap { file in
            let path = String(file.path.dropLast(archive.count + 1))
            let names = files.filter { $0.path.hasPrefix(path + "/") }
                .map { String($0.path.dropFirst(path.count + 1)) }
            return names.contains(index) ? ChainFolder(path: path, names: Set(names)) : nil
        }
    }

    /// The chain of a folder whose files the caller knows to be there.
    package init(path: String) throws {
        self.init(
            path: path,
            names: Set(try FileManager.default.subpathsOfDirectory(atPath: path))
        )
    }

    private init(path: String, names: Set<String>) {
        self.path = path
        self.names = names
    }

    /// The last part of a path.
    private static func name(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    /// What its cases are counted under.
    package var corpus: String { "reference/lotus/\(Self.name(of: path))" }

    /// A file by its name in the folder; nil if it is missing.
    package func file(_ name: String) -> ConformanceFile? {
        names.contains(name)
            ? ConformanceFile(path: "\(path)/\(name)", relativePath: name) : nil
    }

    /// A file that a check cannot do without.
    ///
    /// - Throws: ``LeftOut`` if it is missing.
    func need(_ name: String) throws -> ConformanceFile {
        guard let file = file(name) else { throw LeftOut("there is no \(name) beside the chain") }
        return file
    }

    var archiveFile: ConformanceFile {
        get throws { try need(Self.archive) }
    }

    var indexFile: ConformanceFile {
        get throws { try need(Self.index) }
    }

    /// The verifying keys: none means that the proofs of the chain are mocks.
    var verifyingKeys: [ConformanceFile] {
        names.filter { $0.hasPrefix("vk/") && $0.hasSuffix(".vk") }.sorted().compactMap { file($0) }
    }
}

/// Why a case is left out: counted as skipped, not as failed.
struct LeftOut: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

extension ConformanceReport {
    /// Runs a check: what it throws is why it failed, or was left out.
    init(group: String, _ check: () throws -> Void) {
        let outcome: Outcome
        do {
            try check()
            outcome = .passed
        } catch let leftOut as LeftOut {
            outcome = .skipped(leftOut.description)
        } catch {
            outcome = .failed("\(error)")
        }
        self.init(group: group, outcome: outcome)
    }
}
