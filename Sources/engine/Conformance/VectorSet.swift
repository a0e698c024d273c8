internal import ActorRuntime
internal import BuiltinActors
internal import CBOR
internal import Compression
internal import FilecoinTypes
internal import IPLD
internal import JSON
internal import Multiformats
internal import StateMachine

/// Message and tipset vectors in the format of filecoin-project/test-vectors.
package struct VectorSet: ConformanceSet {
    package init() {}

    package var name: String { "vectors" }

    package func cases(in files: [ConformanceFile]) -> [ConformanceCase] {
        files.compactMap { file in
            let path = file.relativePath
            guard path.hasSuffix(".json.gz") || path.hasSuffix(".json"),
                !(path.split(separator: "/").last ?? "").hasPrefix("_"),
                Self.looksLikeVector(TestData.prefix(file.path))
            else { return nil }
            let fullPath = file.path
            return ConformanceCase(corpus: Self.corpus(of: path), name: path) { options in
                try Vector(path: fullPath, options: options).run()
            }
        }
    }

    /// Whether a document begins as vectors do: with its class, or with what it was made from.
    static func looksLikeVector(_ prefix: [UInt8]) -> Bool {
        let text = String(decoding: prefix.filter { $0 > 0x20 }, as: UTF8.self)
        return text.hasPrefix("{\"class\":\"message\"") || text.hasPrefix("{\"class\":\"tipset\"")
            || text.hasPrefix("{\"_meta\":{\"comment\"")
    }

    /// The folders above those that name an actor or a test.
    private static func corpus(of path: String) -> String {
        var folders: [Substring] = []
        for folder in path.split(separator: "/").dropLast() {
            if folder.hasPrefix("fil_") || folder.hasPrefix("Test") || folder == "msg" { break }
            folders.append(folder)
        }
        return folders.isEmpty ? "." : folders.joined(separator: "/")
    }
}

/// One vector file.
private struct Vector {
    let json: JSONValue
    let options: ConformanceOptions

    init(path: String, options: ConformanceOptions) throws {
        json = try JSONValue(parsing: try TestData.bytes(path))
        self.options = options
    }

    func run() throws -> ConformanceReport {
        let variants = json["preconditions"]?["variants"]?.array ?? []
        let hints = json["hints"]?.array?.compactMap(\.string) ?? []
        if hints.contains("incorrect") {
            return ConformanceReport(group: "?", outcome: .skipped("hint incorrect"))
        }
        var report = ConformanceReport(
            group: "?",
            outcome: .skipped("not a vector of messages or tipsets")
        )
        var assumed = false
        for variant in variants {
            guard let nv: UInt32 = variant["nv"]?.integer(),
                let epoch: Int64 = variant["epoch"]?.integer()
            else { throw TestDataError("variant without epoch or network version") }
            let version = NetworkVersion(rawValue: nv)
            if let old = OldNetwork(version) {
                report = try run(old, ChainEpoch(rawValue: epoch))
            } else if nv == 14 || nv == 15 {
                report = try run(version, ChainEpoch(rawValue: epoch))
            } else {
                return ConformanceReport(
                    group: "?",
                    outcome: .skipped("actors of network version \(nv) not built")
                )
            }
            switch report.outcome {
            case .passed: break
            case .passedProofAssumed: assumed = true
            case .failed, .skipped: return report
            }
        }
        if assumed { report.outcome = .passedProofAssumed }
        return report
    }

    /// Runs a vector of a network whose actors are not built: it passes, or it tells what is missing.
    private func run(_ old: OldNetwork, _ epoch: ChainEpoch) throws -> ConformanceReport {
        let run = try VectorRun(
            json: json,
            version: old.version,
            epoch: epoch,
            proofs: AssumingVerifier(.always(true)),
            options: options,
            old: old
        )
        var difference: String?
        do { difference = try run.firstDifference() } catch { difference = "\(error)" }
        let outcome: ConformanceReport.Outcome =
            if let missing = run.missing {
                .skipped(missing)
            } else if let difference {
                .failed(difference)
            } else {
                .passed
            }
        return ConformanceReport(
            group: run.group,
            outcome: outcome,
            era: "\(json["class"]?.string ?? "?") nv\(old.version)"
        )
    }

    private func run(_ version: NetworkVersion, _ epoch: ChainEpoch) throws -> ConformanceReport {
        let isRecorded = json["selector"]?["proofs"]?.string == "recorded"
        let rules: [AssumingVerifier.Rule] =
            isRecorded
            ? [.unlessMarked]
            // These record no answers; what came out tells which they were.
            : [.always(true), .always(false)]
        var report = ConformanceReport(group: "?", outcome: .failed("no rule"))
        for rule in rules {
            // Recorded proofs are no proofs at all.
            let verifier = KeyedVerifier(isRecorded ? nil : options.keys, assuming: rule)
            let run = try VectorRun(
                json: json,
                version: version,
                epoch: epoch,
                proofs: verifier,
                options: options
            )
            let difference = try run.firstDifference()
            if difference == nil {
                let outcome: ConformanceReport.Outcome =
                    verifier.hasAssumed ? .passedProofAssumed : .passed
                return ConformanceReport(group: run.group, outcome: outcome)
            }
            if case .failed("no rule") = report.outcome {
                report = ConformanceReport(
                    group: run.group,
                    outcome: .failed(difference ?? "?")
                )
            }
            if !verifier.hasAssumed { break }
        }
        return report
    }
}

/// One execution of a vector.
private final class VectorRun {
    private let json: JSONValue
    private let epoch: ChainEpoch
    private let store = MemoryBlockStore()
    private let rules: ExecutionRules
    private let root: CID
    private let options: ConformanceOptions
    private let old: OldNetwork?
    private(set) var group = "tipset"
    /// What an old network's actors would have been needed for.
    private(set) var missing: String?

    init(
        json: JSONValue,
        version: NetworkVersion,
        epoch: ChainEpoch,
        proofs: any ProofVerifier,
        options: ConformanceOptions,
        old: OldNetwork? = nil
    ) throws {
        self.json = json
        self.old = old
        self.epoch = epoch
        self.options = options
        let selector = json["selector"]
        let hasChaos = selector?["chaos_actor"]?.string == "true"
        rules = ExecutionRules(
            networkVersion: { _ in version },
            // The first list was replaced when network version 7 came.
            prices: old != nil || selector?["gas"]?.string == "genesis" ? .genesis : .calico,
            policy: selector?["policy"]?.string == "2k" ? .twoKiB : .mainnet,
            registry: old?.registry(withChaos: hasChaos) ?? (hasChaos ? .withChaos : .builtin),
            proofs: proofs,
            signatures: KeySignatureVerifier()
        )
        let archive = try Deflate.decompress(try TestData.base64(json["car"]), format: .gzip)
        var reader = try CARReader(archive)
        _ = try reader.copyBlocks(into: store)
        root = try TestData.cid(json["preconditions"]?["state_tree"]?["root_cid"])
    }

    /// Runs the vector and returns the first thing that differs from what is expected.
    func firstDifference() throws -> String? {
        switch json["class"]?.string {
        case "message": return try runMessages()
        case "tipset":
            if let old {
                // Every tipset ends with cron.
                missing = old.missing(.cron, CronMethod.epochTick)
                return nil
            }
            return try runTipsets()
        default: return "class \(json["class"]?.string ?? "none") is not known"
        }
    }

    private var expectedReceipts: [JSONValue] {
        json["postconditions"]?["receipts"]?.array ?? []
    }

    private func expectedRoot() throws -> CID {
        try TestData.cid(json["postconditions"]?["state_tree"]?["root_cid"])
    }

    // MARK: - Messages

    private func runMessages() throws -> String? {
        let preconditions = json["preconditions"]
        let view = try RecordedChain(
            supply: TestData.amount(preconditions?["circ_supply"]) ?? .totalSupply,
            lookback: root,
            randomness: json["randomness"]
        )
        let baseFee = TestData.amount(preconditions?["basefee"]) ?? 100
        var epoch = epoch
        var root = root
        for (index, applied) in (json["apply_messages"]?.array ?? []).enumerated() {
            if let offset: Int64 = applied["epoch_offset"]?.integer() {
                epoch = epoch + ChainEpoch(rawValue: offset)
            }
            let message = try VectorMessages.message(applied["bytes"])
            let buffer = BufferedBlockStore(over: store)
            let machine = try rules.machine(
                tree: try old?.tree(root, buffer) ?? StateTree(root: root, store: buffer),
                epoch: epoch,
                baseFee: baseFee,
                view: view
            )
            group = VectorMessages.group(of: message.message, machine)
            let trace = options.showsTrace || old != nil ? ExecutionTrace() : nil
            machine.trace = trace
            let result = try machine.apply(message)
            if let old, let trace, let missing = old.missingMethod(in: trace, machine) {
                self.missing = missing
                return nil
            }
            root = try machine.tree.flush()
            guard index < expectedReceipts.count else { return "no receipt \(index) expected" }
            if let difference = try VectorMessages.difference(result, expectedReceipts[index]) {
                let steps = try trace.map { try TraceComparison(json).text($0) } ?? ""
                return "message \(index): \(difference)\(steps)"
            }
            try buffer.flush(roots: [root])
        }
        let expected = try expectedRoot()
        if root != expected {
            return "state root: " + (try StateDifference(store).text(root, expected: expected))
        }
        return nil
    }

    // MARK: - Tipsets

    private func runTipsets() throws -> String? {
        let view = try RecordedChain(
            supply: .zero,
            lookback: root,
            randomness: json["randomness"]
        )
        let executor = TipsetExecutor(rules: rules, store: store)
        var receipts: ArraySlice<JSONValue> = expectedReceipts[...]
        let receiptRoots = json["postconditions"]?["receipts_roots"]?.array ?? []
        var root = root
        var parentEpoch = epoch
        for (index, tipset) in (json["apply_tipsets"]?.array ?? []).enumerated() {
            let offset: Int64 = tipset["epoch_offset"]?.integer() ?? 0
            let tipsetEpoch = epoch + ChainEpoch(rawValue: offset)
            let result = try executor.execute(
                parentState: root,
                parentEpoch: parentEpoch,
                epoch: tipsetEpoch,
                blocks: try (tipset["blocks"]?.array ?? []).map(VectorMessages.block),
                baseFee: TestData.amount(tipset["basefee"]) ?? 100,
                view: view
            )
            for (number, applied) in result.applied.enumerated() {
                guard let expected = receipts.popFirst() else {
                    return "tipset \(index): more receipts than expected"
                }
                if let difference = try VectorMessages.difference(applied.result, expected) {
                    return "tipset \(index) message \(number) to \(applied.message.to)"
                        + ".\(applied.message.method): \(difference)"
                }
            }
            if index < receiptRoots.count,
                result.receiptsRoot != (try TestData.cid(receiptRoots[index]))
            {
                return "tipset \(index): receipts root \(result.receiptsRoot)"
            }
            root = result.stateRoot
            parentEpoch = tipsetEpoch
        }
        if !receipts.isEmpty { return "\(receipts.count) receipts fewer than expected" }
        let expected = try expectedRoot()
        if root != expected {
            return "state root: " + (try StateDifference(store).text(root, expected: expected))
        }
        return nil
    }
}
