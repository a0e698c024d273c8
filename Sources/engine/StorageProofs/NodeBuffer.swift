package import Bytes
internal import Glibc

/// A long run of nodes of 32 bytes, in memory or mapped from a file.
///
/// Memory of its own is asked for in large pages: labels are read at random places of a whole layer, and
/// with small pages each of them costs a walk through the page tables (measured: 0.8 instead of 0.6
/// microseconds for a label of an 8 MiB layer).
///
/// Unchecked because it is shared for reading; whoever writes writes disjoint ranges before others read.
@safe
package final class NodeBuffer: @unchecked Sendable {
    /// The number of nodes.
    package let count: Int
    private let base: UnsafeMutableRawPointer
    private let mappedBytes: Int

    private init(base: UnsafeMutableRawPointer, mappedBytes: Int, count: Int) {
        unsafe self.base = unsafe base
        self.mappedBytes = mappedBytes
        self.count = count
    }

    deinit { _ = unsafe munmap(base, mappedBytes) }

    /// Creates nodes of zeros in memory.
    package convenience init(count: Int) throws(SealError) {
        let bytes = max(32, 32 * count)
        let base = unsafe mmap(
            nil,
            bytes,
            PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS,
            -1,
            0
        )
        guard let base = unsafe base, unsafe base != MAP_FAILED else {
            throw SealError(.memory, "no memory for \(bytes) bytes of nodes")
        }
        // Only advice: without large pages the work is slower, not wrong.
        _ = unsafe madvise(base, bytes, MADV_HUGEPAGE)
        unsafe self.init(base: base, mappedBytes: bytes, count: count)
    }

    /// Maps a file of nodes for reading.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - expected: The number of nodes it must have, if that is known.
    /// - Throws: If it cannot be mapped or has another length.
    package convenience init(reading path: String, expected: Int? = nil) throws(SealError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SealError.system("open", path) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw SealError.system("stat", path) }
        let bytes = Int(status.st_size)
        guard bytes % 32 == 0, bytes > 0, expected.map({ $0 * 32 == bytes }) ?? true else {
            let wanted = expected.map { "\($0 * 32)" } ?? "a positive multiple of 32"
            throw SealError(.malformedFile, "\(path) has \(bytes) bytes, expected \(wanted)")
        }
        let base = unsafe mmap(nil, bytes, PROT_READ, MAP_SHARED, descriptor, 0)
        guard let base = unsafe base, unsafe base != MAP_FAILED else {
            throw SealError.system("map", path)
        }
        unsafe self.init(base: base, mappedBytes: bytes, count: bytes / 32)
    }

    /// Creates a file of `count` zero nodes, in place of an old one, and maps it for writing.
    package convenience init(creating path: String, count: Int) throws(SealError) {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SealError.system("create", path) }
        defer { close(descriptor) }
        guard ftruncate(descriptor, 32 * count) == 0 else { throw SealError.system("extend", path) }
        let base = unsafe mmap(
            nil,
            32 * count,
            PROT_READ | PROT_WRITE,
            MAP_SHARED,
            descriptor,
            0
        )
        guard let base = unsafe base, unsafe base != MAP_FAILED else {
            throw SealError.system("map", path)
        }
        unsafe self.init(base: base, mappedBytes: 32 * count, count: count)
    }

    /// Copies a file of at most `limit` nodes to the beginning.
    func copyLeadingNodes(from path: String, limit: Int) throws(SealError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SealError.system("open", path) }
        defer { close(descriptor) }
        let room = unsafe bytes(of: 0..<limit)
        var offset = 0
        while let base = room.baseAddress {
            let count = unsafe read(descriptor, base + offset, room.count - offset)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SealError.system("read", path) }
            offset += count
            guard count > 0, offset < room.count else { break }
        }
        var extra: UInt8 = 0
        guard offset % 32 == 0, unsafe read(descriptor, &extra, 1) == 0 else {
            throw SealError(
                .malformedFile,
                "\(path) is not made of nodes or longer than \(room.count) bytes"
            )
        }
    }

    /// The memory, for the kernels, valid as long as the buffer.
    package var bytes: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(start: base, count: 32 * count)
    }

    /// The memory of some nodes, for the kernels.
    package func bytes(of nodes: Range<Int>) -> UnsafeMutableRawBufferPointer {
        precondition(nodes.lowerBound >= 0 && nodes.upperBound <= count, "nodes out of range")
        return unsafe UnsafeMutableRawBufferPointer(
            start: base + 32 * nodes.lowerBound,
            count: 32 * nodes.count
        )
    }

    /// One node.
    package subscript(index: Int) -> Bytes32 {
        get {
            precondition(index >= 0 && index < count, "node out of range")
            return unsafe Bytes32 {
                unsafe $0.copyMemory(from: UnsafeRawBufferPointer(bytes(of: index..<index + 1)))
            }
        }
        set {
            precondition(index >= 0 && index < count, "node out of range")
            unsafe bytes(of: index..<index + 1).copyBytes(from: newValue.bytes)
        }
    }

    /// Copies some nodes into an array of bytes.
    package func array(of nodes: Range<Int>) -> [UInt8] { unsafe [UInt8](bytes(of: nodes)) }

    /// Writes some nodes to a new file, or over an old one.
    package func write(_ nodes: Range<Int>? = nil, to path: String) throws(SealError) {
        let nodes = nodes ?? 0..<count
        try unsafe SealFiles.write(UnsafeRawBufferPointer(bytes(of: nodes)), to: path)
    }
}

extension SealError {
    /// The failure of a call of the operating system.
    static func system(_ action: String, _ path: String) -> SealError {
        let reason = unsafe String(cString: strerror(errno))
        return SealError(.file, "cannot \(action) \(path): \(reason)")
    }
}
