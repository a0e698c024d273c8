import Bytes
import Conformance
import Foundation
import JSON
import StorageProofs

/// What the reference recorded of a sector that it sealed.
struct SectorDescription: Sendable {
    let row: JSONValue
    /// The folder with its files, if it has one.
    let folder: String

    /// Reads `fixture.json` in a sector's folder.
    init(folder: String) throws {
        let path = "\(folder)/fixture.json"
        row = try ConformanceFile(path: path, relativePath: path).json()
        self.folder = folder
    }

    init(row: JSONValue, folder: String) {
        self.row = row
        self.folder = folder
    }

    func configuration() throws -> PoRepConfiguration {
        let found = try PoRepConfiguration(number: try row.int("registered_seal_proof_number"))
        try checkEqual(
            found.name,
            try row.text("registered_seal_proof"),
            "registered_seal_proof"
        )
        return found
    }

    func input() throws -> SealInput {
        let input = SealInput(
            configuration: try configuration(),
            minerID: try row.unsigned("miner_actor_id"),
            sector: try row.unsigned("sector_number"),
            ticket: try row.node("ticket")
        )
        try checkEqual(input.proverID, try row.node("prover_id"), "prover_id")
        return input
    }

    /// The content of one of its files.
    func contents(_ name: String) throws -> [UInt8] {
        let path = "\(folder)/\(name)"
        return try ConformanceFile(path: path, relativePath: path).contents()
    }

    /// The data of the sector: what was staged, filled with zeros.
    func stagedData() throws -> [UInt8] {
        let staged = try contents("staged")
        let size = try row.int("sector_size")
        return Fr32.unpad(staged + [UInt8](repeating: 0, count: max(0, size - staged.count)))
    }

    /// Seals the recorded data again, in a folder that is removed afterwards.
    func withSealedAgain(_ body: (SealedSector) throws -> Void) throws {
        try withTemporaryFolder { temporary in
            try SealFiles.write(try contents("staged"), to: "\(temporary)/staged")
            try body(SealedSector(try input(), pieces: nil, in: temporary))
        }
    }

    /// The names of the files of its cache.
    func cacheFiles() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(folder)/cache").sorted()
    }
}

extension SectorSealer.Commitments {
    /// Compares with the fields of a description.
    func check(_ row: JSONValue) throws {
        try checkEqual(commD, try row.node("comm_d"), "comm_d")
        try checkEqual(commC, try row.node("comm_c"), "comm_c")
        try checkEqual(commRLast, try row.node("comm_r_last"), "comm_r_last")
        try checkEqual(commR, try row.node("comm_r"), "comm_r")
    }
}

/// A sector sealed in a folder of its own.
struct SealedSector {
    let input: SealInput
    let folder: String
    let phase1: SectorSealer.Phase1
    let commitments: SectorSealer.Commitments

    var cache: String { "\(folder)/cache" }
    var replica: String { "\(folder)/sealed" }

    /// Seals what is staged in `folder`; everything else comes to lie beside it.
    ///
    /// The pieces that the data was made of are nil if they are not known.
    init(_ input: SealInput, pieces: [SectorPiece]?, in folder: String) throws {
        self.input = input
        self.folder = folder
        let sealer = SectorSealer(input, cache: "\(folder)/cache", replica: "\(folder)/sealed")
        phase1 = try sealer.phase1(staged: "\(folder)/staged", pieces: pieces)
        commitments = try sealer.phase2(phase1)
    }

    /// The content of one of its files.
    func contents(_ name: String) throws -> [UInt8] {
        try SealFiles.read("\(folder)/\(name)", limit: 1 << 26)
    }

    func store(_ id: String) throws -> [UInt8] { try contents("cache/\(SealFiles.store(id))") }
}
