/// A place that belongs to a loop: what it isolates runs on the loop's thread.
actor LoopIsolation {
    private let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe loop.asUnownedSerialExecutor()
    }

    init(loop: EventLoop) { self.loop = loop }

    func run<T: Sendable>(_ body: @Sendable () -> T) -> T { body() }

    /// Calls `body` on the loop and waits until it, or a callback that it left behind, calls `finish`.
    func awaiting<T: Sendable>(
        _ body: @Sendable (_ finish: @escaping (T) -> Void) -> Void
    ) async -> T {
        await withCheckedContinuation { continuation in
            body { continuation.resume(returning: $0) }
        }
    }
}

extension EventLoop {
    /// Runs `body` on the loop's thread.
    package func run<T: Sendable>(_ body: @Sendable () -> T) async -> T {
        await LoopIsolation(loop: self).run(body)
    }

    /// Calls `body` on the loop and waits until `finish` is called, which must happen exactly once.
    func awaiting<T: Sendable>(
        _ body: @Sendable (_ finish: @escaping (T) -> Void) -> Void
    ) async -> T {
        await LoopIsolation(loop: self).awaiting(body)
    }
}
