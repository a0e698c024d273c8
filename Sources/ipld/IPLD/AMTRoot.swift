internal import CBOR

/// The block at the top of an AMT.
///
/// | layout | array of |
/// |---|---|
/// | v0 | height, count, node |
/// | v3 | bit width, height, count, node |
struct AMTRoot {
    let height: Int
    let count: UInt64
    /// Where the node begins in the block.
    private let nodeOffset: Int

    /// Reads and checks all but the node.
    init(block: [UInt8], context: AMTContext) throws(CBORError) {
        var decoder = CBORDecoder(block)
        switch context.layout {
        case .v0:
            try decoder.array(count: 3)
        case .v3:
            try decoder.array(count: 4)
            let bitWidth = try decoder.unsigned()
            guard bitWidth == UInt64(context.bitWidth) else {
                throw decoder.invalid("bit width \(bitWidth) instead of \(context.bitWidth)")
            }
        }
        let height = try decoder.unsigned()
        self.count = try decoder.unsigned()
        // The widest span that the height allows must not pass 64 bits, but for its top level.
        guard height <= (context.layout == .v0 ? 20 : 64),
            context.span(height: Int(height)) < .max
        else { throw decoder.invalid("height \(height)") }
        self.height = Int(height)
        guard count <= context.span(height: self.height + 1) else {
            throw decoder.invalid("\(count) elements at height \(height)")
        }
        nodeOffset = decoder.offset
    }

    /// Reads and checks the node.
    func node(in block: [UInt8], context: AMTContext) throws(CBORError) -> AMTNode {
        var decoder = CBORDecoder(block)
        decoder.offset = nodeOffset
        // The oldest library kept the height of an array that became empty.
        let mayBeEmpty = height == 0 || context.layout == .v0
        let node = try AMTNode(
            from: &decoder,
            bitWidth: context.bitWidth,
            isLeaf: height == 0,
            mayBeEmpty: mayBeEmpty
        )
        try decoder.finish()
        return node
    }

    /// The block of a root; the nodes below must be written.
    static func encoded(
        height: Int,
        count: UInt64,
        node: AMTNode,
        context: AMTContext
    ) -> [UInt8] {
        var encoder = CBOREncoder(capacity: 32 + node.encodedCapacity)
        switch context.layout {
        case .v0:
            encoder.array(3)
        case .v3:
            encoder.array(4)
            encoder.unsigned(UInt64(context.bitWidth))
        }
        encoder.unsigned(UInt64(height))
        encoder.unsigned(count)
        node.encode(to: &encoder, bitWidth: context.bitWidth, isLeaf: height == 0)
        return encoder.bytes
    }
}
