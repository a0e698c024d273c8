internal import CSealKernels

/// The padding that makes field elements of data.
///
/// Data is a stream of bits, the lowest bit of a byte first. Every 254 bits become a node of 32 bytes, two
/// zero bits on top, so 127 bytes of data take 128 bytes in a sector.
package enum Fr32 {
    /// Bytes of data that become a whole number of nodes.
    package static let unpaddedQuad: Int = 127
    /// The bytes that these take.
    package static let paddedQuad: Int = 128

    /// The number of bytes in the sector up to the end of `unpadded` bytes of data, not rounded to nodes.
    package static func paddedOffset(_ unpadded: UInt64) -> UInt64 {
        let quads = unpadded / 127
        let bits = unpadded % 127 * 8
        let padded = bits / 254 * 256 + bits % 254
        return quads * 128 + (padded + 7) / 8
    }

    /// Pads data; the last node is filled up with zero bits.
    package static func pad(_ data: [UInt8]) -> [UInt8] {
        let quads = (data.count + unpaddedQuad - 1) / unpaddedQuad
        let nodes = (data.count * 8 + 253) / 254
        let whole = data + [UInt8](repeating: 0, count: quads * unpaddedQuad - data.count)
        let padded = unsafe [UInt8](unsafeUninitializedCapacity: quads * paddedQuad) { out, count in
            if let base = out.baseAddress { unsafe seal_fr32_pad(base, whole, quads) }
            count = quads * paddedQuad
        }
        return Array(padded.prefix(32 * nodes))
    }

    /// Undoes ``pad(_:)`` for whole quads: 128 bytes give 127.
    package static func unpad(_ padded: [UInt8]) -> [UInt8] {
        precondition(padded.count % paddedQuad == 0, "unpadding works on whole quads of nodes")
        let quads = padded.count / paddedQuad
        return unsafe [UInt8](unsafeUninitializedCapacity: quads * unpaddedQuad) { out, count in
            if let base = out.baseAddress { unsafe seal_fr32_unpad(base, padded, quads) }
            count = quads * unpaddedQuad
        }
    }

    /// Pads whole quads of 127 bytes in memory of the caller.
    @unsafe
    static func pad(
        _ data: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer,
        quads: Int
    ) {
        precondition(data.count >= 127 * quads && output.count >= 128 * quads)
        guard quads > 0, let input = data.baseAddress, let out = output.baseAddress else { return }
        unsafe seal_fr32_pad(
            out.assumingMemoryBound(to: UInt8.self),
            input.assumingMemoryBound(to: UInt8.self),
            quads
        )
    }

    /// Unpads whole quads of 128 bytes in memory of the caller.
    @unsafe
    static func unpad(
        _ padded: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer,
        quads: Int
    ) {
        precondition(padded.count >= 128 * quads && output.count >= 127 * quads)
        guard quads > 0, let input = padded.baseAddress, let out = output.baseAddress else {
            return
        }
        unsafe seal_fr32_unpad(
            out.assumingMemoryBound(to: UInt8.self),
            input.assumingMemoryBound(to: UInt8.self),
            quads
        )
    }
}
