import Bytes
import TestSupport
import Testing

@Suite struct VarintTests {
    static let vectors: [(UInt64, [UInt8])] = [
        (0, [0x00]), (1, [0x01]), (127, [0x7f]), (128, [0x80, 0x01]), (255, [0xff, 0x01]),
        (300, [0xac, 0x02]), (16384, [0x80, 0x80, 0x01]),
        (UInt64(Int64.max), [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]),
    ]

    @Test(arguments: vectors)
    func `a value and its bytes as the specification lists them`(
        _ value: UInt64,
        _ bytes: [UInt8]
    ) throws {
        #expect(Varint.encode(value) == bytes)
        #expect(Varint.length(of: value) == bytes.count)
        var offset = 0
        #expect(try Varint.decode(bytes, at: &offset) == value)
        #expect(offset == bytes.count)
    }

    @Test func `padded, long and cut encodings are refused`() {
        func failure(_ bytes: [UInt8], _ limit: Int = 9) -> Varint.DecodingError? {
            var offset = 0
            do throws(Varint.DecodingError) {
                _ = try Varint.decode(bytes, at: &offset, maximumLength: limit)
                return nil
            } catch {
                #expect(offset == 0)
                return error
            }
        }
        #expect(failure([0x81, 0x00]) == .notMinimal(value: 1))
        #expect(failure([0x80]) == .truncated)
        #expect(failure([]) == .truncated)
        let ten: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]
        #expect(failure(ten) == .tooLong)
        #expect(failure(ten, 10) == nil)
        #expect(failure(ten.dropLast() + [0x02], 10) == .tooLong)
    }

    @Test func `any bytes are refused or come back as they were`() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<100_000 {
            let word = random.next()
            let shift = word % 64
            let bytes = Varint.encode(word >> shift)
            var offset = 0
            #expect(bytes.count == Varint.length(of: word >> shift))
            let value = try? Varint.decode(bytes, at: &offset, maximumLength: 10)
            if value != word >> shift { Issue.record("\(word >> shift) seed 1") }
            let noise = random.bytes(Int(word % 12))
            offset = 0
            if let value = try? Varint.decode(noise, at: &offset, maximumLength: 10),
                Varint.encode(value) != Array(noise[..<offset])
            {
                Issue.record("\(noise) is not canonical")
            }
        }
    }
}
