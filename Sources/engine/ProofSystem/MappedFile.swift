internal import Glibc

/// A file mapped read-only into memory, so that gigabytes of parameters need neither reading nor a copy.
///
/// The file must not be shortened while it is mapped; parameter files are replaced by renaming, which leaves
/// an open mapping as it is.
@safe package final class MappedFile: Sendable {
    /// Why a file could not be mapped.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package let path: String
        /// The system's error number.
        package let code: Int32

        package var description: String {
            let text = unsafe String(cString: strerror(code))
            return "cannot map \(path): \(text)"
        }
    }

    // Never written through, and unmapped only when nobody refers to this object any more.
    nonisolated(unsafe) private let memory: UnsafeRawBufferPointer

    /// Maps the whole file.
    package init(path: String) throws(Failure) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(path: path, code: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw Failure(path: path, code: errno) }
        let size = Int(status.st_size)
        guard size > 0 else {
            unsafe memory = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        let mapping = unsafe mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0)
        guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED else {
            throw Failure(path: path, code: errno)
        }
        unsafe memory = UnsafeRawBufferPointer(start: mapping, count: size)
    }

    deinit {
        if let start = unsafe memory.baseAddress {
            unsafe munmap(UnsafeMutableRawPointer(mutating: start), memory.count)
        }
    }

    /// The size in bytes.
    package var count: Int { unsafe memory.count }

    /// Takes the file's pages out of this process's memory.
    ///
    /// The next use finds them in the system's cache, or in the file. Whoever reads meanwhile notices nothing.
    package func releasePages() {
        guard let start = unsafe memory.baseAddress else { return }
        // It can only fail to have an effect.
        _ = unsafe madvise(
            UnsafeMutableRawPointer(mutating: start),
            memory.count,
            Int32(MADV_DONTNEED)
        )
    }

    /// Calls `body` with the bytes, which stay valid during the call.
    package func withBytes<R, E: Error>(
        _ body: (UnsafeRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        try unsafe body(memory)
    }
}
