import Foundation
import Synchronization

/// Where a command reads and prints.
package protocol Console: Sendable {
    /// Whether standard input is a terminal.
    var inputIsTerminal: Bool { get }
    /// Prints on standard output.
    func write(_ text: String)
    /// Prints on standard error.
    func writeError(_ text: String)
    /// Reads a line without its end; nil at the end of the input. Blocks.
    func readLine() -> String?
    /// Reads a line that is not shown while it is typed. Blocks.
    func readHiddenLine() -> String?
}

/// The process's own standard input, output and error.
package struct StandardConsole: Console {
    package init() {}

    package var inputIsTerminal: Bool { isatty(STDIN_FILENO) == 1 }

    package func write(_ text: String) { Self.write(text, to: STDOUT_FILENO) }

    package func writeError(_ text: String) { Self.write(text, to: STDERR_FILENO) }

    package func readLine() -> String? { Swift.readLine(strippingNewline: true) }

    package func readHiddenLine() -> String? {
        guard inputIsTerminal else { return readLine() }
        var settings = termios()
        guard unsafe tcgetattr(STDIN_FILENO, &settings) == 0 else { return readLine() }
        let old = settings
        settings.c_lflag &= ~tcflag_t(ECHO)
        unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
        defer {
            var restored = old
            unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &restored)
            writeError("\n")
        }
        return readLine()
    }

    static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Foundation.write(descriptor, buffer.baseAddress, buffer.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}

/// A console that keeps what is printed and answers from a list of lines; for tests and for commands
/// that run inside another program.
package final class MemoryConsole: Console {
    private struct State {
        var output = ""
        var errors = ""
        var lines: [String]
    }

    private let state: Mutex<State>

    /// Creates a console whose input is `lines`.
    package init(lines: [String] = []) { state = Mutex(State(lines: lines)) }

    package var inputIsTerminal: Bool { false }
    /// What was printed on standard output.
    package var output: String { state.withLock { $0.output } }
    /// What was printed on standard error.
    package var errors: String { state.withLock { $0.errors } }

    package func write(_ text: String) { state.withLock { $0.output += text } }
    package func writeError(_ text: String) { state.withLock { $0.errors += text } }
    package func readLine() -> String? {
        state.withLock { $0.lines.isEmpty ? nil : $0.lines.removeFirst() }
    }
    package func readHiddenLine() -> String? { readLine() }
}
