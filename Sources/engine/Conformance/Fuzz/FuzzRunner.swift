internal import ActorRuntime
internal import Foundation
internal import Synchronization

/// Sends random messages to small networks and to recorded states, on all cores.
package struct FuzzRunner: Sendable {
    /// Messages of one test run: as many as half a minute has room for.
    package static var testMessages: Int {
        #if DEBUG
        // Code that is not optimised is ten times as slow.
        2000
        #else
        20_000
        #endif
    }

    /// Messages of one network's life.
    private static let episodeMessages = 5000
    /// Messages of one batch on recorded states.
    private static let batchMessages = 2000

    private enum Job: Sendable {
        case episode(seed: UInt64, messages: Int)
        case recorded(seed: UInt64, messages: Int)
    }

    private let jobs: [Job]
    private let vectors: FuzzVectors?
    private let workers: Int

    /// Plans a run.
    ///
    /// - Parameters:
    ///   - messages: How many messages in all; a fifth of them go to recorded states if there are any.
    ///   - seed: What everything is drawn from.
    ///   - folder: Where message vectors are, if there are any.
    ///   - workers: Threads.
    /// - Throws: What reading the vectors throws.
    package init(
        messages: Int,
        seed: UInt64,
        vectors folder: String? = nil,
        workers: Int = ProcessInfo.processInfo.activeProcessorCount
    ) throws {
        let found = try folder.map {
            try FuzzVectors(files: try ConformanceRunner.files(below: $0), limit: 400)
        }
        vectors = found.flatMap { $0.isEmpty ? nil : $0 }
        self.workers = max(1, workers)
        var random = FuzzRandom(seed: seed)
        var jobs: [Job] = []
        var rest = vectors == nil ? 0 : messages / 5
        var episodes = messages - rest
        while rest > 0 {
            let count = min(rest, Self.batchMessages)
            jobs.append(.recorded(seed: random.next(), messages: count))
            rest -= count
        }
        var number: UInt64 = 0
        while episodes > 0 {
            let count = min(episodes, Self.episodeMessages)
            // The last digits of a seed choose the rules of the network; every combination has its turn.
            let seed = random.next() / 12 * 12 + number % 12
            jobs.append(.episode(seed: seed, messages: count))
            episodes -= count
            number += 1
        }
        self.jobs = jobs
    }

    /// Runs everything twice: with all checks, and without any for the digests of receipts and states.
    ///
    /// - Parameter progress: Called after each part with the messages so far.
    /// - Returns: What came of it.
    package func run(progress: @escaping @Sendable (Int) -> Void = { _ in }) -> FuzzReport {
        let next = Atomic<Int>(0)
        let total = Mutex(FuzzReport())
        let jobs = jobs
        let work: @Sendable () -> Void = {
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < jobs.count else { return }
                let report = run(jobs[index])
                progress(
                    total.withLock {
                        $0.add(report)
                        return $0.messages
                    }
                )
            }
        }
        DeepStack.runConcurrently(count: min(workers, jobs.count), work)
        return total.withLock { $0 }
    }

    private func run(_ job: Job) -> FuzzReport {
        var report = FuzzReport()
        do {
            report = try run(job, isChecked: true)
            let again = try run(job, isChecked: false)
            if report.problems.isEmpty && report.digests != again.digests {
                report.problems.append("\(job) gave another result when it was replayed")
            }
        } catch { report.problems.append("\(job): \(error)") }
        return report
    }

    private func run(_ job: Job, isChecked: Bool) throws -> FuzzReport {
        switch job {
        case .episode(let seed, let messages):
            return try FuzzEpisode(seed: seed, messages: messages, isChecked: isChecked).run()
        case .recorded(let seed, let messages):
            return try vectors?.run(seed: seed, count: messages) ?? FuzzReport()
        }
    }
}

extension FuzzReport {
    /// The tables, ending with the line that scripts read.
    package var text: String {
        var lines = problems.map { "PROBLEM \($0)" }
        let width = methods.keys.map(\.count).max() ?? 0
        func line(_ name: String, _ columns: [String]) -> String {
            name + String(repeating: " ", count: max(0, width - name.count))
                + columns.map { String(repeating: " ", count: max(1, 11 - $0.count)) + $0 }.joined()
        }
        lines.append(line("method", ["exit 0", "other"]))
        for (name, ends) in methods.sorted(by: { $0.key < $1.key }) {
            lines.append(line(name, [String(ends.succeeded), String(ends.failed)]))
        }
        let codes = exitCodes.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        lines.append("exit codes \(codes.joined(separator: ", "))")
        lines.append(
            "\(expired) sectors expired, \(endedByFault) ended by their faults"
        )
        lines.append(
            "\(messages) messages in \(epochs) epochs, at most \(mostBlocks) blocks kept,"
                + " \(knownComplaints) complaints that the reference has too,"
                + " \(problems.count) problems"
        )
        return lines.joined(separator: "\n")
    }
}
