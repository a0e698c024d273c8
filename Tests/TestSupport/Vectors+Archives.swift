import Foundation

extension Vectors {
    /// Returns the text of a file that is packed with gzip.
    public static func gunzippedText(_ path: String) throws -> String {
        String(decoding: try output(of: "gzip", ["-dc", "--", absolute(path)]), as: UTF8.self)
    }

    /// Unpacks a `.tar.gz` into a folder that goes away with the returned value.
    public static func unpacked(_ path: String) throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        _ = try output(of: "tar", ["-xzf", absolute(path), "-C", folder.url.path])
        return folder
    }

    private static func absolute(_ path: String) -> String {
        folder.appendingPathComponent(path).path
    }

    private struct CommandFailed: Error {
        let command: String
        let status: Int32
    }

    private static func output(of command: String, _ arguments: [String]) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [command] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw CommandFailed(command: command, status: process.terminationStatus)
        }
        return [UInt8](data)
    }
}
