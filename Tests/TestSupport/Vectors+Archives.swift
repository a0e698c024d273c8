import Foundation

extension Vectors {
    /// Why an archive could not be unpacked: what `tar` exited with.
    public struct UnpackingFailed: Error {
        /// The exit status.
        public let status: Int32
    }

    /// Unpacks a `.tar.gz` into a folder that goes away with the returned value.
    public static func unpacked(_ path: String) throws -> TemporaryDirectory {
        let target = try TemporaryDirectory()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let archive = folder.appendingPathComponent(path).path
        process.arguments = ["tar", "-xzf", archive, "-C", target.url.path]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw UnpackingFailed(status: process.terminationStatus)
        }
        return target
    }
}
