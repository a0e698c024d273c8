internal import Bytes
internal import Glibc
internal import Hashing

/// The parents of all nodes of a graph, in memory or mapped from the file that keeps them.
///
/// The file holds 14 little-endian 32-bit integers for each node, 56 bytes: 2 KiB of nodes take 3.5 KiB, a
/// 32 GiB sector's 56 GiB. It has the name and content of the reference's files, so both can share a folder.
///
/// Unchecked because nothing writes to the memory after `init`.
@safe
package final class ParentCache: @unchecked Sendable {
    /// Bytes of one node's parents.
    private static let stride: Int = 4 * StackedGraph.degree
    /// Nodes whose parents one thread computes at a time.
    private static let grain: Int = 4_096

    /// The number of nodes.
    package let nodes: Int
    private let base: UnsafeMutableRawPointer
    private var mappedBytes: Int { nodes * Self.stride }

    private init(base: UnsafeMutableRawPointer, nodes: Int) {
        unsafe self.base = unsafe base
        self.nodes = nodes
    }

    deinit { _ = unsafe munmap(base, mappedBytes) }

    /// Computes the parents in memory.
    package convenience init(
        _ graph: StackedGraph,
        threads: Int = ParallelWork.defaultThreads,
        progress: SealProgressHandler? = nil
    ) throws {
        let bytes = graph.nodes * Self.stride
        let base = unsafe mmap(
            nil,
            bytes,
            PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS,
            -1,
            0
        )
        guard let base = unsafe base, unsafe base != MAP_FAILED else {
            throw SealError(.memory, "no memory for the parents of \(graph.nodes) nodes")
        }
        unsafe self.init(base: base, nodes: graph.nodes)
        try fill(from: graph, threads: threads, progress: progress)
    }

    /// Opens the file of a graph in `folder`, computing it first if it is not there.
    ///
    /// A new file appears under its name only when it is complete, so an interrupted run leaves none.
    package convenience init(
        _ graph: StackedGraph,
        folder: String,
        threads: Int = ParallelWork.defaultThreads,
        progress: SealProgressHandler? = nil
    ) throws {
        try SealFiles.createFolder(folder)
        let path = SealFiles.path(folder, graph.cacheFileName)
        let bytes = graph.nodes * Self.stride
        if unsafe access(path, F_OK) == 0 {
            try unsafe self.init(
                base: Self.map(path, flags: O_RDONLY, protection: PROT_READ, bytes: bytes),
                nodes: graph.nodes
            )
            return
        }
        let unfinished = "\(path).\(getpid()).tmp"
        try unsafe self.init(
            base: Self.map(
                unfinished,
                flags: O_RDWR | O_CREAT | O_TRUNC,
                protection: PROT_READ | PROT_WRITE,
                bytes: bytes
            ),
            nodes: graph.nodes
        )
        do {
            try fill(from: graph, threads: threads, progress: progress)
            guard unsafe rename(unfinished, path) == 0 else {
                throw SealError.system("rename", path)
            }
        } catch {
            unsafe unlink(unfinished)
            throw error
        }
    }

    private static func map(
        _ path: String,
        flags: Int32,
        protection: Int32,
        bytes: Int
    ) throws(SealError) -> UnsafeMutableRawPointer {
        let descriptor = unsafe open(path, flags | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SealError.system("open", path) }
        defer { close(descriptor) }
        if flags & O_CREAT != 0 {
            guard ftruncate(descriptor, bytes) == 0 else { throw SealError.system("extend", path) }
        }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw SealError.system("stat", path) }
        guard Int(status.st_size) == bytes else {
            throw SealError(
                .malformedFile,
                "\(path) has \(status.st_size) bytes, expected \(bytes)"
            )
        }
        let base = unsafe mmap(nil, bytes, protection, MAP_SHARED, descriptor, 0)
        guard let base = unsafe base, unsafe base != MAP_FAILED else {
            throw SealError.system("map", path)
        }
        return unsafe base
    }

    private func fill(
        from graph: StackedGraph,
        threads: Int,
        progress: SealProgressHandler?
    ) throws {
        // In slices, so that progress is reported and the work can be ended.
        let slice = max(Self.grain, min(graph.nodes, 1 << 18))
        var done = 0
        while done < graph.nodes {
            let first = done
            let count = min(slice, graph.nodes - done)
            ParallelWork.forEachRange(of: count, grain: Self.grain, threads: threads) { range in
                let nodes = first + range.lowerBound..<first + range.upperBound
                unsafe graph.fill(bytes(of: nodes), for: nodes)
            }
            done += count
            try progress?(SealProgress(stage: .parents, done: done, total: graph.nodes))
        }
    }

    private func bytes(of nodes: Range<Int>) -> UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(
            start: base + Self.stride * nodes.lowerBound,
            count: Self.stride * nodes.count
        )
    }

    /// The parents of `node` and the nodes after it, for the label kernel.
    func pointer(at node: Int) -> UnsafePointer<UInt32> {
        precondition(node >= 0 && node < nodes, "node out of range")
        return unsafe UnsafePointer(
            (base + Self.stride * node).assumingMemoryBound(to: UInt32.self)
        )
    }

    /// The parents of a node.
    package func parents(of node: Int) -> [UInt32] {
        unsafe Array(UnsafeBufferPointer(start: pointer(at: node), count: StackedGraph.degree))
    }

    /// The SHA-256 of the whole content, which is published for the official proof types.
    package var digest: [UInt8] {
        var hash = SHA256()
        unsafe hash.update(UnsafeRawBufferPointer(bytes(of: 0..<nodes)))
        return hash.finish()
    }
}
