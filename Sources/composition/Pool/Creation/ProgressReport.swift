package import ServiceKit
import Synchronization

/// Tells a person how far long work is: a line that is overwritten on a terminal, otherwise a line for each
/// step and one a minute.
package final class ProgressReport: Sendable {
    private struct State {
        var step = ""
        var lastLine: ContinuousClock.Instant = .now
        var isOpen = false
    }

    private let console: (any Console)?
    private let isTerminal: Bool
    private let state = Mutex(State())

    /// - Parameters:
    ///   - console: Lines go to its standard error; nil for nowhere.
    ///   - isTerminal: Whether somebody sees lines being overwritten.
    package init(console: (any Console)?, isTerminal: Bool) {
        self.console = console
        self.isTerminal = isTerminal
    }

    /// Tells nobody.
    package static let silent = ProgressReport(console: nil, isTerminal: false)

    /// A new step begins.
    package func begin(_ step: String) {
        guard let console else { return }
        state.withLock { state in
            if state.isOpen { console.writeError("\n") }
            state = State(step: step)
            if isTerminal {
                console.writeError("making \(step)")
                state.isOpen = true
            } else {
                console.writeError("making \(step)\n")
            }
        }
    }

    /// So much of the step is done.
    package func update(done: Int, total: Int) {
        guard let console, total > 0 else { return }
        state.withLock { state in
            let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(60)
            guard ContinuousClock.now - state.lastLine >= pause else { return }
            state.lastLine = .now
            let text = "making \(state.step): \(done * 100 / total) %"
            console.writeError(isTerminal ? "\r\(text)" : text + "\n")
        }
    }

    /// Nothing more comes.
    package func end() {
        guard let console else { return }
        state.withLock { state in
            if state.isOpen { console.writeError("\n") }
            state = State()
        }
    }
}
