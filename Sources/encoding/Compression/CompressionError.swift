/// Why compressed bytes were refused.
public enum CompressionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The input ended inside a stream.
    case truncated
    /// The input is no stream of the expected format, or its checksum differs; the library's reason.
    case corrupt(String)
    /// The output would be longer than the caller allows.
    case tooLarge(limitBytes: Int)
    /// The library could not get memory.
    case outOfMemory

    public var description: String {
        switch self {
        case .truncated:
            "compressed data ends in the middle of a stream; fetch the whole of it"
        case .corrupt(let reason):
            "compressed data is corrupt: \(reason)"
        case .tooLarge(let limit):
            "compressed data expands beyond the limit of \(limit) bytes"
        case .outOfMemory:
            "not enough memory for the compression library"
        }
    }
}

/// How much output a decompressor makes room for at a time, in bytes.
let outputChunkBytes: Int = 128 * 1024

/// How much output a one-shot decompression allows when the caller names no limit: 4 GiB.
public let defaultDecompressedLimitBytes: Int = 4 << 30
