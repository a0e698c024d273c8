import Compression
import Conformance
import Foundation
import JSON

/// The folder of the chain over which something was recorded.
///
/// Recordings do not name their chain. They speak of its newest blocks, which the chain's index lists.
enum RecordedChainFolder {
    /// How many of the newest tipsets are looked for.
    private static let depth = 100

    /// Finds the folder; nil if no chain below the searched folder is spoken of.
    ///
    /// - Parameters:
    ///   - recording: The text of the recording.
    ///   - files: All files below the searched folder.
    /// - Returns: The path of the folder.
    /// - Throws: What reading an index throws.
    static func find(for recording: String, in files: [ConformanceFile]) throws -> String? {
        let paths = Set(files.map(\.path))
        for file in files where file.path.hasSuffix("/keys.jsonl") {
            let folder = String(file.path.dropLast("/keys.jsonl".count))
            guard paths.contains(folder + "/index.jsonl.gz") else { continue }
            let lines = try index(folder + "/index.jsonl.gz").split(separator: 0x0A)
            for line in lines.suffix(depth).reversed() {
                let tipset = try JSONValue(parsing: Array(line))
                guard let block = tipset["key"]?.array?.first?["/"]?.string else { continue }
                if recording.contains(block) { return folder }
            }
        }
        return nil
    }

    private static func index(_ path: String) throws -> [UInt8] {
        let packed = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        return try Deflate.decompress(packed, format: .gzip, limitBytes: 1 << 30)
    }
}
