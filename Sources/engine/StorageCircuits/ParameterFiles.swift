import Bytes
import Glibc
import Hashing
import ProofSystem

/// Reads and writes the files of parameters.
enum ParameterFiles {
    /// The first half of BLAKE2b-512's first 32 bytes, in hexadecimal: what manifests publish.
    static func digest(_ file: MappedFile) -> String {
        var hasher = BLAKE2b(outputLength: 64)
        unsafe file.withBytes { bytes in
            // Parts, so that a file larger than memory does not have to stay there.
            for start in stride(from: 0, to: bytes.count, by: 1 << 24) {
                let part = unsafe UnsafeRawBufferPointer(
                    rebasing: bytes[start..<min(start + 1 << 24, bytes.count)]
                )
                unsafe hasher.update(part)
            }
        }
        return Array(hasher.finish().prefix(16)).hex
    }

    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    static func makeDirectory(_ path: String) throws(ParameterError) {
        var partial = path.hasPrefix("/") ? "/" : ""
        for component in path.split(separator: "/") {
            partial += component + "/"
            if unsafe mkdir(partial, 0o755) != 0, errno != EEXIST { throw failure(partial) }
        }
    }

    /// Writes a file under a temporary name and renames it when all of it is on the disk, so that a reader sees
    /// the whole file or none, and killing the process leaves no half file under the real name.
    static func writeAtomically(
        _ path: String,
        _ produce: (_ write: ([UInt8]) throws -> Void) throws -> Void
    ) throws {
        let temporary = "\(path).\(getpid()).part"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(temporary) }
        do {
            defer { close(descriptor) }
            try produce { bytes in try writeAll(descriptor, bytes, path: temporary) }
            guard fsync(descriptor) == 0 else { throw failure(temporary) }
        } catch {
            unsafe unlink(temporary)
            throw error
        }
        guard unsafe rename(temporary, path) == 0 else {
            let error = failure(path)
            unsafe unlink(temporary)
            throw error
        }
        syncDirectory(of: path)
    }

    /// Removes the temporary files of processes that were killed while they wrote.
    ///
    /// Their names end in the number of the process; one that still runs keeps its file.
    static func removeAbandoned(in directory: String) {
        guard let folder = unsafe opendir(directory) else { return }
        defer { unsafe closedir(folder) }
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            let parts = name.split(separator: ".")
            guard parts.count > 2, parts[parts.count - 1] == "part",
                let process = pid_t(parts[parts.count - 2]), process > 0,
                kill(process, 0) != 0, errno == ESRCH
            else { continue }
            unsafe unlink("\(directory)/\(name)")
        }
    }

    private static func writeAll(
        _ descriptor: Int32,
        _ bytes: [UInt8],
        path: String
    ) throws(ParameterError) {
        var position = 0
        while position < bytes.count {
            let start = position
            let written = unsafe bytes.withUnsafeBytes { buffer in
                unsafe write(
                    descriptor,
                    buffer.baseAddress.map { unsafe $0 + start },
                    buffer.count - start
                )
            }
            if written < 0 {
                guard errno == EINTR else { throw failure(path) }
            } else {
                position += written
            }
        }
    }

    /// Makes the rename itself durable.
    ///
    /// A file system that cannot do this has done it already.
    private static func syncDirectory(of path: String) {
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = fsync(descriptor)
        close(descriptor)
    }

    private static func failure(_ path: String) -> ParameterError {
        .file(path: path, reason: unsafe String(cString: strerror(errno)))
    }
}
