import Foundation
import Synchronization

/// Writes log lines to standard error.
package struct StandardErrorSink: LogSink {
    package init() {}

    package func write(_ line: String) { StandardConsole.write(line, to: STDERR_FILENO) }
}

/// Keeps log lines in memory, for tests.
package final class MemorySink: LogSink {
    private let kept = Mutex<[String]>([])

    package init() {}

    package var lines: [String] { kept.withLock { $0 } }

    package func write(_ line: String) { kept.withLock { $0.append(line) } }
}

/// Writes log lines to a file and starts a new one when it has grown.
///
/// `service.log` becomes `service.log.1`, that one `service.log.2` and so on; the oldest goes.
package final class FileSink: LogSink {
    private struct State: ~Copyable {
        var descriptor: Int32
        var size: Int
    }

    private let path: String
    private let maximumBytes: Int
    private let maximumFiles: Int
    private let state: Mutex<State>

    /// Opens a log file, mode 0600, and appends to it.
    ///
    /// - Parameters:
    ///   - path: Where the file is.
    ///   - maximumBytes: The size after which a new file is started.
    ///   - maximumFiles: How many old files are kept.
    /// - Throws: ``FileFailure``.
    package init(
        path: String,
        maximumBytes: Int = 64 << 20,
        maximumFiles: Int = 5
    ) throws(FileFailure) {
        self.path = path
        self.maximumBytes = max(1, maximumBytes)
        self.maximumFiles = max(0, maximumFiles)
        state = Mutex(try Self.open(path))
    }

    deinit { state.withLock { _ = close($0.descriptor) } }

    package func write(_ line: String) {
        state.withLock { state in
            if state.size > 0, state.size + line.utf8.count > maximumBytes { rotate(&state) }
            StandardConsole.write(line, to: state.descriptor)
            state.size += line.utf8.count
        }
    }

    private func rotate(_ state: inout State) {
        for index in stride(from: maximumFiles, through: 1, by: -1) {
            unsafe rename(index == 1 ? path : "\(path).\(index - 1)", "\(path).\(index)")
        }
        if maximumFiles == 0 { unsafe unlink(path) }
        // When no new file can be opened, logging goes on in the renamed one.
        guard let opened = try? Self.open(path) else { return }
        _ = close(state.descriptor)
        state = opened
    }

    private static func open(_ path: String) throws(FileFailure) -> State {
        let descriptor = unsafe Foundation.open(
            path,
            O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
            0o600
        )
        guard descriptor >= 0 else { throw FileFailure("open", path) }
        return State(descriptor: descriptor, size: max(0, Int(lseek(descriptor, 0, SEEK_END))))
    }
}
