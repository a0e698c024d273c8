package import Conformance
internal import FilecoinCrypto
internal import FilecoinTypes
internal import JSON
internal import Synchronization

/// Whole chains that lotus made, found by their files in any folder.
///
/// | group | a case for | what is checked |
/// |---|---|---|
/// | `archive` | the chain | every block encodes to its CID; the export has the same blocks; the index is the chain |
/// | `genesis` | the chain | the template gives the first block, to the byte of its archive |
/// | `headers` | a tipset | signatures, ticket, election, win count, beacon, without the code of actors and validation |
/// | `execution` | a tipset | messages, receipts, gas, roots, weight, base fee, supply |
/// | `traces` | a height | calls and charges of the messages that were traced |
/// | `validation` | a tipset | our block validation accepts its blocks, WinningPoSt included |
/// | `made again` | a tipset | keys, messages and proofs give the same block CIDs |
/// | `foreign proof` | a tipset | with real proofs: another block's proof is refused |
///
/// Each tipset is judged on the recorded state before it, so cases run in parallel and a difference stays where it
/// began.
package struct ChainSet: ConformanceSet {
    package let name = "recorded chains"

    package init() {}

    package func cases(in files: [ConformanceFile]) -> [ConformanceCase] {
        ChainFolder.all(in: files).flatMap { ChainCases($0).all }
    }
}

/// The cases of one chain.
private struct ChainCases {
    private let folder: ChainFolder
    private let loader: ChainLoader
    private let keys: SharedKeys

    init(_ folder: ChainFolder) {
        self.folder = folder
        loader = ChainLoader(folder)
        keys = SharedKeys()
    }

    var all: [ConformanceCase] {
        let loader = loader
        var cases = [
            // This one says why, if the chain cannot be read.
            whole("archive", "archive") { try ArchiveCheck(loader.load().recorded).checkBlocks() },
            whole("archive", "archive export") {
                try ArchiveCheck(loader.chain().recorded).checkExport()
            },
            whole("archive", "archive index") {
                try ArchiveCheck(loader.chain().recorded).checkIndex()
            },
            whole("genesis", "genesis") { try GenesisCheck(loader.chain().recorded).check() },
        ]
        // An index that cannot be read fails the first case.
        let lines = (try? RecordedChain.lines(of: folder)) ?? []
        for (index, line) in lines.enumerated() {
            cases.append(
                whole("execution", "execution \(line.name)") {
                    try ExecutionCheck(line, loader.chain().recorded).check()
                }
            )
            // Nobody signed or proved the genesis block.
            if line.height > 0 {
                cases += blockCases(line, next: lines[(index + 1) % lines.count])
            }
        }
        return cases + traceCases(lines)
    }

    /// A case for each height with traces.
    private func traceCases(_ lines: [ChainLine]) -> [ConformanceCase] {
        let loader = loader
        let traces: [ChainEpoch: [JSONValue]]
        do { traces = try TraceCheck.read(folder) } catch {
            return [whole("traces", "traces") { throw error }]
        }
        // The lines of forks come last.
        let byHeight = Dictionary(grouping: lines, by: \.height)
        return traces.sorted { $0.key < $1.key }.map { height, traces in
            whole("traces", "traces \(height)") {
                try TraceCheck(traces, loader.chain().recorded).check(byHeight[height] ?? [])
            }
        }
    }

    private func blockCases(_ line: ChainLine, next: ChainLine) -> [ConformanceCase] {
        let loader = loader
        let keys = keys
        var cases = [
            whole("headers", "headers \(line.name)") {
                try HeaderCheck(line, loader.chain().recorded).check()
            },
            whole("validation", "validation \(line.name)") {
                try BlockCheck(line, loader.chain()).checkValidity()
            },
            whole("made again", "made again \(line.name)") {
                let chain = try loader.chain()
                try BlockCheck(line, chain).checkMadeAgain(keys.of(chain.recorded))
            },
        ]
        if !folder.verifyingKeys.isEmpty, next.height > 0 {
            cases.append(
                whole("foreign proof", "foreign proof \(line.name)") {
                    let chain = try loader.chain()
                    let keys = try keys.of(chain.recorded)
                    try BlockCheck(line, chain).checkForeignProof(from: next, keys)
                }
            )
        }
        return cases
    }

    private func whole(
        _ group: String,
        _ name: String,
        _ check: @escaping @Sendable () throws -> Void
    ) -> ConformanceCase {
        ConformanceCase(corpus: folder.corpus, name: name) { _ in
            ConformanceReport(group: "chain \(group)", check)
        }
    }
}

/// The keys of a chain, read once.
private final class SharedKeys: Sendable {
    private let keys = Mutex<[Address: SigningKey]?>(nil)

    func of(_ recorded: RecordedChain) throws -> [Address: SigningKey] {
        try keys.withLock { keys in
            if let keys { return keys }
            let read = try recorded.keys()
            keys = read
            return read
        }
    }
}
