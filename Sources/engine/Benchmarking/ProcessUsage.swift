internal import Glibc

/// What a process has used so far, as the kernel counts it: this one or another one of the same user.
package struct ProcessUsage: Hashable, Sendable {
    /// Processor time of all its threads, in user mode and in the kernel; counted in steps of 10 ms.
    package let processorSeconds: Double
    /// Memory that is present now, shared libraries included.
    package let residentBytes: Int

    /// Reads the usage of a process from `/proc`.
    ///
    /// - Throws: ``NoSuchProcess``.
    package init(of process: Int32) throws {
        let statistics = try Self.read("/proc/\(process)/stat", process)
        // The name in parentheses may hold anything; the state is the first field behind it.
        guard let end = statistics.lastIndex(of: ")") else { throw NoSuchProcess(number: process) }
        let fields = statistics[statistics.index(after: end)...].split(separator: " ")
        guard fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]),
            let pages = Int(fields[21])
        else { throw NoSuchProcess(number: process) }
        processorSeconds = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
        residentBytes = pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// The process has ended, or never was.
    package struct NoSuchProcess: Error, CustomStringConvertible {
        package let number: Int32
        package var description: String { "there is no process \(number)" }
    }

    private static func read(_ path: String, _ process: Int32) throws -> String {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw NoSuchProcess(number: process) }
        defer { close(file) }
        var text: [UInt8] = Array(repeating: 0, count: 4096)
        let count = unsafe text.withUnsafeMutableBytes {
            unsafe Glibc.read(file, $0.baseAddress, $0.count)
        }
        guard count > 0 else { throw NoSuchProcess(number: process) }
        return String(decoding: text[..<count], as: UTF8.self)
    }
}
