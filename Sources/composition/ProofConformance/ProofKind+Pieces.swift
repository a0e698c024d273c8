import Bytes
import Conformance
import JSON
import StorageProofs

extension ProofKind {
    /// Padding, piece commitments, staging and sector commitments.
    static let pieces: ProofKind = ProofKind("pieces", fields: ["op"], isList: true) { file in
        try file.list().enumerated().map { index, row in
            let operation = try row.text("op")
            return KnownFile.Row("\(index) \(operation)") {
                if operation.hasPrefix("fr32 pad") {
                    try checkBytes(Fr32.pad(try row.hex("raw")), try row.hex("padded"), "padded")
                } else if operation.hasPrefix("generate_piece_commitment") {
                    try checkPiece(row)
                } else if operation.hasPrefix("add_piece sequence") {
                    try checkStaging(row)
                } else if operation.hasPrefix("compute_comm_d") {
                    try checkSectorCommitment(row)
                } else {
                    throw KnownFile.Skip(reason: "an operation on pieces of no known kind")
                }
            }
        }
    }

    /// What a result says: a commitment, or that the reference refused.
    private static func commitment(_ row: JSONValue, _ name: String) throws -> Bytes32? {
        let text = try row.text(name)
        return text.hasPrefix("error") || text.hasPrefix("panic") ? nil : try row.node(name)
    }

    private static func checkPiece(_ row: JSONValue) throws {
        let size = try row.int("size")
        // `gen`, `zeros`, `gen, only 100 bytes supplied`
        let kind = try row.text("data")
        let supplied = number(after: "only ", in: kind) ?? size
        let data = generated(kind.hasPrefix("gen") ? "piece/\(size)" : kind, count: supplied)
        if row["data_sha256"] != nil, supplied == size {
            try checkDigest(data, try row.text("data_sha256"), "data")
        }
        guard let expected = try commitment(row, "result") else {
            return try checkRefused("result: a piece of \(size) bytes") {
                _ = try PieceCommitment.generate(data, size: UInt64(size))
            }
        }
        let found = try PieceCommitment.generate(data, size: UInt64(size))
        try checkEqual(found, expected, "result")
    }

    private static func checkStaging(_ row: JSONValue) throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/staged"
            var stager = PieceStager(path: path)
            for (index, step) in try row.list("steps").enumerated() {
                try checkEqual(stager.stagedSize, try step.unsigned("before"), "before \(index)")
                let size = try step.int("size")
                let data = generated(try step.text("data"), count: size)
                let result = try step.member("result")
                guard result.object != nil else {
                    try checkRefused("step \(index), a piece of \(size) bytes") {
                        _ = try stager.add(data, size: UInt64(size))
                    }
                    continue
                }
                let added = try stager.add(data, size: UInt64(size))
                try checkEqual(
                    added.piece.commitment,
                    try result.node("commitment"),
                    "commitment \(index)"
                )
                try checkEqual(added.written, try result.unsigned("written"), "written \(index)")
                try checkEqual(stager.stagedSize, try step.unsigned("after"), "after \(index)")
            }
            let staged = (try? SealFiles.read(path, limit: 1 << 26)) ?? []
            try checkEqual(staged.count, try row.int("staged_len"), "staged_len")
            try checkDigest(staged, try row.text("staged_sha256"), "staged")
            // `add_piece sequence, 2 KiB sector`
            let operation = try row.text("op").filter { $0 != " " }
            let size = operation.split(separator: ",").compactMap {
                bytes(ofSize: $0.replacing("sector", with: ""))
            }.first
            let found = try? PieceCommitment.sectorCommitment(
                of: stager.pieces,
                sectorSize: size ?? 2048
            )
            try checkEqual(found, try commitment(row, "compute_comm_d"), "compute_comm_d")
        }
    }

    private static func checkSectorCommitment(_ row: JSONValue) throws {
        let pieces = try (row["pieces"]?.array ?? []).map { piece in
            guard let size: UInt64 = piece[0]?.integer(),
                let commitment = piece[1]?.string.flatMap({ [UInt8](hex: $0) }).flatMap({
                    Bytes32($0)
                })
            else { throw TestDataError("pieces has one without size and commitment") }
            return SectorPiece(unpaddedSize: size, commitment: commitment)
        }
        let size = try row.unsigned("sector_size")
        let found = try? PieceCommitment.sectorCommitment(of: pieces, sectorSize: size)
        try checkEqual(found, try commitment(row, "result"), "result")
    }

    /// Parts of sealed sectors, unsealed.
    static let unsealRanges: ProofKind = ProofKind(
        "unsealed ranges",
        fields: ["sector", "offset", "num_bytes", "result"],
        isList: true
    ) { file in
        try file.list().map { row in
            let name = try row.text("sector")
            let offset = try row.unsigned("offset")
            let count = try row.unsigned("num_bytes")
            return KnownFile.Row("\(name) \(count) bytes from \(offset)") {
                let folder = try file.requiredSectorFolder(name)
                let sector = try SectorDescription(folder: folder)
                let unsealer = SectorUnsealer(
                    try sector.input(),
                    commD: try sector.row.node("comm_d")
                )
                let replica = "\(folder)/sealed"
                let result = try row.member("result")
                guard result.object != nil else {
                    return try checkRefused("a range beyond the sector") {
                        _ = try unsealer.data(at: offset, count: count, replica: replica)
                    }
                }
                let found = try unsealer.data(at: offset, count: count, replica: replica)
                try checkEqual(found.count, try result.int("bytes"), "bytes")
                // From the middle of a padded group the reference returns shifted bits; here it is the data.
                let whole = try sector.stagedData()
                let end = min(whole.count, Int(offset + count))
                try checkBytes(found, Array(whole[Int(offset)..<end]), "data of the pieces")
                if offset % 127 == 0 {
                    try checkDigest(found, try result.text("sha256"), "result")
                }
            }
        }
    }
}
