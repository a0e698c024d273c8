internal import Bytes
internal import FilecoinTypes
internal import JSON
internal import Multiformats
internal import StorageProofs

extension KnownFileSet {
    /// Piece commitments of constant bytes, and of the pieces of a real sector.
    static let pieceFiles: [KnownFile] = [
        KnownFile("commp/zero.txt") { try pieces($0, of: 0) },
        KnownFile("commp/0xCC.txt") { try pieces($0, of: 0xcc) },
        KnownFile("commp/unsealed-cid.json") { file in
            let json = try file.json()
            return [
                KnownFile.Row("sector") { try sector(json.member("commD")) },
                KnownFile.Row("filled with zeros") {
                    let row = try json.member("zeroPad")
                    let content = Array(try row.text("content").utf8)
                    let data = content + [UInt8](repeating: 0, count: 127 - content.count)
                    let found = try PieceCommitment.generate(data, size: 127)
                    try checkEqual(text(found), try row.text("pieceCid"), "commitment")
                },
            ]
        },
    ]

    private static func text(_ commitment: Bytes32) throws -> String {
        try CID(.unsealed, commitment: commitment.bytes).description
    }

    /// Rows of bytes, padded size and commitment; beyond 16 MiB they only take longer.
    private static func pieces(_ file: ConformanceFile, of byte: UInt8) throws -> [KnownFile.Row] {
        try file.lines().compactMap { line in
            let fields = line.split(separator: ",").map(String.init)
            guard fields.count == 3, let raw = Int(fields[0]), let padded = UInt64(fields[1]) else {
                return nil
            }
            return KnownFile.Row("\(raw) bytes") {
                guard padded <= 1 << 24 else {
                    throw KnownFile.Skip(reason: "a piece above 16 MiB, as small ones but longer")
                }
                let size = padded / 128 * 127
                let data =
                    [UInt8](repeating: byte, count: raw)
                    + [UInt8](repeating: 0, count: Int(size) - raw)
                let found = try PieceCommitment.generate(data, size: size)
                try checkEqual(text(found), fields[2], "commitment")
            }
        }
    }

    private static func sector(_ sector: JSONValue) throws {
        func size(_ value: JSONValue, _ name: String) throws -> UInt64 {
            guard let number: UInt64 = try value.member(name).integer() else {
                throw TestDataError("\(name) is no number")
            }
            return number
        }
        let pieces = try sector.list("pieces").map { piece in
            SectorPiece(
                unpaddedSize: try size(piece, "paddedSize") / 128 * 127,
                commitment: Bytes32(try CID(piece.text("pieceCid")).commitment(.unsealed))
                    ?? Bytes32()
            )
        }
        let found = try PieceCommitment.sectorCommitment(
            of: pieces,
            sectorSize: size(sector, "sectorSize"),
            extended: true
        )
        try checkEqual(text(found), try sector.text("commD"), "commitment")
    }
}
