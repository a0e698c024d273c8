import Foundation

extension Application {
    /// Runs the process's own command line and ends the process with its status.
    package func main() async -> Never {
        // A reader that went away (`| head`) is no reason to die inside a write.
        _ = signal(SIGPIPE, SIG_IGN)
        let status = await run(
            Array(ProcessInfo.processInfo.arguments.dropFirst()),
            environment: ProcessInfo.processInfo.environment,
            console: StandardConsole()
        )
        exit(status)
    }
}
