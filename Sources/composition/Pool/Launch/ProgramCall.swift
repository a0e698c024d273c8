import ServiceKit

/// Calls the commands of the other programs inside this process.
///
/// So the tokens among their arguments appear in no list of processes.
enum ProgramCall {
    /// Runs a command and returns what it prints.
    ///
    /// - Throws: `CommandFailure` with what it printed, unless it ends with status 0.
    static func run(
        _ application: Application,
        _ arguments: [String],
        lines: [String] = []
    ) async throws -> String {
        let console = MemoryConsole(lines: lines)
        let status = await application.run(arguments, environment: [:], console: console)
        guard status == 0 else {
            let text = (console.errors + console.output).split(separator: "\n").last ?? ""
            throw CommandFailure("\(application.name): \(text)")
        }
        return String(console.output.reversed().drop(while: \.isWhitespace).reversed())
    }
}
