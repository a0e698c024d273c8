import Dispatch
import Foundation

/// Waits for the signals that ask a service to stop.
package enum TerminationSignal {
    /// Returns when the process got SIGINT or SIGTERM, or the task was cancelled.
    ///
    /// From the first call on these signals no longer end the process by themselves; a second one while
    /// the service shuts down does.
    package static func wait() async {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        let sources = [SIGINT, SIGTERM].map { number in
            _ = signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler {
                _ = signal(number, SIG_DFL)
                continuation.yield()
            }
            source.resume()
            return source
        }
        for await _ in stream { break }
        for source in sources { source.cancel() }
    }

    /// Returns when such a signal came, or something else happened that ends the service.
    package static func wait(or other: @escaping @Sendable () async -> Void) async {
        await withTaskGroup { group in
            group.addTask { await wait() }
            group.addTask { await other() }
            await group.next()
            group.cancelAll()
        }
    }
}
