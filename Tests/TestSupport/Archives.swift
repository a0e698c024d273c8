import Foundation

extension Vectors {
    /// Returns the decompressed text of a `.gz` file, by its path below the folder.
    public static func gunzippedText(_ path: String) throws -> String {
        String(decoding: try gunzipped(path), as: UTF8.self)
    }

    /// Returns the decompressed bytes of a `.gz` file, by its path below the folder.
    ///
    /// Runs `gzip`, which every Debian system has.
    public static func gunzipped(_ path: String) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", folder.appendingPathComponent(path).path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw CocoaError(.fileReadCorruptFile)
        }
        return [UInt8](data)
    }

    /// Returns name and contents of each regular file in a `.tar.gz` archive, in its order.
    public static func tarEntries(_ path: String) throws -> [(name: String, bytes: [UInt8])] {
        let archive = try gunzipped(path)
        var entries: [(name: String, bytes: [UInt8])] = []
        var offset = 0
        // A header of 512 bytes: name at 0 (100 bytes), size in octal at 124 (12), type at 156, and a
        // prefix of the name at 345 (155). Contents follow, padded to 512 bytes.
        while offset + 512 <= archive.count, archive[offset] != 0 {
            let header = archive[offset..<offset + 512]
            func text(_ start: Int, _ count: Int) -> String {
                let field = header[(offset + start)..<(offset + start + count)]
                return String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
            }
            let size = Int(text(124, 12).trimmingCharacters(in: .whitespaces), radix: 8) ?? 0
            let contents = offset + 512
            if header[offset + 156] == UInt8(ascii: "0") || header[offset + 156] == 0 {
                let prefix = text(345, 155)
                let name = prefix.isEmpty ? text(0, 100) : prefix + "/" + text(0, 100)
                entries.append((name, [UInt8](archive[contents..<contents + size])))
            }
            offset = contents + (size + 511) / 512 * 512
        }
        return entries
    }

    /// Decodes a JSON file, `.gz` or not, by its path below the folder.
    public static func json<Value: Decodable>(
        _ path: String,
        as type: Value.Type = Value.self
    ) throws -> Value {
        let bytes = path.hasSuffix(".gz") ? try gunzipped(path) : try self.bytes(path)
        return try JSONDecoder().decode(type, from: Data(bytes))
    }
}
