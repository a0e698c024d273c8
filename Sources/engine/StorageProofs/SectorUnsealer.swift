package import Bytes
internal import CSealKernels

/// Recovers the data of a sector from its replica.
///
/// The key of the replica is the last layer of labels, so this takes as long as phase 1 of sealing.
package struct SectorUnsealer: Sendable {
    private let input: SealInput
    private let commD: Bytes32
    private let threads: Int
    private let parentsFolder: String?

    private var nodes: Int { input.configuration.parameters.nodes }

    /// Creates an unsealer.
    ///
    /// - Parameters:
    ///   - input: What the sector was sealed with.
    ///   - commD: The commitment of its data, which is part of the replica's id.
    ///   - threads: How many threads may work at once.
    ///   - parentsFolder: The folder of parents files; nil computes parents in memory.
    package init(
        _ input: SealInput,
        commD: Bytes32,
        threads: Int = ParallelWork.defaultThreads,
        parentsFolder: String? = nil
    ) {
        self.input = input
        self.commD = commD
        self.threads = threads
        self.parentsFolder = parentsFolder
    }

    /// Writes the padded data of a whole sector.
    package func unseal(
        replica: String,
        to output: String,
        progress: SealProgressHandler? = nil
    ) throws {
        try decoded(replica: replica, progress).write(to: output)
    }

    /// Returns a range of the data as it was before padding.
    ///
    /// - Parameters:
    ///   - offset: The first byte, counted in data before padding.
    ///   - count: The number of bytes.
    ///   - replica: The path of the sealed sector.
    ///   - progress: Is told how far the work is.
    /// - Returns: The data.
    /// - Throws: Also if the range goes beyond the end of the sector.
    package func data(
        at offset: UInt64,
        count: UInt64,
        replica: String,
        progress: SealProgressHandler? = nil
    ) throws -> [UInt8] {
        let capacity = input.configuration.parameters.sectorSize / 128 * 127
        guard offset <= capacity, count <= capacity - offset else {
            throw SealError(
                .invalidArgument,
                "\(count) bytes from \(offset) are beyond the \(capacity) bytes of the sector"
            )
        }
        guard count > 0 else { return [] }
        let padded = try decoded(replica: replica, progress)
        return Self.unpad(padded, from: Int(offset), count: Int(count))
    }

    /// Takes a range of data out of padded nodes.
    static func unpad(_ padded: NodeBuffer, from offset: Int, count: Int) -> [UInt8] {
        // Whole quads of four nodes, then what was asked for.
        let first = offset / 127
        let last = (offset + count + 126) / 127
        let data = Fr32.unpad(padded.array(of: 4 * first..<4 * last))
        let start = offset - 127 * first
        return Array(data[start..<start + count])
    }

    private func decoded(
        replica: String,
        _ progress: SealProgressHandler?
    ) throws -> NodeBuffer {
        let sealed = try NodeBuffer(reading: replica, expected: nodes)
        let graph = StackedGraph(input.configuration)
        let parents =
            try parentsFolder.map {
                try ParentCache(graph, folder: $0, threads: threads, progress: progress)
            } ?? ParentCache(graph, threads: threads, progress: progress)
        let key = try Labeling(
            configuration: input.configuration,
            replicaID: input.replicaID(commD: commD),
            parents: parents
        ).run(progress: progress) { _, _ in }
        let output = try NodeBuffer(count: nodes)
        ParallelWork.forEachRange(of: nodes, grain: 1 << 15, threads: threads) { range in
            let out = unsafe output.bytes(of: range)
            unsafe out.copyMemory(from: UnsafeRawBufferPointer(sealed.bytes(of: range)))
            guard let out = out.baseAddress, let key = unsafe key.bytes(of: range).baseAddress
            else {
                return
            }
            unsafe seal_decode(
                out.assumingMemoryBound(to: UInt8.self),
                key.assumingMemoryBound(to: UInt8.self),
                range.count
            )
        }
        try progress?(SealProgress(stage: .decoding, done: nodes, total: nodes))
        return output
    }
}
