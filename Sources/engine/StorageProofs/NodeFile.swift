internal import Bytes
internal import Glibc

/// A file of nodes of which few are read.
///
/// Unlike ``NodeBuffer`` it is not mapped: a disk that fails while a mapped page is read ends the process,
/// and a sector on a failing disk must cost no more than its own proof.
final class NodeFile: Sendable {
    /// The number of nodes.
    let count: Int
    private let path: String
    private let descriptor: Int32

    /// Opens a file; it stays open as long as the value lives.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - expected: The number of nodes it must have, if that is known.
    /// - Throws: If it cannot be opened or has another length.
    init(_ path: String, expected: Int? = nil) throws(SealError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SealError.system("open", path) }
        self.path = path
        self.descriptor = descriptor
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            count = 0
            throw SealError.system("stat", path)
        }
        let bytes = Int(status.st_size)
        count = bytes / 32
        guard bytes % 32 == 0, bytes > 0, expected.map({ $0 == count }) ?? true else {
            let wanted = expected.map { "\($0 * 32)" } ?? "a positive multiple of 32"
            throw SealError(.malformedFile, "\(path) has \(bytes) bytes, expected \(wanted)")
        }
    }

    deinit { close(descriptor) }

    /// Reads some nodes.
    func bytes(of nodes: Range<Int>) throws(SealError) -> [UInt8] {
        guard nodes.lowerBound >= 0, nodes.upperBound <= count else {
            throw SealError(.invalidArgument, "nodes \(nodes) of \(count) in \(path)")
        }
        var buffer: [UInt8] = [UInt8](repeating: 0, count: 32 * nodes.count)
        var done = 0
        while done < buffer.count {
            let wanted = buffer.count - done
            let read = unsafe buffer.withUnsafeMutableBytes { memory in
                unsafe pread(
                    descriptor,
                    memory.baseAddress.map { unsafe $0 + done },
                    wanted,
                    32 * nodes.lowerBound + done
                )
            }
            if read < 0 && errno == EINTR { continue }
            guard read > 0 else { throw SealError.system("read", path) }
            done += read
        }
        return buffer
    }

    /// Reads some nodes.
    func nodes(_ nodes: Range<Int>) throws(SealError) -> [Bytes32] {
        let bytes = try bytes(of: nodes)
        return (0..<nodes.count).map { Bytes32(bytes, at: 32 * $0) ?? Bytes32() }
    }
}
