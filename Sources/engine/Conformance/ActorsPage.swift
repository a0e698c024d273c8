internal import ActorRuntime
internal import BuiltinActors
internal import FilecoinTypes
internal import StateInspection

/// `docs/actors.md`: the built-in actors, from the tables that run them.
///
/// Methods come from the actors' definitions, states from actors that were run, and the last section from what
/// the conformance runner passed. Only purposes and version differences are written by hand, here.
package struct ActorsPage: Sendable {
    private let shapes: StateShapes

    /// Learns what states look like by running a small network, for some seconds.
    ///
    /// Needs a deep stack, see `DeepStack`.
    package init() throws { shapes = try FuzzEpisode.shapes() }

    /// The heading of the last section, which needs test data.
    package static let coverageHeading = "## Which vectors call which method"

    /// The page without its last section.
    package var text: String {
        var lines = [
            "# Built-in actors",
            "",
            "Made by `venus-conformance --actors-page FOLDER` from the code's own tables; a test fails when"
                + " this copy is old.",
            "Actors v6 run at network version 14, actors v7 at 15, from one code. An actor's code CID is the"
                + " identity hash of its name.",
            "",
        ]
        for definition in ActorRegistry.builtin.all { lines += section(definition) }
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: - Sections

    private func section(_ definition: ActorDefinition) -> [String] {
        let kind = definition.kind
        let names = ActorsVersion.allCases.map { "`\(ActorCode(kind, $0).name)`" }
        var lines = [
            "## \(kind.rawValue)", "", Self.purpose(kind), "",
            "Codes: \(names.joined(separator: ", ")).", "",
            "| method | name | parameters | result |", "|---|---|---|---|",
        ]
        for method in definition.methods {
            let since = method.since > .v6 ? " (since v\(method.since.rawValue))" : ""
            lines.append(
                "| \(method.number) | \(method.name)\(since) | \(Self.code(method.parameters))"
                    + " | \(Self.code(method.result)) |"
            )
        }
        for type in shapes.types[kind] ?? [] { lines += fields(of: type) }
        let differences = Self.differences(kind)
        if !differences.isEmpty {
            lines += ["", "From v6 to v7:"] + differences.map { "- \($0)" }
        }
        return lines + [""]
    }

    private func fields(of type: String) -> [String] {
        let fields = shapes.fields[type] ?? []
        if fields.isEmpty { return ["", "`\(type)`: an empty tuple."] }
        return ["", "`\(type)`:", "", "| field | type | leads to |", "|---|---|---|"]
            + fields.map {
                "| \($0.name) | `\($0.type)` | \($0.link ?? "") |"
            }
    }

    private static func code(_ text: String?) -> String { text.map { "`\($0)`" } ?? "" }

    private static func purpose(_ kind: ActorKind) -> String {
        switch kind {
        case .system: "Sends what the protocol itself calls. It does nothing."
        case .`init`: "Gives new actors their IDs and keeps which address belongs to which ID."
        case .account: "An account: the key that speaks for it."
        case .cron: "Calls other actors at the end of every tipset."
        case .storagePower:
            "Counts the power of all miners, verifies seals in batches and wakes miners when they asked for it."
        case .storageMarket: "Keeps deals and the money that secures and pays them."
        case .storageMiner:
            "One miner: keys, sectors, what is proven when, and what is locked for it."
        case .multisig:
            "Spends what enough of its signers approve, and may release a balance over time."
        case .paymentChannel:
            "One account pays another with vouchers that were signed off the chain."
        case .reward:
            "Pays for blocks: half by time, most by the power that the network has reached."
        case .verifiedRegistry: "Who may give data cap, and who has how much of it."
        case .chaos: "Test support; never part of a network."
        }
    }

    private static func differences(_ kind: ActorKind) -> [String] {
        switch kind {
        case .storageMiner:
            [
                "ProveReplicaUpdates puts deals into a proven sector (FIP-0019); a sector keeps the"
                    + " commitment that it was sealed with in `sectorKeyCID`.",
                "A pre-commitment may no longer replace a sector without deals (`replaceCapacity`); the four"
                    + " fields stay.",
                "A deadline keeps the sectors of the last window (`sectorsSnapshot`), so that a dispute sees"
                    + " those that were proven and not those that were updated since.",
            ]
        case .verifiedRegistry:
            [
                "RemoveVerifiedClientDataCap takes data cap back when two verifiers sign for it; a counter for"
                    + " each verifier and client keeps signatures from being used twice"
                    + " (`removeDataCapProposalIDs`)."
            ]
        case .system, .`init`, .account, .cron, .storagePower, .storageMarket, .multisig,
            .paymentChannel,
            .reward, .chaos:
            []
        }
    }

    // MARK: - Coverage

    /// The last section: passed cases by method and collection.
    package static func coverage(_ summaries: [ConformanceRunner.Summary]) -> String {
        let kinds = Set(ActorRegistry.builtin.all.map(\.kind.rawValue))
        var counts: [String: [String: Int]] = [:]
        var corpora: Set<String> = []
        for summary in summaries {
            for (corpus, groups) in summary.byGroupInCorpus {
                let name = corpus.split(separator: "/").last.map(String.init) ?? corpus
                for (group, count) in groups where count.passed > 0 {
                    guard let dot = group.firstIndex(of: "."), kinds.contains(String(group[..<dot]))
                    else { continue }
                    corpora.insert(name)
                    counts[group, default: [:]][name, default: 0] += count.passed
                }
            }
        }
        let columns = corpora.sorted()
        var lines = [
            coverageHeading, "",
            "Passed message vectors by collection. Histories and chains run most methods besides, and the"
                + " methods that only actors may call run inside those that call them.",
            "",
            "| method | \(columns.joined(separator: " | ")) |",
            "|---|" + columns.map { _ in "---|" }.joined(),
        ]
        for definition in ActorRegistry.builtin.all {
            for method in definition.methods {
                let name = "\(definition.kind.rawValue).\(method.name)"
                let row = columns.map { counts[name]?[$0].map(String.init) ?? "" }
                lines.append("| \(name) | \(row.joined(separator: " | ")) |")
            }
            let send = "\(definition.kind.rawValue).Send"
            guard let found = counts[send] else { continue }
            let row = columns.map { found[$0].map(String.init) ?? "" }
            lines.append("| \(send) | \(row.joined(separator: " | ")) |")
        }
        return (lines + olderNetworks(summaries)).joined(separator: "\n") + "\n"
    }

    /// How far the vectors of networks before actors v6 get, and what they would need.
    private static func olderNetworks(_ summaries: [ConformanceRunner.Summary]) -> [String] {
        var eras: [String: [String?: Int]] = [:]
        for summary in summaries {
            for (era, reasons) in summary.eras {
                eras[era, default: [:]].merge(reasons, uniquingKeysWith: +)
            }
        }
        if eras.isEmpty { return [] }
        let rows = eras.sorted { $0.key < $1.key }.map { era, reasons in
            var missing: [(text: String, count: Int)] = []
            for case (let reason?, let count) in reasons { missing.append((reason, count)) }
            let texts = missing.sorted { ($1.count, $0.text) < ($0.count, $1.text) }
                .map { "\($0.text.replacing(#/actors v. not built: /#, with: "")) \($0.count)" }
            return "| \(era) | \(reasons.values.reduce(0, +)) | \(reasons[nil] ?? 0)"
                + " | \(texts.joined(separator: ", ")) |"
        }
        return [
            "", "## How far older networks get", "",
            "Vectors of networks before actors v6, by the first thing that is missing. The machine, its gas,"
                + " transfers and accounts are shared; all other actors of v0 (network versions 0 to 3)"
                + " and v2 (4 to 9) are not built.",
            "", "| class and network version | vectors | passed | missing |", "|---|---|---|---|",
        ] + rows
    }
}
