internal import Glibc

/// Names and plain reading and writing of the files of a sealed sector's cache folder.
package enum SealFiles {
    /// The commitments CommC and CommR-last, 64 bytes.
    package static let persistentAux: String = "p_aux"
    /// Where layers and trees are and how many rows are left out.
    package static let temporaryAux: String = "t_aux"
    /// The file name of a store: `sc-02-data-<id>.dat`.
    package static func store(_ id: String) -> String { "sc-02-data-\(id).dat" }
    /// The store of layer `layer`, counted from 1.
    package static func layer(_ layer: Int) -> String { "layer-\(layer)" }
    /// The store of the tree over the unsealed data.
    package static let treeD: String = "tree-d"
    /// The store of the tree over the column hashes.
    package static let treeC: String = "tree-c"
    /// The store of the tree over the replica.
    package static let treeRLast: String = "tree-r-last"

    /// The ids of the base trees of a tree of several: `tree-c-0`, `tree-c-1`, ...; of one, the id itself.
    package static func baseTrees(_ id: String, _ shape: TreeShape) -> [String] {
        shape.baseTrees == 1 ? [id] : (0..<shape.baseTrees).map { "\(id)-\($0)" }
    }

    /// Joins a folder and a name.
    package static func path(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }

    /// The path of a store in a cache folder.
    static func storePath(_ folder: String, _ id: String) -> String { path(folder, store(id)) }

    /// Reads a whole file of at most `limit` bytes.
    package static func read(_ path: String, limit: Int) throws(SealError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SealError.system("open", path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk: [UInt8] = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SealError.system("read", path) }
            if count == 0 { return bytes }
            bytes += chunk[0..<count]
            guard bytes.count <= limit else {
                throw SealError(.malformedFile, "\(path) is longer than \(limit) bytes")
            }
        }
    }

    /// Writes a file, over an old one if there is one.
    package static func write(
        _ bytes: [UInt8],
        to path: String,
        mode: UInt32 = 0o644
    ) throws(SealError) {
        try unsafe bytes.withUnsafeBufferPointer { (buffer) throws(SealError) in
            try unsafe write(UnsafeRawBufferPointer(buffer), to: path, mode: mode)
        }
    }

    /// Writes all of `bytes` at the descriptor's place.
    static func append(
        _ bytes: [UInt8],
        to descriptor: Int32,
        _ path: String
    ) throws(SealError) {
        try unsafe bytes.withUnsafeBufferPointer { (buffer) throws(SealError) in
            try unsafe append(UnsafeRawBufferPointer(buffer), to: descriptor, path)
        }
    }

    /// Writes a file from memory of the caller.
    static func write(
        _ bytes: UnsafeRawBufferPointer,
        to path: String,
        mode: UInt32 = 0o644
    ) throws(SealError) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw SealError.system("create", path) }
        defer { close(descriptor) }
        try unsafe append(bytes, to: descriptor, path)
    }

    /// Writes all of `bytes` at the descriptor's place.
    static func append(
        _ bytes: UnsafeRawBufferPointer,
        to descriptor: Int32,
        _ path: String
    ) throws(SealError) {
        guard let base = bytes.baseAddress else { return }
        var written = 0
        while written < bytes.count {
            let count = unsafe Glibc.write(descriptor, base + written, bytes.count - written)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw SealError.system("write", path) }
            written += count
        }
    }

    /// Creates a folder and those above it.
    package static func createFolder(_ path: String) throws(SealError) {
        var prefix = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: false) {
            prefix += prefix.isEmpty && part.isEmpty ? "/" : part
            if !part.isEmpty {
                guard unsafe mkdir(prefix, 0o755) == 0 || errno == EEXIST else {
                    throw SealError.system("create folder", prefix)
                }
                prefix += "/"
            }
        }
    }
}
