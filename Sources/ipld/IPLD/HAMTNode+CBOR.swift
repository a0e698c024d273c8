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
        let bytes = try NodeBytes(block: block)
        var decoder = CBORDecoder(block)
        try decoder.array(count: 2)
        let bitmap = try NodeBitmap(from: &decoder, bitWidth: bitWidth)
        let count = try decoder.arrayCount(max: 1 << bitWidth)
        guard count == bitmap.count else {
            throw decoder.invalid("\(count) pointers for \(bitmap.count) bits")
        }
        var pointers: [HAMTPointer] = []
        pointers.reserveCapacity(count)
        for _ in 0..<count {
            pointers.append(try HAMTPointer(from: &decoder, bytes, layout: layout))
        }
        try decoder.finish()
        self.init(bitmap: bitmap, bytes: bytes, pointers: pointers)
        guard isRoot || hasChildren || ownEntryCount > HAMTBucket.capacity else {
            throw decoder.invalid("a child that fits into a bucket")
        }
    }

    /// The block of the node, whose children must be written.
    func encoded(layout: HAMTLayout) -> [UInt8] {
        var capacity = 40
        for index in pointers.indices { capacity += pointers[index].encodedCapacity }
        var encoder = CBOREncoder(capacity: capacity)
        encoder.array(2)
        bitmap.encode(to: &encoder)
        encoder.array(pointers.count)
        for index in pointers.indices {
            pointers[index].encode(bytes, layout: layout, to: &encoder)
        }
        return encoder.bytes
    }
}

extension HAMTPointer {
    fileprivate init(
        from decoder: inout CBORDecoder,
        _ bytes: NodeBytes,
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
                .bucket(try HAMTBucket(from: &decoder, bytes))
            }
    }

    /// A little more than the bytes of the stored form.
    fileprivate var encodedCapacity: Int {
        guard case .bucket(let bucket) = self else { return 46 }
        var total = 4
        for place in 0..<bucket.count {
            total += 6 + Int(bucket[place].key.count) + Int(bucket[place].value.count)
        }
        return total
    }

    fileprivate func encode(
        _ bytes: NodeBytes,
        layout: HAMTLayout,
        to encoder: inout CBOREncoder
    ) {
        switch self {
        case .link(let link):
            if layout == .v0 { Self.encodeKey("0", to: &encoder) }
            encoder.encode(link)
        case .node(let node):
            guard let link = node.storedLink else {
                preconditionFailure("a HAMT node is written before its children")
            }
            if layout == .v0 { Self.encodeKey("0", to: &encoder) }
            encoder.encode(link)
        case .bucket(let bucket):
            if layout == .v0 { Self.encodeKey("1", to: &encoder) }
            encoder.array(bucket.count)
            for place in 0..<bucket.count {
                encoder.array(2)
                encoder.header(.bytes, UInt64(bucket[place].key.count))
                bytes.append(bucket[place].key, to: &encoder)
                bytes.append(bucket[place].value, to: &encoder)
            }
        }
    }

    private static func encodeKey(_ key: String, to encoder: inout CBOREncoder) {
        encoder.map(1)
        encoder.text(key)
    }
}

extension HAMTBucket {
    /// Reads a bucket of one to three entries in the order of their keys.
    fileprivate init(
        from decoder: inout CBORDecoder,
        _ bytes: NodeBytes
    ) throws(CBORError) {
        self.init()
        let count = try decoder.arrayCount(max: Self.capacity)
        guard count > 0 else { throw decoder.invalid("empty bucket") }
        for place in 0..<count {
            try decoder.array(count: 2)
            let key = try decoder.byteStretch(max: CBORDecoder.usualByteLimit)
            guard place == 0 || bytes.precedes(self[place - 1].key, key) else {
                throw decoder.invalid("keys of a bucket out of order")
            }
            append(HAMTEntry(key: key, value: try decoder.itemStretch()))
        }
    }
}
