import Foundation

/// The unit in which the state machine is measured: what `openssl speed` hashes meanwhile on the same core.
enum OpenSSLSpeed {
    /// Bytes of BLAKE2b-512 per second of processor time, in blocks of 16 KiB.
    static func blake2b() throws -> Double {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "openssl", "speed", "-mr", "-seconds", "1", "-bytes", "16384", "-evp", "blake2b512",
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        // A line "+F:22:blake2b512:NUMBER", bytes per second.
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: ":")
            if fields.first == "+F", fields.count >= 4, let rate = Double(fields[3]) { return rate }
        }
        throw BenchmarkFailure("openssl speed does not tell how fast blake2b512 is")
    }
}
