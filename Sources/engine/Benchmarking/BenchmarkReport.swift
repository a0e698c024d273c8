internal import Glibc

/// What a benchmark program prints and keeps: one table, and one JSON line for each row.
///
/// ```swift
/// @main struct BenchSeal {
///     static func main() throws {
///         BenchmarkReport.main("sealing") { report in
///             let hash = Measurement.of(items: 1000) { hashAThousandTimes() }
///             report.add(BenchmarkRow("hash", hash, bound: .valueAtMost(1e-6)))
///         }
///     }
/// }
/// ```
package struct BenchmarkReport: Sendable {
    /// The rows so far.
    package private(set) var rows: [BenchmarkRow] = []
    private let show: @Sendable (String) -> Void

    /// A report whose lines `show` prints.
    package init(
        _ title: String,
        show: @escaping @Sendable (String) -> Void = { Self.printLine($0) }
    ) {
        self.show = show
        show(title)
        show(BenchmarkTable.header)
    }

    /// Adds a row and shows it at once.
    package mutating func add(_ row: BenchmarkRow) {
        rows.append(row)
        show(BenchmarkTable.line(row))
    }

    /// Shows a remark between the rows: what a row that is missing would have needed.
    package func note(_ text: String) { show("  # " + text) }

    /// Whether every row keeps its bound.
    package var isWithinBounds: Bool { rows.allSatisfy(\.isWithinBound) }

    private static func printLine(_ line: String) {
        print(line)
        // Rows take seconds; whoever reads through a pipe sees each when it is there.
        fflush(nil)
    }
}

// MARK: - Programs

extension BenchmarkReport {
    /// Runs a benchmark program: rows are shown as they come, and added to the file after `--output`.
    ///
    /// Ends the process with status 1 if a row misses its bound or `body` throws, and 2 if the arguments are wrong.
    package static func main(
        _ title: String,
        _ body: (inout BenchmarkReport) throws -> Void
    ) {
        let output = outputPath()
        var report = BenchmarkReport(title)
        do {
            try body(&report)
        } catch {
            report.fail(error, output)
        }
        report.finish(output)
    }

    /// Runs a benchmark program that waits for others; otherwise as the other one.
    package static func main(
        _ title: String,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (inout BenchmarkReport) async throws -> Void
    ) async {
        let output = outputPath()
        var report = BenchmarkReport(title)
        do {
            try await body(&report)
        } catch {
            report.fail(error, output)
        }
        report.finish(output)
    }

    /// Keeps the rows, and ends the process with status 1 if one misses its bound.
    private func finish(_ output: String?) {
        if let output {
            do {
                try append(to: output)
            } catch {
                fail(error, nil)
            }
        }
        if !isWithinBounds { exit(1) }
    }

    /// Keeps the rows so far, says what went wrong and ends the process.
    ///
    /// Thrown out of `main`, an error would be an abort with a trace, which hides what it says.
    private func fail(_ error: any Error, _ output: String?) -> Never {
        if let output { try? append(to: output) }
        note("stopped: \(error)")
        exit(1)
    }

    /// The path after `--output`, which is the only argument that benchmark programs know.
    private static func outputPath() -> String? {
        let arguments = CommandLine.arguments
        switch arguments.count {
        case 1: return nil
        case 3 where arguments[1] == "--output": return arguments[2]
        default:
            print("usage: \(arguments[0]) [--output FILE]")
            exit(2)
        }
    }
}

// MARK: - Output

extension BenchmarkReport {
    /// The file of JSON lines cannot be written.
    package struct OutputFailure: Error, CustomStringConvertible {
        package let path: String
        package let reason: String

        package var description: String { "cannot add results to \(path): \(reason)" }
    }

    /// Adds the rows to a file of JSON lines, which is created if it is missing.
    ///
    /// - Throws: ``OutputFailure``.
    package func append(to path: String) throws {
        func check(_ isFine: Bool) throws {
            guard !isFine else { return }
            throw OutputFailure(path: path, reason: unsafe String(cString: strerror(errno)))
        }
        let file = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        try check(file >= 0)
        defer { close(file) }
        var text = rows.map { $0.jsonLine + "\n" }.joined()
        let count = text.utf8.count
        let written = text.withUTF8 { unsafe write(file, $0.baseAddress, $0.count) }
        try check(written == count)
    }
}
