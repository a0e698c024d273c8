import Foundation

/// Where a password comes from; never from an argument, which every user of the machine can read.
package enum PasswordSource: Sendable {
    /// A file of mode 0600 or 0400.
    case file(path: String)
    /// An open file descriptor, read to its end.
    case descriptor(Int32)
    /// A question on the terminal, or a line of the piped input.
    case prompt(String)

    /// The longest password, in bytes.
    package static let maximumBytes = 4096

    /// Reads the password; one newline at its end does not count.
    ///
    /// - Throws: ``FileFailure``, also when the file can be read by others.
    package func read(console: any Console) throws(FileFailure) -> Secret {
        switch self {
        case .file(let path):
            try Self.requirePrivate(path)
            return try Self.secret(
                AtomicFile.read(path, maximumBytes: Self.maximumBytes),
                from: path
            )
        case .descriptor(let number):
            let name = "file descriptor \(number)"
            return try Self.secret(
                AtomicFile.readAll(number, name, maximumBytes: Self.maximumBytes),
                from: name
            )
        case .prompt(let question):
            console.write(question)
            guard let line = console.readHiddenLine() else {
                throw FileFailure(message: "no password was entered")
            }
            return Secret(line)
        }
    }

    /// Checks that only the owner may read a file.
    ///
    /// - Throws: ``FileFailure`` that says what to do.
    package static func requirePrivate(_ path: String) throws(FileFailure) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw FileFailure("read", path) }
        guard status.st_mode & 0o077 == 0 else {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw FileFailure(
                message: "\(path) has mode 0\(mode), others may read it; run chmod 600 \(path)"
            )
        }
    }

    private static func secret(_ bytes: [UInt8], from name: String) throws(FileFailure) -> Secret {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw FileFailure(message: "the password in \(name) is not UTF-8 text")
        }
        let line =
            text.hasSuffix("\r\n")
            ? text.dropLast() : text.hasSuffix("\n") ? text.dropLast() : text[...]
        return Secret(String(line))
    }
}
