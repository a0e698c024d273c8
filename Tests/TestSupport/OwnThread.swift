import Dispatch
public import Testing

/// Runs tests that compute for long on a thread of their own, one after the other.
///
/// The pool that all tests share has as many threads as the machine has cores: while a test computes on one of
/// them, the services and clients of other tests are not served, and their deadlines pass.
public struct OwnThread: SuiteTrait, TestTrait, TestScoping {
    public let isRecursive = true

    public func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        try await withTaskExecutorPreference(Executor.shared) { try await function() }
    }

    private final class Executor: TaskExecutor {
        static let shared = Executor()
        // A serial queue has a thread beside those of the pool.
        private let queue = DispatchQueue(label: "tests that compute")

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }
}

extension Trait where Self == OwnThread {
    /// For tests that compute for more than a second or two.
    public static var ownThread: Self { Self() }
}
