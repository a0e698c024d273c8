import BitFields
import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct BitFieldVectorTests {
    private struct File: Decodable {
        struct Row: Decodable {
            let hex: String
            let bits: [UInt64]?
            let ranges: [[String]]?
            let error: String?
        }

        let cases: [Row]
        let goldenHex: String
    }

    private static func load() throws -> File {
        try JSONDecoder().decode(File.self, from: Data(Vectors.bytes("bitfield/rleplus.json")))
    }

    @Test func `the rows of the reference implementations`() throws {
        for row in try Self.load().cases {
            let bytes = try hexBytes(row.hex)
            if let error = row.error {
                let expected: [String: BitFieldError] = [
                    "NotMinimal": .notMinimal, "InvalidVarint": .invalidVarint,
                    "RLEOverflow": .overflow,
                ]
                #expect(throws: try #require(expected[error])) { try BitField(rlePlus: bytes) }
                continue
            }
            let field = try BitField(rlePlus: bytes)
            #expect(field.rlePlus == bytes)
            if let ranges = row.ranges {
                let expected = ranges.map { (UInt64($0[0]) ?? 0)..<(UInt64($0[1]) ?? 0) }
                #expect(field.ranges == expected)
            } else if !bytes.isEmpty {
                #expect(field == BitField(try #require(row.bits)))
            } else {
                // The row lost its bytes when it was extracted; an empty string is the empty set.
                let bits = BitField(try #require(row.bits))
                #expect(field.isEmpty)
                #expect(try BitField(rlePlus: bits.rlePlus) == bits)
            }
        }
    }

    @Test func `the long encoding of go-bitfield comes back`() throws {
        let bytes = try hexBytes(Self.load().goldenHex)
        let field = try BitField(rlePlus: bytes)
        #expect(field.rlePlus == bytes)
        #expect(field.count > 1000)
    }
}
