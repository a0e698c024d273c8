import BitFields
import CBOR
import TestSupport
import Testing

@Suite struct BitFieldTests {
    @Test func `single bits join and split runs`() {
        var field: BitField = [1, 3]
        field.insert(2)
        #expect(field.ranges == [1..<4])
        field.insert(0)
        field.insert(9)
        field.insert(4)
        field.insert(4)
        #expect(field.ranges == [0..<5, 9..<10])
        field.remove(2)
        field.remove(9)
        field.remove(100)
        #expect(field.ranges == [0..<2, 3..<5])
        #expect(field.description == "{0-1, 3-4}")
        #expect(field.first == 0 && field.last == 4 && field.count == 4)
        #expect(BitField().first == nil && BitField().last == nil && BitField().isEmpty)
    }

    @Test func `a slice skips and takes bits`() throws {
        let field: BitField = [0, 1, 2, 5, 6, 10]
        #expect(try field.slice(skip: 2, count: 3) == [2, 5, 6])
        #expect(try field.slice(skip: 0, count: 6) == field)
        #expect(try field.slice(skip: 9, count: 0) == [])
        #expect(throws: BitFieldError.notEnoughBits) { try field.slice(skip: 4, count: 3) }
    }

    @Test func `a few bytes stand for many bits, so listing is bounded`() throws {
        let field = BitField(0..<UInt64.max)
        #expect(field.count == .max)
        #expect(field.rlePlus.hexText == "e4ffffffffffffffff3f")
        #expect(throws: BitFieldError.tooManyBits(limit: 10, found: .max)) {
            try field.elements(limit: 10)
        }
        #expect(Array(field.bits.prefix(2)) == [0, 1])
    }

    @Test func `run lengths begin with clear bits`() throws {
        #expect(BitField().runLengths == [0])
        #expect(([0, 1, 2, 8, 9] as BitField).runLengths == [0, 3, 5, 2])
        #expect(try BitField(runLengths: [0, 3, 5, 2]) == [0, 1, 2, 8, 9])
        #expect(try BitField(runLengths: [2, 1, 7]) == [2])
        #expect(try BitField(runLengths: [0]) == [])
        #expect(throws: BitFieldError.emptyRun) { try BitField(runLengths: [1, 0, 2]) }
        #expect(throws: BitFieldError.overflow) { try BitField(runLengths: [1, .max]) }
    }

    @Test func `cutting moves later bits down`() {
        let field: BitField = [0, 1, 2, 8, 9, 10, 11, 20]
        #expect(field.cutting([1, 5, 9]) == [0, 1, 6, 7, 8, 17])
        #expect(field.cutting(BitField(2..<10)) == [0, 1, 2, 3, 12])
    }

    @Test func `operations agree with sets of numbers`() throws {
        var random = SeededGenerator(seed: 9)
        func bits() -> Set<UInt64> {
            var found: Set<UInt64> = []
            for _ in 0..<random.next() % 6 {
                let start = random.next() % 40
                found.formUnion(start..<start + random.next() % 25)
            }
            return found
        }
        for round in 0..<4000 {
            let a = bits()
            let b = bits()
            let x = BitField(a)
            let y = BitField(b)
            let removed = b.sorted()
            let cut = Set(
                a.subtracting(b).map { bit in bit - UInt64(removed.prefix { $0 < bit }.count) }
            )
            var isRight = x.union(y) == BitField(a.union(b))
            isRight = isRight && BitField.union(of: [y, x, y]) == x.union(y)
            isRight = isRight && x.intersection(y) == BitField(a.intersection(b))
            isRight = isRight && x.subtracting(y) == BitField(a.subtracting(b))
            isRight = isRight && x.cutting(y) == BitField(cut)
            isRight = isRight && x.isSubset(of: y) == a.isSubset(of: b)
            isRight = isRight && x.containsAny(of: y) == !a.isDisjoint(with: b)
            isRight = isRight && (0..<70).allSatisfy { x.contains($0) == a.contains($0) }
            isRight = isRight && x.count == UInt64(a.count)
            isRight = isRight && Array(x.bits) == a.sorted()
            let elements = try x.elements(limit: 100)
            isRight = isRight && elements == a.sorted()
            let decoded = try BitField(rlePlus: x.rlePlus)
            isRight = isRight && decoded == x && decoded.encodedBytes == x.rlePlus
            let again = try BitField(runLengths: x.runLengths)
            isRight = isRight && again == x
            guard isRight else {
                Issue.record("round \(round), seed 9: \(x) and \(y)")
                return
            }
        }
    }

    @Test func `bytes in another form are kept until the bits change`() throws {
        // A run of 3 written as a varint: what the native actors take and write back.
        let bytes = try hexBytes("64e0")
        var field = try BitField(cbor: [0x42] + bytes)
        #expect(field.ranges == [0..<3, 4..<5])
        #expect(field.cborBytes() == [0x42] + bytes)
        field.insert(0)
        #expect(field.cborBytes() != [0x42] + bytes)
        #expect(throws: BitFieldError.notMinimal) { try BitField(rlePlus: bytes) }
    }

    @Test func `malformed bytes are carried, and so are operations on them`() throws {
        let field = try BitField(cbor: [0x42, 0x90, 0x00])
        #expect(field.isMalformed)
        #expect(throws: BitFieldError.malformed) { try field.validate() }
        #expect(field.cborBytes() == [0x42, 0x90, 0x00])
        #expect(BitField(0..<3).union(field).isMalformed)
        #expect(throws: CBORError.self) { try BitField(cbor: [0x41, 0x01]) }
    }

    @Test func `an encoding over 32 KiB is a defect`() throws {
        // 43 bits for each of the runs: 6,100 of them take just over 32 KiB.
        let limit = BitField.maximumEncodedLength
        let field = BitField(ascending: (0..<6200).map { $0 << 40..<($0 << 40 + 16) })
        #expect(field.rlePlus.count > limit)
        #expect(throws: CBORError.self) { try field.checkedCBORBytes() }
        #expect(throws: CBORError.self) { try BitField(cbor: field.cborBytes()) }
    }

    @Test func `random bytes are refused or canonical`() {
        var random = SeededGenerator(seed: 10)
        var accepted = 0
        for _ in 0..<100_000 {
            var bytes = random.bytes(Int(random.next() % 12))
            if !bytes.isEmpty { bytes[0] &= 0xfc }
            guard let field = try? BitField(rlePlus: bytes, strictness: .anyForm) else { continue }
            accepted += 1
            let isStrict = (try? BitField(rlePlus: bytes)) != nil
            if isStrict != (field.rlePlus == bytes) || field.encodedBytes != bytes {
                Issue.record("\(bytes), seed 10")
                return
            }
        }
        #expect(accepted > 10_000)
    }
}

extension [UInt8] {
    fileprivate var hexText: String {
        map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
