internal import Foundation

/// `venus-conformance`: runs all test data below a folder.
package enum ConformanceCommand {
    private static let usage = """
        usage: venus-conformance [--trace] [--only TEXT]... [--workers N] FOLDER

        Runs every conformance vector and history found below FOLDER and prints what passed, failed and was
        skipped, per collection and per actor method.

          --trace      show the first difference of each failure step by step
          --only TEXT  only cases whose collection or name contains TEXT; may be repeated
          --workers N  threads (default: one per core)
        """

    /// Reads the arguments, runs, prints and exits: 0 if nothing failed, 1 if something did, 2 for bad arguments.
    package static func main(sets: [any ConformanceSet] = ConformanceSets.all) -> Never {
        var options = ConformanceOptions()
        var filters: [String] = []
        var folders: [String] = []
        var workers = ProcessInfo.processInfo.activeProcessorCount
        var arguments = CommandLine.arguments.dropFirst()
        while let argument = arguments.popFirst() {
            switch argument {
            case "--trace": options.showsTrace = true
            case "--only":
                guard let text = arguments.popFirst() else { fail("--only needs a text") }
                filters.append(text)
            case "--workers":
                guard let number = arguments.popFirst().flatMap({ Int($0) }), number > 0 else {
                    fail("--workers needs a number above 0")
                }
                workers = number
            case "--help", "-h":
                print(usage)
                exit(0)
            default:
                if argument.hasPrefix("-") { fail("unknown option \(argument)") }
                folders.append(argument)
            }
        }
        guard folders.count == 1 else { fail("name one folder with test data") }
        do {
            let summary = try ConformanceRunner(sets: sets, options: options, workers: workers)
                .run(folder: folders[0], filters: filters)
            print(summary.text)
            exit(summary.total.failed == 0 ? 0 : 1)
        } catch {
            fail("cannot read \(folders[0]): \(error)")
        }
    }

    private static func fail(_ message: String) -> Never {
        FileHandle.standardError.write(Data("venus-conformance: \(message)\n\(usage)\n".utf8))
        exit(2)
    }
}
