internal import Glibc

/// A file whose bytes are read through the virtual memory, without a copy.
///
/// The file must not be cut short meanwhile: reading beyond its new end would kill the process, as with
/// every mapped file.
@safe
public final class MappedFile: Sendable {
    /// The size of the file.
    public let byteCount: Int
    // Written by nobody and unmapped only when the last reference goes away, hence safe to share.
    nonisolated(unsafe) private let start: UnsafeRawPointer?

    /// Maps the file at `path` for reading.
    ///
    /// - Throws: ``CARError/file(path:errno:)``.
    public init(_ path: String) throws(CARError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file(path: path, errno: errno) }
        defer { _ = close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw .file(path: path, errno: errno)
        }
        byteCount = Int(status.st_size)
        guard byteCount > 0 else {
            unsafe start = nil
            return
        }
        let map = unsafe mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard unsafe map != MAP_FAILED, let map = unsafe map else {
            throw .file(path: path, errno: errno)
        }
        _ = unsafe madvise(map, byteCount, MADV_SEQUENTIAL)
        unsafe start = UnsafeRawPointer(map)
    }

    deinit {
        if let start = unsafe start {
            _ = unsafe munmap(UnsafeMutableRawPointer(mutating: start), byteCount)
        }
    }

    /// Calls `body` with the bytes of the file, which are valid during the call only.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        unsafe body(UnsafeRawBufferPointer(start: start, count: byteCount))
    }
}
