import Foundation

/// Files that are there whole or not at all.
package enum AtomicFile {
    /// Replaces a file; a reader, and a restart after a power cut, sees the old bytes or the new ones.
    ///
    /// It has the permission bits `mode`, also when the file existed with others.
    ///
    /// - Throws: ``FileFailure``.
    package static func write(
        _ bytes: [UInt8],
        to path: String,
        mode: UInt32 = 0o600
    ) throws(FileFailure) {
        let temporary = "\(path).new-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        let descriptor = unsafe open(temporary, flags, mode)
        guard descriptor >= 0 else { throw FileFailure("write", temporary) }
        do throws(FileFailure) {
            // The mode of open is cut by the umask.
            guard fchmod(descriptor, mode_t(mode)) == 0 else {
                throw FileFailure("chmod", temporary)
            }
            try writeAll(bytes, to: descriptor, temporary)
            guard fsync(descriptor) == 0 else { throw FileFailure("sync", temporary) }
        } catch {
            close(descriptor)
            unsafe unlink(temporary)
            throw error
        }
        close(descriptor)
        guard unsafe rename(temporary, path) == 0 else {
            let failure = FileFailure("replace", path)
            unsafe unlink(temporary)
            throw failure
        }
        syncFolder(of: path)
    }

    /// Replaces a text file.
    package static func write(
        _ text: String,
        to path: String,
        mode: UInt32 = 0o600
    ) throws(FileFailure) {
        try write(Array(text.utf8), to: path, mode: mode)
    }

    /// Reads a whole file of at most `maximumBytes`.
    ///
    /// - Throws: ``FileFailure``.
    package static func read(
        _ path: String,
        maximumBytes: Int = 16 << 20
    ) throws(FileFailure) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFailure("read", path) }
        defer { close(descriptor) }
        return try readAll(descriptor, path, maximumBytes: maximumBytes)
    }

    /// Reads the first word of a small file, such as a token or an address.
    ///
    /// - Throws: ``FileFailure``.
    package static func word(_ path: String) throws(FileFailure) -> String {
        let bytes = try read(path, maximumBytes: 1 << 16)
        return String(String(decoding: bytes, as: UTF8.self).prefix { !$0.isWhitespace })
    }

    static func readAll(
        _ descriptor: Int32,
        _ name: String,
        maximumBytes: Int
    ) throws(FileFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { buffer in
                unsafe Foundation.read(descriptor, buffer.baseAddress, buffer.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileFailure("read", name) }
            if count == 0 { return bytes }
            bytes += buffer.prefix(count)
            guard bytes.count <= maximumBytes else {
                throw FileFailure(message: "\(name) has more than \(maximumBytes) bytes")
            }
        }
    }

    private static func writeAll(
        _ bytes: [UInt8],
        to descriptor: Int32,
        _ path: String
    ) throws(FileFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { buffer in
                unsafe Foundation.write(descriptor, buffer.baseAddress, buffer.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileFailure("write", path) }
            rest = rest.dropFirst(count)
        }
    }

    /// A rename lasts only when the folder is on the disk too.
    private static func syncFolder(of path: String) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
