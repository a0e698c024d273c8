internal import Bytes
public import Multiformats

/// Writes a content archive (CAR), version 1, piece by piece.
///
/// ```swift
/// var writer = CARWriter(roots: [head])
/// try DAG.forEachBlock(from: [head], in: store) { block in
///     writer.append(block)
///     if writer.pendingByteCount > 1 << 20 { try file.write(writer.takeBytes()) }
/// }
/// try file.write(writer.takeBytes())
/// ```
public struct CARWriter {
    private var pending: [UInt8] = []

    /// Begins an archive with its header.
    public init(roots: [CID]) {
        let header = CARHeader(roots: roots).encoded
        Varint.append(UInt64(header.count), to: &pending)
        pending += header
    }

    /// How many bytes wait to be taken.
    public var pendingByteCount: Int { pending.count }

    /// Adds a block; nothing is checked.
    public mutating func append(_ block: Block) {
        let cid = block.cid.bytes
        Varint.append(UInt64(cid.count + block.bytes.count), to: &pending)
        pending += cid
        pending += block.bytes
    }

    /// Returns what was written since the last call, and forgets it.
    public mutating func takeBytes() -> [UInt8] {
        defer { pending = [] }
        return pending
    }
}
