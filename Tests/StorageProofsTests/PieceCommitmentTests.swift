import Bytes
import FilecoinTypes
import Foundation
import Hashing
import Multiformats
import TestSupport
import Testing

@testable import StorageProofs

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct PieceCommitmentVectorTests {
    private func rows(_ operation: String) throws -> [Fixture] {
        try Fixture(file: "reference/proofs/pieces/pieces.json").list.filter {
            $0["op"].text.hasPrefix(operation)
        }
    }

    private func unsealedText(_ commitment: Bytes32) throws -> String {
        try CID(.unsealed, commitment: commitment.bytes).description
    }

    @Test func `padding is that of the reference`() throws {
        let rows = try rows("fr32 pad")
        #expect(rows.count == 24)
        for row in rows { #expect(Fr32.pad(row["raw"].hex) == row["padded"].hex) }
    }

    @Test func `piece commitments and refusals are those of the reference`() throws {
        let rows = try rows("generate_piece_commitment")
        #expect(rows.count == 40)
        for row in rows {
            let size = row["size"].integer
            let kind = row["data"].text
            var supplied = size
            if let range = kind.range(of: "only ") {
                supplied = Int(kind[range.upperBound...].prefix { $0.isNumber }) ?? 0
            }
            let data = generated(kind.hasPrefix("gen") ? "piece/\(size)" : kind, count: supplied)
            if row["result"].text.hasPrefix("error") {
                #expect(throws: SealError.self, "\(size) \(kind)") {
                    try PieceCommitment.generate(data, size: UInt64(size))
                }
            } else {
                if !row["data_sha256"].isNull, supplied == size {
                    #expect(SHA256.hash(data).hex == row["data_sha256"].text)
                }
                let found = try PieceCommitment.generate(data, size: UInt64(size))
                #expect(found == row["result"].node, "\(size) \(kind)")
            }
        }
    }

    @Test func `staged pieces are aligned as in the reference`() throws {
        let rows = try rows("add_piece sequence")
        #expect(rows.count == 15)
        for row in rows {
            let folder = try TemporaryDirectory()
            var stager = PieceStager(path: folder.path("staged"))
            for step in row["steps"].list {
                #expect(stager.stagedSize == step["before"].unsigned)
                let size = step["size"].integer
                let data = generated(step["data"].text, count: size)
                if step["result"].text.hasPrefix("error") {
                    #expect(throws: SealError.self) { try stager.add(data, size: UInt64(size)) }
                    continue
                }
                let added = try stager.add(data, size: UInt64(size))
                #expect(added.piece.commitment == step["result"]["commitment"].node)
                #expect(added.written == step["result"]["written"].unsigned)
                #expect(stager.stagedSize == step["after"].unsigned)
            }
            let staged = (try? SealFiles.read(folder.path("staged"), limit: 1 << 20)) ?? []
            #expect(SHA256.hash(staged).hex == row["staged_sha256"].text)
            let commitment = try? PieceCommitment.sectorCommitment(
                of: stager.pieces,
                sectorSize: 2048
            )
            let expected = row["compute_comm_d"]
            #expect(commitment == (expected.text.hasPrefix("error") ? nil : expected.node))
        }
    }

    @Test func `sector commitments of pieces are those of the reference`() throws {
        let rows = try rows("compute_comm_d")
        #expect(rows.count == 9)
        for row in rows {
            let pieces = row["pieces"].list.map {
                SectorPiece(unpaddedSize: $0[0].unsigned, commitment: $0[1].node)
            }
            #expect(
                try PieceCommitment.sectorCommitment(
                    of: pieces,
                    sectorSize: row["sector_size"].unsigned
                ) == row["result"].node
            )
        }
    }

    @Test(arguments: [("zero", UInt8(0)), ("0xCC", 0xcc)])
    func `constant data has the published commitments`(_ file: String, _ byte: UInt8) throws {
        let text = String(decoding: try Vectors.bytes("commp/\(file).txt"), as: UTF8.self)
        let lines = text.split(separator: "\n")
        #expect(lines.count >= 15)
        for line in lines {
            let fields = line.split(separator: ",").map(String.init)
            guard let raw = Int(fields[0]), let padded = UInt64(fields[1]), raw <= 1 << 24 else {
                continue
            }
            var data = [UInt8](repeating: byte, count: raw)
            data += [UInt8](repeating: 0, count: Int(padded / 128 * 127) - raw)
            let found = try PieceCommitment.generate(data, size: padded / 128 * 127)
            #expect(try unsealedText(found) == fields[2], "\(raw) bytes")
        }
    }

    @Test func `a real 32 GiB sector has the commitment of its pieces`() throws {
        let sector = try Fixture(file: "commp/unsealed-cid.json")["commD"]
        let pieces = try sector["pieces"].list.map {
            SectorPiece(
                unpaddedSize: $0["paddedSize"].unsigned / 128 * 127,
                commitment: Bytes32(try CID($0["pieceCid"].text).commitment(.unsealed)) ?? Bytes32()
            )
        }
        let found = try PieceCommitment.sectorCommitment(
            of: pieces,
            sectorSize: sector["sectorSize"].unsigned,
            extended: true
        )
        #expect(try unsealedText(found) == sector["commD"].text)
    }

    @Test func `a short text filled with zeros has the published commitment`() throws {
        let row = try Fixture(file: "commp/unsealed-cid.json")["zeroPad"]
        var data = Array(row["content"].text.utf8)
        data += [UInt8](repeating: 0, count: 127 - data.count)
        let found = try PieceCommitment.generate(data, size: 127)
        #expect(try unsealedText(found) == row["pieceCid"].text)
    }
}

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
