import Bytes
import CBOR
import Hashing
import IPLD
import Multiformats
import TestSupport
import Testing

/// Thousands of changes, replayed beside the reference libraries: the same blocks must be read and written
/// in the same order, since gas is charged for each.
@Suite struct AccessTraceTests {
    /// Hashes every access in its order.
    private final class TracingStore: BlockStore {
        let base: MemoryBlockStore = MemoryBlockStore()
        var gets: Int = 0
        var puts: Int = 0
        private var log: SHA256 = SHA256()

        func get(_ cid: CID) throws -> [UInt8]? {
            gets += 1
            log.update(Array("g".utf8) + cid.bytes)
            return base.get(cid)
        }

        func put(_ block: [UInt8], cid: CID) throws {
            puts += 1
            log.update(Array("p".utf8) + cid.bytes)
            base.put(block, cid: cid)
        }

        func checkpoint(_ root: CID, sum: UInt64) -> String {
            let digest = Array(log.finish().prefix(8)).hex
            return "\(gets) \(puts) \(digest) \(sum) \(Array(root.digest.prefix(8)).hex)"
        }
    }

    static let hamtTraces: [(HAMTLayout, Int, String)] = [
        (.v3, 5, AccessTraces.hamtV3Width5), (.v3, 3, AccessTraces.hamtV3Width3),
        (.v3, 8, AccessTraces.hamtV3Width8), (.v0, 5, AccessTraces.hamtV0Width5),
        (.v0, 3, AccessTraces.hamtV0Width3),
    ]

    @Test(arguments: hamtTraces)
    func `a HAMT reads and writes what the reference does`(
        _ layout: HAMTLayout,
        _ bitWidth: Int,
        _ expected: String
    ) throws {
        let store = TracingStore()
        var map = HAMT<Number>(store: store, bitWidth: bitWidth, layout: layout)
        let version: UInt64 = layout == .v3 ? 3 : 2
        var generator = SeededGenerator(seed: 100 * version + UInt64(bitWidth))
        var sum: UInt64 = 0
        var lines: [String] = []
        for round in 0..<4000 {
            let key = Array("key-\(generator.next() % 300)".utf8)
            let value = Number(generator.next() % 40)
            let choice = generator.next() % 24
            switch choice {
            case 0..<(round / 1000 % 2 == 1 ? 11 : 3):
                if try map.delete(key) { sum += 1 }
            case 0..<14:
                try map.set(key, value)
            case 14 where layout == .v0:
                // This library had no such call; its users looked first.
                if try map.find(key) == nil {
                    try map.set(key, value)
                    sum += 1
                }
            case 14:
                if try map.setIfAbsent(key, value) { sum += 1 }
            case 15..<20:
                sum &+= try map.find(key)?.value ?? 0
            case 20:
                guard round % 4 == 0 else { break }
                try map.forEachKey { sum = sum &* 31 &+ UInt64($0.count) &+ UInt64($0.last ?? 0) }
            default:
                let root = try map.flush()
                guard choice == 23 else { break }
                map = try HAMT(root: root, store: store, bitWidth: bitWidth, layout: layout)
            }
            if round % 400 == 399 { lines.append(store.checkpoint(try map.flush(), sum: sum)) }
        }
        #expect(lines == expected.split(separator: "\n").map(String.init))
    }

    static let amtTraces: [(AMTLayout, Int, String)] = [
        (.v3, 3, AccessTraces.amtV3Width3), (.v3, 5, AccessTraces.amtV3Width5),
        (.v3, 1, AccessTraces.amtV3Width1), (.v0, 3, AccessTraces.amtV0Width3),
    ]

    @Test(arguments: amtTraces)
    func `an AMT reads and writes what the reference does`(
        _ layout: AMTLayout,
        _ bitWidth: Int,
        _ expected: String
    ) throws {
        let store = TracingStore()
        var array = AMT<Number>(store: store, bitWidth: bitWidth, layout: layout)
        let version: UInt64 = layout == .v3 ? 4 : 2
        var generator = SeededGenerator(seed: 1000 * version + UInt64(bitWidth))
        var sum: UInt64 = 0
        var lines: [String] = []
        for round in 0..<4000 {
            var index = generator.next() % 200
            if generator.next() % 8 == 0 { index = index * index * 7 }
            let value = Number(generator.next() % 40)
            let choice = generator.next() % 24
            switch choice {
            case 0..<(round / 1000 % 2 == 1 ? 12 : 3):
                if try array.delete(index) { sum &+= 1 }
            case 0..<14:
                try array.set(index, value)
            case 14..<19:
                sum &+= try array.get(index)?.value ?? 0
            case 19:
                if !array.isEmpty { sum &+= try array.firstIndex() ?? 0 }
            case 20:
                guard round % 2 == 0 else { break }
                try array.forEach(from: index) { index, _ in sum = sum &* 31 &+ index }
            default:
                let root = try array.flush()
                guard choice == 23 else { break }
                array = try AMT(root: root, store: store, bitWidth: bitWidth, layout: layout)
            }
            if round % 400 == 399 {
                lines.append(store.checkpoint(try array.flush(), sum: sum &+ array.count))
            }
        }
        #expect(lines == expected.split(separator: "\n").map(String.init))
    }
}
