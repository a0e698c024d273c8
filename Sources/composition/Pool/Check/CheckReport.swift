package import ServiceKit
import Synchronization

/// Why a check failed.
package struct CheckFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// Checks that something holds.
///
/// - Throws: ``CheckFailure`` with the text unless it does.
package func require(_ condition: Bool, _ failure: @autoclosure () -> String) throws(CheckFailure) {
    guard condition else { throw CheckFailure(failure()) }
}

/// Checks that two values are equal.
///
/// - Throws: ``CheckFailure`` that names both unless they are.
package func requireEqual<Value: Equatable>(
    _ value: Value,
    _ expected: Value,
    _ name: String
) throws(CheckFailure) {
    guard value == expected else {
        throw CheckFailure("\(name) is \(value), expected \(expected)")
    }
}

/// Counts and prints the checks of a run.
package final class CheckReport: Sendable {
    private let console: any Console
    private let counts = Mutex<(passed: Int, failed: Int)>((0, 0))

    package init(console: any Console) { self.console = console }

    package var hasFailed: Bool { counts.withLock { $0.failed > 0 } }

    /// Runs a check, prints how it went, and tells whether it passed.
    @discardableResult
    package func check(_ name: String, _ body: () async throws -> Void) async -> Bool {
        let begin = ContinuousClock.now
        do {
            try await body()
            counts.withLock { $0.passed += 1 }
            console.write("ok    \(name) (\(Self.seconds(since: begin)))\n")
            return true
        } catch {
            counts.withLock { $0.failed += 1 }
            console.write("FAIL  \(name) (\(Self.seconds(since: begin))): \(error)\n")
            return false
        }
    }

    /// Says what goes on, between checks.
    package func note(_ text: String) { console.write("      \(text)\n") }

    /// Prints the last line.
    package func finish() {
        let (passed, failed) = counts.withLock { $0 }
        console.write("\(passed) passed, \(failed) failed\n")
    }

    private static func seconds(since begin: ContinuousClock.Instant) -> String {
        let tenths = (ContinuousClock.now - begin).nanoseconds / 100_000_000
        return "\(tenths / 10).\(tenths % 10) s"
    }
}
