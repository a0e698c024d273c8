internal import ActorRuntime
internal import Foundation
internal import Synchronization

/// Finds test data below a folder, runs all of it on all cores, and prints tables.
package struct ConformanceRunner: Sendable {
    /// The numbers of one line of the tables.
    package struct Count: Sendable, Equatable {
        package var passed = 0
        package var assumed = 0
        package var failed = 0
        package var skipped = 0

        mutating func add(_ outcome: ConformanceReport.Outcome) {
            switch outcome {
            case .passed: passed += 1
            case .passedProofAssumed:
                passed += 1
                assumed += 1
            case .failed: failed += 1
            case .skipped: skipped += 1
            }
        }
    }

    /// What all cases together gave.
    package struct Summary: Sendable {
        package var total = Count()
        package var byCorpus: [String: Count] = [:]
        package var byGroup: [String: Count] = [:]
        /// Without vectors of old networks, which are in `eras`.
        package var byGroupInCorpus: [String: [String: Count]] = [:]
        package var skipReasons: [String: Int] = [:]
        /// How far old networks get: by class and network version, how many vectors pass (nil) and what the
        /// others lack.
        package var eras: [String: [String?: Int]] = [:]
        package var failures: [(corpus: String, name: String, group: String, reason: String)] = []
    }

    private let sets: [any ConformanceSet]
    private let options: ConformanceOptions
    private let workers: Int

    package init(
        sets: [any ConformanceSet] = ConformanceSets.all,
        options: ConformanceOptions,
        workers: Int = ProcessInfo.processInfo.activeProcessorCount
    ) {
        self.sets = sets
        self.options = options
        self.workers = max(1, workers)
    }

    /// Runs every case whose corpus or name contains one of `filters`; all of them without filters.
    package func run(folder: String, filters: [String] = []) throws -> Summary {
        let files = try Self.files(below: folder)
        var options = options
        if options.keys == nil { options.keys = try OfficialKeys(among: files) }
        var cases: [ConformanceCase] = []
        for set in sets { cases += try set.cases(in: files) }
        if !filters.isEmpty {
            cases = cases.filter { one in
                filters.contains { one.corpus.contains($0) || one.name.contains($0) }
            }
        }
        return run(cases, options)
    }

    /// Runs cases, each once, on threads with deep stacks.
    package func run(_ cases: [ConformanceCase]) -> Summary { run(cases, options) }

    private func run(_ cases: [ConformanceCase], _ options: ConformanceOptions) -> Summary {
        let next = Atomic<Int>(0)
        let summary = Mutex(Summary())
        let work: @Sendable () -> Void = {
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < cases.count else { return }
                let one = cases[index]
                let report: ConformanceReport
                do { report = try one.run(options) } catch {
                    report = ConformanceReport(group: "?", outcome: .failed("\(error)"))
                }
                summary.withLock { $0.add(report, to: one) }
            }
        }
        DeepStack.runConcurrently(count: workers, work)
        return summary.withLock { $0 }
    }

    /// All files below a folder, in the order of their paths.
    static func files(below folder: String) throws -> [ConformanceFile] {
        let root = URL(fileURLWithPath: folder, isDirectory: true).standardizedFileURL
        guard
            let walker = FileManager.default.enumerator(
                at: root,
                includingPropertiesForKeys: [.isRegularFileKey]
            )
        else { throw CocoaError(.fileNoSuchFile) }
        var files: [ConformanceFile] = []
        for case let url as URL in walker
        where (try? url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true {
            let path = url.standardizedFileURL.path
            files.append(
                ConformanceFile(
                    path: path,
                    relativePath: String(path.dropFirst(root.path.count + 1))
                )
            )
        }
        return files.sorted { $0.relativePath < $1.relativePath }
    }
}

extension ConformanceRunner.Summary {
    mutating func add(_ report: ConformanceReport, to one: ConformanceCase) {
        total.add(report.outcome)
        byCorpus[one.corpus, default: .init()].add(report.outcome)
        byGroup[report.group, default: .init()].add(report.outcome)
        if let era = report.era {
            var reason: String?
            if case .skipped(let text) = report.outcome { reason = text }
            eras[era, default: [:]][reason, default: 0] += 1
        } else {
            byGroupInCorpus[one.corpus, default: [:]][report.group, default: .init()]
                .add(report.outcome)
        }
        switch report.outcome {
        case .skipped(let reason): skipReasons[reason, default: 0] += 1
        case .failed(let reason): failures.append((one.corpus, one.name, report.group, reason))
        case .passed, .passedProofAssumed: break
        }
    }

    /// The tables, ending with the line that scripts read.
    package var text: String {
        var lines = failures.sorted { ($0.corpus, $0.name) < ($1.corpus, $1.name) }
            .map { "FAILED \($0.corpus) \($0.name) [\($0.group)]: \($0.reason)" }
        lines += table("corpus", byCorpus) + [""] + table("method", byGroup) + [""]
        lines += eraTable
        for (reason, count) in skipReasons.sorted(by: { $0.key < $1.key }) {
            lines.append("skipped \(count): \(reason)")
        }
        lines.append(
            "\(total.passed) passed (of which \(total.assumed) proof assumed), "
                + "\(total.failed) failed, \(total.skipped) skipped"
        )
        return lines.joined(separator: "\n")
    }

    /// How far the shared machine gets with networks whose actors are not built.
    private var eraTable: [String] {
        if eras.isEmpty { return [] }
        return ["before actors v6     vectors   passed"]
            + eras.sorted { $0.key < $1.key }.map { era, reasons in
                let total = String(reasons.values.reduce(0, +))
                let passed = String(reasons[nil] ?? 0)
                return [(era, -19), (total, 9), (passed, 9)].map { text, width in
                    let blank = String(repeating: " ", count: max(1, abs(width) - text.count))
                    return width < 0 ? text + blank : blank + text
                }.joined()
            } + [""]
    }

    private func table(_ title: String, _ rows: [String: ConformanceRunner.Count]) -> [String] {
        let width = max(title.count, rows.keys.map(\.count).max() ?? 0)
        func line(_ name: String, _ columns: [String]) -> String {
            let padded = name + String(repeating: " ", count: width - name.count)
            return padded
                + columns.map { String(repeating: " ", count: max(1, 9 - $0.count)) + $0 }.joined()
        }
        return [line(title, ["passed", "assumed", "failed", "skipped"])]
            + rows.sorted { $0.key < $1.key }.map { name, count in
                line(
                    name,
                    [count.passed, count.assumed, count.failed, count.skipped].map(String.init)
                )
            }
    }
}
