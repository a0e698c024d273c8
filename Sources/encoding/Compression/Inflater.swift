internal import CZlib

/// A zlib or gzip stream that is decompressed chunk by chunk.
///
/// The output is what the input so far determines, so a stream that was never ended (a crashed or
/// careless writer) still gives everything written before its end. Several gzip members after each
/// other are one stream, as RFC 1952 says and Go's reader does.
///
/// Not `Sendable`: one owner feeds it.
@safe
public final class Inflater {
    /// What surrounds the deflated data.
    public enum Format: Sendable {
        /// RFC 1950: two bytes of header, Adler-32 at the end.
        case zlib
        /// RFC 1952: gzip header, CRC-32 and length at the end; members may follow one another.
        case gzip
        /// RFC 1951 without any frame.
        case raw

        /// zlib's encoding of the format: the logarithm of the window, plus 16 for gzip, negative for raw.
        var windowBits: Int32 {
            switch self {
            case .zlib: 15
            case .gzip: 15 + 16
            case .raw: -15
            }
        }
    }

    /// Whether the input so far ends exactly at the end of a stream.
    public private(set) var isAtEnd: Bool = false

    private let format: Format
    private let limitBytes: Int
    private var outputBytes: Int = 0
    // zlib keeps a pointer back to the stream, so it must stay at one address.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Creates a decompressor.
    ///
    /// - Parameters:
    ///   - format: What the input is framed in.
    ///   - limitBytes: The most bytes that may come out in all.
    /// - Throws: ``CompressionError/outOfMemory``.
    public init(
        _ format: Format,
        limitBytes: Int = defaultDecompressedLimitBytes
    ) throws(CompressionError) {
        self.format = format
        self.limitBytes = limitBytes
        unsafe stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // inflateInit2 is a macro; this is what it stands for.
        let status = unsafe inflateInit2_(
            stream,
            format.windowBits,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard status == Z_OK else {
            // inflateEnd of a stream that was not set up is refused by zlib and does nothing.
            throw .outOfMemory
        }
    }

    deinit {
        _ = unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Decompresses the next piece of the input and appends what it gives to `output`.
    ///
    /// - Throws: ``CompressionError``; the decompressor must not be used afterwards.
    public func inflate(
        _ input: [UInt8],
        into output: inout [UInt8]
    ) throws(CompressionError) {
        var consumed = 0
        // Zero bytes of input can still leave output pending, hence at least one round.
        repeat {
            if isAtEnd && consumed < input.count {
                try startNextMember()
            }
            let step = try inflateOnce(input, from: consumed, into: &output)
            consumed += step.consumed
            if step.consumed == 0 && step.produced == 0 { break }
        } while consumed < input.count || !isAtEnd
    }

    private func startNextMember() throws(CompressionError) {
        guard case .gzip = format else { throw .corrupt("data after the end of the stream") }
        guard unsafe inflateReset(stream) == Z_OK else { throw .corrupt("stream state") }
        isAtEnd = false
    }

    /// Fills one chunk of output at most.
    private func inflateOnce(
        _ input: [UInt8],
        from start: Int,
        into output: inout [UInt8]
    ) throws(CompressionError) -> (consumed: Int, produced: Int) {
        // One byte more than allowed tells "exactly at the limit" from "beyond it".
        let room = min(outputChunkBytes, limitBytes - outputBytes + 1)
        let offered = min(input.count - start, Int(Int32.max))
        var status = Z_OK
        var consumed = 0
        var produced = 0
        let chunk = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            unsafe input.withUnsafeBufferPointer { source in
                // zlib reads only; its pointer type is not const for historical reasons.
                unsafe stream.pointee.next_in = UnsafeMutablePointer(
                    mutating: source.baseAddress.map { unsafe $0 + start }
                )
                unsafe stream.pointee.avail_in = UInt32(offered)
                unsafe stream.pointee.next_out = buffer.baseAddress
                unsafe stream.pointee.avail_out = UInt32(room)
                status = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
                consumed = offered - Int(unsafe stream.pointee.avail_in)
                produced = room - Int(unsafe stream.pointee.avail_out)
                unsafe stream.pointee.next_in = nil
                unsafe stream.pointee.next_out = nil
            }
            count = produced
        }
        switch status {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: isAtEnd = true
        case Z_MEM_ERROR: throw .outOfMemory
        case Z_NEED_DICT: throw .corrupt("a preset dictionary is wanted")
        default: throw .corrupt(message)
        }
        outputBytes += produced
        guard outputBytes <= limitBytes else { throw .tooLarge(limitBytes: limitBytes) }
        output += chunk
        return (consumed, produced)
    }

    private var message: String {
        guard let text = unsafe stream.pointee.msg else { return "not a deflate stream" }
        return unsafe String(cString: text)
    }
}
