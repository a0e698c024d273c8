internal import CBOR
internal import FilecoinTypes

/// Spoils parameters: structure first, bytes after.
enum FuzzMutation {
    /// Numbers at which something may turn over.
    private static let edges: [Int128] = [
        0, 1, -1, 2, 47, 48, 127, 128, 255, 256, 2349, 1 << 31, (1 << 31) - 1, 1 << 32,
        Int128(Int64.max), Int128(Int64.min), Int128(UInt64.max), Int128(UInt64.max) - 1,
    ]

    /// Returns parameters in which one item was replaced, taken away or doubled.
    static func structure(_ value: CBORValue, _ random: inout FuzzRandom) -> CBORValue {
        guard case .list(var items) = value, !items.isEmpty, random.chance(80) else {
            return other(than: value, &random)
        }
        let index = random.below(items.count)
        switch random.below(8) {
        case 0: items.remove(at: index)
        case 1: items.insert(items[index], at: index)
        case 2: items.append(.null)
        default: items[index] = structure(items[index], &random)
        }
        return .list(items)
    }

    private static func other(than value: CBORValue, _ random: inout FuzzRandom) -> CBORValue {
        switch (value, random.below(4)) {
        case (.integer, 0), (.integer, 1), (.integer, 2):
            return .integer(random.pick(edges) ?? 0)
        case (.bytes(let bytes), 0), (.bytes(let bytes), 1):
            return .bytes(Self.bytes(bytes, &random))
        case (.bytes, 2):
            // An amount below zero, and much more than there is.
            let amounts: [TokenAmount] = [-1, .totalSupply + .totalSupply, 0, -.totalSupply]
            let amount = (random.pick(amounts) ?? 0).cborBytes()
            return (try? CBORValue(cbor: amount)) ?? .null
        case (.bool(let value), 0), (.bool(let value), 1): return .bool(!value)
        case (.list(let items), 0), (.list(let items), 1):
            return .list((0..<random.below(40)).flatMap { _ in items })
        default:
            let others: [CBORValue] = [
                .null, .bool(true), .integer(0), .bytes([]), .text("x"), .list([]),
                .bytes(random.bytes(random.below(60))),
            ]
            return random.pick(others) ?? .null
        }
    }

    /// Returns bytes in which some were changed, taken away or added.
    static func bytes(_ bytes: [UInt8], _ random: inout FuzzRandom) -> [UInt8] {
        var bytes = bytes
        for _ in 0...random.below(3) {
            let index = random.below(bytes.count)
            switch random.below(5) {
            case 0 where !bytes.isEmpty: bytes[index] ^= 1 << UInt8(random.below(8))
            case 1 where !bytes.isEmpty: bytes[index] = UInt8(random.below(256))
            case 2: bytes.removeLast(min(bytes.count, 1 + random.below(4)))
            case 3: bytes.insert(UInt8(random.below(256)), at: index)
            default: bytes += random.bytes(random.below(6))
            }
        }
        return bytes
    }
}
