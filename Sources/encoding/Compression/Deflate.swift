internal import CZlib

/// zlib and gzip in one step.
public enum Deflate {
    /// Decompresses a whole stream.
    ///
    /// - Parameters:
    ///   - bytes: The stream; several gzip members after each other give their data joined.
    ///   - format: How the stream is framed.
    ///   - limitBytes: The most bytes that may come out.
    ///   - allowsMissingEnd: Whether a stream without its end is taken for what it gives so far. The
    ///     execution traces in Filecoin's test vectors were written that way.
    /// - Returns: The data.
    /// - Throws: ``CompressionError``.
    public static func decompress(
        _ bytes: [UInt8],
        format: Inflater.Format,
        limitBytes: Int = defaultDecompressedLimitBytes,
        allowsMissingEnd: Bool = false
    ) throws(CompressionError) -> [UInt8] {
        let inflater = try Inflater(format, limitBytes: limitBytes)
        var output: [UInt8] = []
        output.reserveCapacity(min(bytes.count &* 3, limitBytes, 1 << 26))
        try inflater.inflate(bytes, into: &output)
        guard inflater.isAtEnd || allowsMissingEnd else { throw .truncated }
        return output
    }

    /// Compresses `bytes` into one complete stream.
    ///
    /// The gzip header names no file and no time, so equal input gives equal output.
    ///
    /// - Parameters:
    ///   - bytes: What to compress.
    ///   - format: How to frame it.
    ///   - level: zlib's level, 0 (store) to 9 (smallest); others are taken as the nearest.
    /// - Returns: The stream.
    /// - Throws: ``CompressionError/outOfMemory``, or ``CompressionError/tooLarge(limitBytes:)`` from 4 GiB on.
    public static func compress(
        _ bytes: [UInt8],
        format: Inflater.Format,
        level: Int = 6
    ) throws(CompressionError) -> [UInt8] {
        var stream = unsafe z_stream()
        let begun = unsafe deflateInit2_(
            &stream,
            Int32(min(max(level, 0), 9)),
            Z_DEFLATED,
            format.windowBits,
            8,
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard begun == Z_OK else { throw .outOfMemory }
        defer { _ = unsafe deflateEnd(&stream) }
        // The bound holds for a whole input given at once, so one call with Z_FINISH ends the stream.
        let bound = Int(unsafe deflateBound(&stream, UInt(bytes.count)))
        guard bytes.count <= Int(UInt32.max), bound <= Int(UInt32.max) else {
            throw .tooLarge(limitBytes: Int(UInt32.max))
        }
        var status = Z_OK
        let output = unsafe [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            unsafe bytes.withUnsafeBufferPointer { source in
                unsafe stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                unsafe stream.avail_in = UInt32(source.count)
                unsafe stream.next_out = buffer.baseAddress
                unsafe stream.avail_out = UInt32(bound)
                status = unsafe deflate(&stream, Z_FINISH)
                count = bound - Int(unsafe stream.avail_out)
            }
        }
        guard status == Z_STREAM_END else { throw .outOfMemory }
        return output
    }
}
