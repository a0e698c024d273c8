public import Multiformats

/// Reads a content archive that arrives in pieces, such as a compressed snapshot while it is expanded.
///
/// ```swift
/// var stream = CARStream()
/// for piece in pieces {
///     stream.append(piece)
///     while let block = try stream.next() { try store.put(block.bytes, cid: block.cid) }
/// }
/// try stream.finish()
/// ```
/// Memory stays within the largest section and the largest piece.
public struct CARStream {
    /// The roots that the header names; nil until the header has arrived.
    public private(set) var roots: [CID]?

    private var parser: CARParser
    private var buffer: [UInt8] = []
    /// Where the buffer begins in the archive.
    private var base: Int = 0

    /// Begins an archive.
    public init(limits: CARLimits = CARLimits()) { parser = CARParser(limits: limits) }

    /// Takes the next piece of the archive.
    public mutating func append(_ piece: [UInt8]) {
        let used = min(parser.position - base, buffer.count)
        if used > 0 {
            buffer.removeFirst(used)
            base += used
        }
        buffer += piece
    }

    /// Returns the next block that has arrived in full, or nil if more is needed or the archive ended.
    ///
    /// - Throws: ``CARError``.
    public mutating func next() throws(CARError) -> Block? {
        while true {
            guard parser.position - base <= buffer.count else { return nil }
            switch try step() {
            case .header: roots = parser.roots
            case .section(let section): return section.block
            case .needsMore, .end: return nil
            }
        }
    }

    /// Checks that the archive ended where it may.
    ///
    /// - Throws: ``CARError/truncated(offset:)``.
    public func finish() throws(CARError) {
        let isAtEnd = parser.version == 2 || parser.position == base + buffer.count
        guard parser.mayEnd, isAtEnd else { throw .truncated(offset: parser.position) }
    }

    private mutating func step() throws(CARError) -> CARParser.Step {
        // Typed throws do not pass through the closures of the standard library.
        var parser = self.parser
        let base = self.base
        let result: Result<CARParser.Step, CARError> = unsafe buffer.withUnsafeBytes { bytes in
            Result { () throws(CARError) in try unsafe parser.step(in: bytes, base: base) }
        }
        self.parser = parser
        return try result.get()
    }
}
