public import Multiformats

/// Reads a content archive (CAR), version 1 or 2, that is in memory or in a mapped file.
///
/// ```swift
/// var reader = try CARReader(file: MappedFile(path))
/// while let block = try reader.next() { try store.put(block.bytes, cid: block.cid) }
/// ```
public struct CARReader {
    private enum Source {
        case array([UInt8])
        case file(MappedFile)
    }

    /// The roots that the header names.
    public var roots: [CID] { parser.roots }
    /// 1 or 2.
    public var version: Int { parser.version }

    private let source: Source
    private var parser: CARParser

    /// Reads the header of an archive in memory.
    ///
    /// - Throws: ``CARError``.
    public init(_ bytes: [UInt8], limits: CARLimits = CARLimits()) throws(CARError) {
        source = .array(bytes)
        parser = CARParser(limits: limits)
        try readHeader()
    }

    /// Reads the header of an archive in a file.
    ///
    /// Its blocks are copied once, out of the map.
    ///
    /// - Throws: ``CARError``.
    public init(file: MappedFile, limits: CARLimits = CARLimits()) throws(CARError) {
        source = .file(file)
        parser = CARParser(limits: limits)
        try readHeader()
    }

    private mutating func readHeader() throws(CARError) {
        guard case .header = try step() else { throw .truncated(offset: parser.position) }
    }

    /// Returns the next block, or nil at the end.
    ///
    /// - Throws: ``CARError``.
    public mutating func next() throws(CARError) -> Block? { try nextSection()?.block }

    /// Returns the next block with its place in the archive, or nil at the end.
    ///
    /// - Throws: ``CARError``.
    public mutating func nextSection() throws(CARError) -> CARSection? {
        switch try step() {
        case .section(let section): return section
        case .end: return nil
        case .header, .needsMore:
            // A version 1 archive ends where its bytes end.
            guard parser.mayEnd, parser.position == byteCount else {
                throw .truncated(offset: parser.position)
            }
            return nil
        }
    }

    private var byteCount: Int {
        switch source {
        case .array(let bytes): bytes.count
        case .file(let file): file.byteCount
        }
    }

    private mutating func step() throws(CARError) -> CARParser.Step {
        // Typed throws do not pass through the closures of the standard library.
        var parser = self.parser
        let result: Result<CARParser.Step, CARError>
        switch source {
        case .array(let bytes):
            result = unsafe bytes.withUnsafeBytes { buffer in
                Result { () throws(CARError) in try unsafe parser.step(in: buffer, base: 0) }
            }
        case .file(let file):
            result = unsafe file.withUnsafeBytes { buffer in
                Result { () throws(CARError) in try unsafe parser.step(in: buffer, base: 0) }
            }
        }
        self.parser = parser
        return try result.get()
    }
}

extension CARReader {
    /// How many bytes of blocks go to a store in one batch.
    ///
    /// A store that sorts is the faster the more it gets at once.
    private static let batchByteCount: Int = 8 << 20
    /// What a block takes besides its bytes, so that a batch of empty ones has an end too.
    private static let blockOverhead: Int = 128

    /// Puts all remaining blocks into `store`, in batches.
    ///
    /// - Returns: How many blocks there were.
    /// - Throws: ``CARError``, or what the store throws. The blocks before the fault stay in the store.
    @discardableResult
    public mutating func copyBlocks(into store: any BlockStore) throws -> Int {
        var total = 0
        var batch: [Block] = []
        var byteCount = 0
        while let block = try next() {
            batch.append(block)
            total += 1
            byteCount += block.bytes.count + Self.blockOverhead
            if byteCount >= Self.batchByteCount {
                try store.put(batch)
                batch.removeAll(keepingCapacity: true)
                byteCount = 0
            }
        }
        if !batch.isEmpty { try store.put(batch) }
        return total
    }
}
