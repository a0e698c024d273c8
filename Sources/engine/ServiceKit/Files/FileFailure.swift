import Foundation

/// Why a file could not be read, written or locked.
package struct FileFailure: Error, Sendable, CustomStringConvertible {
    package let message: String

    package init(message: String) { self.message = message }

    /// Describes the system's last error, which `errno` still holds.
    init(_ action: String, _ path: String) {
        message = "cannot \(action) \(path): \(unsafe String(cString: strerror(errno)))"
    }

    package var description: String { message }
}
