internal import CBOR
internal import Multiformats

/// How the nodes of a HAMT are stored, and by which library's habits.
public enum HAMTLayout: Sendable {
    /// A pointer is a map with one key: "0" for a link, "1" for a bucket. Actors v0 and v2.
    case v0
    /// A pointer is a link or a bucket. Actors v3 and later.
    case v3
}

extension HAMTNode {
    /// Reads a node from its block and checks every rule of the canonical form.
    convenience init(
        block: [UInt8],
        layout: HAMTLayout,
        bitWidth: Int,
        isRoot: Bool
    ) throws(CBORError) {
        var decoder = CBORDecoder(block)
        try decoder.array(count: 2)
        let bitmap = try NodeBitmap(from: &decoder, bitWidth: bitWidth)
        let count = try decoder.arrayCount(max: 1 << bitWidth)
        guard count == bitmap.count else {
            throw decoder.invalid("\(count) pointers for \(bitmap.count) bits")
        }
        var pointers: [HAMTPointer] = []
        pointers.reserveCapacity(count)
        for _ in 0..<count { pointers.append(try HAMTPointer(from: &decoder, layout: layout)) }
        try decoder.finish()
        self.init(bitmap: bitmap, pointers: pointers)
        guard isRoot || hasChildren || ownEntryCount > Self.bucketSize else {
            throw decoder.invalid("a child that fits into a bucket")
        }
    }

    /// The block of the node, whose children must be written.
    func encoded(layout: HAMTLayout) -> [UInt8] {
        var encoder = CBOREncoder(capacity: 64 + pointers.count * 64)
        encoder.array(2)
        encoder.bytes(bitmap.stored)
        encoder.array(pointers.count)
        for pointer in pointers { pointer.encode(layout: layout, to: &encoder) }
        return encoder.bytes
    }
}

extension HAMTPointer {
    fileprivate init(
        from decoder: inout CBORDecoder,
        layout: HAMTLayout
    ) throws(CBORError) {
        var isLink = try decoder.peekType() == .tag
        if layout == .v0 {
            guard try decoder.mapCount(max: 1) == 1 else { throw decoder.invalid("empty pointer") }
            switch try decoder.textBytes(max: 1) {
            case [0x30]: isLink = true
            case [0x31]: isLink = false
            default: throw decoder.invalid("pointer key is neither 0 nor 1")
            }
        }
        self =
            if isLink {
                .link(try decoder.nodeLink())
            } else {
                .bucket(try Self.bucket(from: &decoder))
            }
    }

    private static func bucket(from decoder: inout CBORDecoder) throws(CBORError) -> [HAMTEntry] {
        let count = try decoder.arrayCount(max: HAMTNode.bucketSize)
        guard count > 0 else { throw decoder.invalid("empty bucket") }
        var entries: [HAMTEntry] = []
        entries.reserveCapacity(count)
        for _ in 0..<count {
            try decoder.array(count: 2)
            let key = try decoder.byteSlice(max: CBORDecoder.usualByteLimit)
            if let last = entries.last, !(last.key < key) {
                throw decoder.invalid("keys of a bucket out of order")
            }
            entries.append(HAMTEntry(key: key, value: try decoder.itemSlice()))
        }
        return entries
    }

    fileprivate func encode(layout: HAMTLayout, to encoder: inout CBOREncoder) {
        switch self {
        case .link(let link):
            if layout == .v0 { Self.encodeKey("0", to: &encoder) }
            encoder.encode(link)
        case .node(let node):
            guard let link = node.storedLink else {
                preconditionFailure("a HAMT node is written before its children")
            }
            HAMTPointer.link(link).encode(layout: layout, to: &encoder)
        case .bucket(let entries):
            if layout == .v0 { Self.encodeKey("1", to: &encoder) }
            encoder.array(entries.count)
            for entry in entries {
                encoder.array(2)
                encoder.bytes(entry.key)
                entry.value.append(to: &encoder)
            }
        }
    }

    private static func encodeKey(_ key: String, to encoder: inout CBOREncoder) {
        encoder.map(1)
        encoder.text(key)
    }
}
