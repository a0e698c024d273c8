internal import CZstd

/// Zstandard (RFC 8878) in one step.
public enum Zstandard {
    /// The first four bytes of a frame.
    public static let magic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]

    /// Decompresses complete frames.
    ///
    /// - Parameters:
    ///   - bytes: One or more frames; skippable frames give nothing.
    ///   - limitBytes: The most bytes that may come out.
    /// - Returns: The data of the frames, joined.
    /// - Throws: ``CompressionError``.
    public static func decompress(
        _ bytes: [UInt8],
        limitBytes: Int = defaultDecompressedLimitBytes
    ) throws(CompressionError) -> [UInt8] {
        let decompressor = try ZstandardDecompressor(limitBytes: limitBytes)
        var output: [UInt8] = []
        output.reserveCapacity(min(expectedSize(bytes), limitBytes, 1 << 28))
        try decompressor.decompress(bytes, into: &output)
        guard decompressor.isAtEnd else { throw .truncated }
        return output
    }

    /// Compresses `bytes` into one frame with its size and checksum.
    ///
    /// - Parameters:
    ///   - bytes: What to compress.
    ///   - level: zstd's level, 1 to 19; others are taken as the nearest.
    /// - Returns: The frame.
    /// - Throws: ``CompressionError/outOfMemory``.
    public static func compress(
        _ bytes: [UInt8],
        level: Int = 3
    ) throws(CompressionError) -> [UInt8] {
        guard let context = unsafe ZSTD_createCCtx() else { throw .outOfMemory }
        defer { _ = unsafe ZSTD_freeCCtx(context) }
        _ = unsafe ZSTD_CCtx_setParameter(
            context,
            ZSTD_c_compressionLevel,
            Int32(min(max(level, 1), 19))
        )
        _ = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
        let bound = ZSTD_compressBound(bytes.count)
        var status = 0
        let output = unsafe [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            status = unsafe bytes.withUnsafeBytes { source in
                unsafe ZSTD_compress2(
                    context,
                    buffer.baseAddress,
                    bound,
                    source.baseAddress,
                    source.count
                )
            }
            count = ZSTD_isError(status) == 0 ? status : 0
        }
        guard ZSTD_isError(status) == 0 else { throw .outOfMemory }
        return output
    }

    /// The size that the first frame states, or a guess; never trusted for more than a reservation.
    private static func expectedSize(_ bytes: [UInt8]) -> Int {
        let stated = unsafe bytes.withUnsafeBytes { source in
            unsafe ZSTD_getFrameContentSize(source.baseAddress, source.count)
        }
        // The two highest values mean "unknown" and "error".
        guard stated < UInt64.max - 1 else { return bytes.count &* 3 }
        return Int(clamping: stated)
    }
}

/// Zstandard frames that are decompressed chunk by chunk.
///
/// Frames may follow one another. The window is bounded by the library's default of 128 MiB.
/// Not `Sendable`: one owner feeds it.
@safe
public final class ZstandardDecompressor {
    /// Whether the input so far ends exactly at the end of a frame.
    public private(set) var isAtEnd: Bool = false

    private let limitBytes: Int
    private var outputBytes: Int = 0
    private let context: OpaquePointer

    /// Creates a decompressor that gives at most `limitBytes` bytes in all.
    ///
    /// - Throws: ``CompressionError/outOfMemory``.
    public init(limitBytes: Int = defaultDecompressedLimitBytes) throws(CompressionError) {
        guard let context = unsafe ZSTD_createDCtx() else { throw .outOfMemory }
        unsafe self.context = unsafe context
        self.limitBytes = limitBytes
    }

    deinit { _ = unsafe ZSTD_freeDCtx(context) }

    /// Decompresses the next piece of the input and appends what it gives to `output`.
    ///
    /// - Throws: ``CompressionError``; the decompressor must not be used afterwards.
    public func decompress(
        _ input: [UInt8],
        into output: inout [UInt8]
    ) throws(CompressionError) {
        var consumed = 0
        var filledWholeChunk = false
        // A full chunk of output means that the library may hold more of it.
        while consumed < input.count || filledWholeChunk {
            let room = min(outputChunkBytes, limitBytes - outputBytes + 1)
            var status = 0
            var produced = 0
            let start = consumed
            let chunk = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                unsafe input.withUnsafeBytes { source in
                    var from = unsafe ZSTD_inBuffer(
                        src: source.baseAddress,
                        size: source.count,
                        pos: start
                    )
                    var to = unsafe ZSTD_outBuffer(dst: buffer.baseAddress, size: room, pos: 0)
                    status = unsafe ZSTD_decompressStream(context, &to, &from)
                    consumed = unsafe from.pos
                    produced = unsafe to.pos
                }
                count = produced
            }
            if ZSTD_isError(status) != 0 {
                throw .corrupt(unsafe String(cString: ZSTD_getErrorName(status)))
            }
            // 0 says that a frame ended and everything of it was handed out.
            isAtEnd = status == 0
            outputBytes += produced
            guard outputBytes <= limitBytes else { throw .tooLarge(limitBytes: limitBytes) }
            output += chunk
            filledWholeChunk = produced == room && !isAtEnd
        }
    }
}
