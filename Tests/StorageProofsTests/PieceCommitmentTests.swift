import Bytes
import TestSupport
import Testing

@testable import StorageProofs

@Suite struct PieceCommitmentTests {
    @Test func `padding and its inverse agree on random data`() {
        var generator = SeededGenerator(seed: 32)
        for quads in [0, 1, 2, 3, 7, 64] {
            let data = generator.bytes(127 * quads)
            let padded = Fr32.pad(data)
            #expect(padded.count == 128 * quads)
            for node in stride(from: 31, to: padded.count, by: 32) {
                #expect(padded[node] & 0xc0 == 0)
            }
            #expect(Fr32.unpad(padded) == data, "seed \(generator.seed)")
        }
    }

    @Test func `padding of a part is a prefix of the padding of the whole`() {
        var generator = SeededGenerator(seed: 33)
        let data = generator.bytes(254)
        let whole = Fr32.pad(data)
        for count in 0...254 {
            let part = Fr32.pad(Array(data.prefix(count)))
            #expect(part.count == (count * 8 + 253) / 254 * 32)
            let bits = count * 8 / 254 * 32
            #expect(part.prefix(bits) == whole.prefix(bits))
            #expect(Fr32.paddedOffset(UInt64(count)) <= UInt64(part.count))
        }
    }

    @Test func `sizes below and between the allowed ones are refused`() throws {
        for size: UInt64 in [0, 126, 128, 253, 255, 381, 1 << 47] {
            #expect(throws: SealError.self, "\(size)") { try PieceCommitment.checkSize(size) }
        }
        for size: UInt64 in [127, 254, 508, 127 << 28] { try PieceCommitment.checkSize(size) }
    }

    @Test func `pieces that do not fit are refused`() {
        let piece = SectorPiece(unpaddedSize: 1016, commitment: Bytes32())
        #expect(throws: SealError.self) {
            try PieceCommitment.sectorCommitment(
                of: [piece, piece, piece],
                sectorSize: 2048,
                extended: true
            )
        }
    }

    @Test func `the commitment does not depend on the number of threads`() throws {
        var generator = SeededGenerator(seed: 34)
        let data = generator.bytes(127 << 13)
        let one = try PieceCommitment.generate(data, size: UInt64(data.count), threads: 1)
        let three = try PieceCommitment.generate(data, size: UInt64(data.count), threads: 3)
        #expect(one == three)
    }
}
