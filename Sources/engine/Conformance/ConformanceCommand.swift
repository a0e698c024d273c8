internal import ActorRuntime
internal import Foundation

/// `venus-conformance`: runs all test data below a folder.
package enum ConformanceCommand {
    private static let usage = """
        usage: venus-conformance [--trace] [--all] [--only TEXT]... [--workers N] FOLDER

        Runs every conformance vector and history found below FOLDER and prints what passed, failed and was
        skipped, per collection and per actor method.

          --trace      show the first difference of each failure step by step, and every step of
                       a dialog that differs
          --all        also what takes minutes or gigabytes
          --only TEXT  only cases whose collection or name contains TEXT; may be repeated
          --workers N  threads (default: one per core)

               venus-conformance --fuzz N [--seed SEED] [--workers N] [FOLDER]

        Sends N random messages to small networks, and a fifth of them, spoilt, to the recorded states below
        FOLDER; checks the actors' rules and the supply, and that everything comes out the same again.

          --seed SEED  what everything is drawn from (default 1)

               venus-conformance --actors-page FOLDER

        Prints docs/actors.md, with the vectors below FOLDER that call each method.

        Proofs are verified for real where an official verifying key (a .vk file with the digest that a
        parameters.json names) lies below FOLDER, and believed elsewhere.
        """

    /// Reads the arguments, runs, prints and exits: 0 if nothing failed, 1 if something did, 2 for bad arguments.
    package static func main(sets: [any ConformanceSet] = ConformanceSets.all) -> Never {
        var options = ConformanceOptions()
        var filters: [String] = []
        var folders: [String] = []
        var workers = ProcessInfo.processInfo.activeProcessorCount
        var fuzzed: Int?
        var printsActorsPage = false
        var seed: UInt64 = 1
        var arguments = CommandLine.arguments.dropFirst()
        while let argument = arguments.popFirst() {
            switch argument {
            case "--trace": options.showsTrace = true
            case "--all": options.runsCostlyCases = true
            case "--only":
                guard let text = arguments.popFirst() else { fail("--only needs a text") }
                filters.append(text)
            case "--workers":
                guard let number = arguments.popFirst().flatMap({ Int($0) }), number > 0 else {
                    fail("--workers needs a number above 0")
                }
                workers = number
            case "--fuzz":
                guard let number = arguments.popFirst().flatMap({ Int($0) }), number > 0 else {
                    fail("--fuzz needs a number of messages above 0")
                }
                fuzzed = number
            case "--actors-page": printsActorsPage = true
            case "--seed":
                guard let number = arguments.popFirst().flatMap({ UInt64($0) }) else {
                    fail("--seed needs a number")
                }
                seed = number
            case "--help", "-h":
                print(usage)
                exit(0)
            default:
                if argument.hasPrefix("-") { fail("unknown option \(argument)") }
                folders.append(argument)
            }
        }
        if let fuzzed {
            guard folders.count <= 1 else { fail("name at most one folder with test data") }
            fuzz(fuzzed, seed: seed, folder: folders.first, workers: workers)
        }
        guard folders.count == 1 else { fail("name one folder with test data") }
        do {
            let summary = try ConformanceRunner(
                sets: printsActorsPage ? [VectorSet()] : sets,
                options: options,
                workers: workers
            ).run(folder: folders[0], filters: filters)
            if printsActorsPage {
                let page = try DeepStack.run { try ActorsPage().text }
                print(page + "\n" + ActorsPage.coverage([summary]), terminator: "")
                exit(summary.total.failed == 0 ? 0 : 1)
            }
            print(summary.text)
            exit(summary.total.failed == 0 ? 0 : 1)
        } catch {
            fail("cannot read \(folders[0]): \(error)")
        }
    }

    private static func fuzz(
        _ messages: Int,
        seed: UInt64,
        folder: String?,
        workers: Int
    ) -> Never {
        do {
            let start = ContinuousClock.now
            let report = try FuzzRunner(
                messages: messages,
                seed: seed,
                vectors: folder,
                workers: workers
            ).run { done in
                FileHandle.standardError.write(Data("\(done) messages\n".utf8))
            }
            print(report.text)
            print("took \(start.duration(to: .now)), seed \(seed)")
            exit(report.problems.isEmpty ? 0 : 1)
        } catch {
            fail("cannot read \(folder ?? "the test data"): \(error)")
        }
    }

    private static func fail(_ message: String) -> Never {
        FileHandle.standardError.write(Data("venus-conformance: \(message)\n\(usage)\n".utf8))
        exit(2)
    }
}
