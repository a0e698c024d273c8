import Foundation
import Synchronization

/// The folder in which a service keeps everything; held by one process at a time.
package final class Repository: Sendable {
    /// The folder, without a `/` at the end.
    package let path: String
    private let lock: Mutex<Int32>

    /// Creates the folder if it is missing (mode 0700) and takes its lock.
    ///
    /// The lock is the kernel's (`flock` on `repo.lock`), so it is free again after `kill -9`.
    ///
    /// - Throws: ``FileFailure``; when another process works in the folder it says so.
    package init(_ path: String) throws(FileFailure) {
        self.path = Self.expanded(path)
        try Self.createFolder(self.path)
        let file = self.path + "/repo.lock"
        let descriptor = unsafe open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileFailure("open", file) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isHeld = errno == EWOULDBLOCK
            let failure = FileFailure("lock", file)
            close(descriptor)
            throw isHeld
                ? FileFailure(
                    message: "\(self.path) is in use by another process; stop that one first"
                )
                : failure
        }
        lock = Mutex(descriptor)
    }

    deinit { unlock() }

    /// Gives the folder back; the value is not used afterwards.
    package func unlock() {
        lock.withLock { descriptor in
            guard descriptor >= 0 else { return }
            // To close it is not enough: a child between its fork and its exec has a copy that would keep the lock.
            flock(descriptor, LOCK_UN)
            close(descriptor)
            descriptor = -1
        }
    }

    /// The path of a file inside.
    package func file(_ name: String) -> String { path + "/" + name }

    /// Reads the configuration file of a service, which may have been written with `initial` first.
    ///
    /// - Returns: The text and its path, for messages.
    package func configuration(
        _ name: String = "config.toml",
        initial: () -> String
    ) throws(FileFailure) -> (text: String, path: String) {
        let path = file(name)
        // It may hold tokens.
        if !FileManager.default.fileExists(atPath: path) {
            try AtomicFile.write(initial(), to: path, mode: 0o600)
        }
        let bytes = try AtomicFile.read(path, maximumBytes: 1 << 20)
        return (String(decoding: bytes, as: UTF8.self), path)
    }

    /// Replaces a leading `~` by the home folder of `HOME`, and takes away a trailing `/`.
    package static func expanded(_ path: String) -> String {
        var path = path
        if path == "~" || path.hasPrefix("~/") {
            path = NSHomeDirectory() + path.dropFirst()
        }
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    /// Creates a folder and those above it, mode 0700.
    package static func createFolder(_ path: String) throws(FileFailure) {
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw FileFailure(message: "cannot create \(path): \(error.localizedDescription)")
        }
    }
}
