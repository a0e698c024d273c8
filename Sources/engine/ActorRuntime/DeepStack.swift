internal import Glibc

/// Runs work on a thread whose stack holds the deepest recursion of the machine.
///
/// Calls may nest 4,096 deep, and each level takes some kilobytes of stack, more than the main thread and far
/// more than a thread of the cooperative pool has.
package enum DeepStack {
    /// Bytes of address space per stack; pages are used only as far as a message really recurses.
    package static let sizeBytes = 512 << 20

    /// Runs `body` and waits for it; blocks the calling thread.
    ///
    /// - Throws: What `body` throws.
    package static func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) throws -> Value {
        let job = Job(body)
        pthread_join(start(job), nil)
        return try job.result()
    }

    /// Runs `body` on several threads at once and waits for all of them.
    package static func runConcurrently(count: Int, _ body: @escaping @Sendable () -> Void) {
        let threads = (0..<count).map { _ in start(Job<Void>(body)) }
        for thread in threads { pthread_join(thread, nil) }
    }

    private static func start(_ job: Runnable) -> pthread_t {
        let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
        defer { unsafe attributes.deallocate() }
        unsafe pthread_attr_init(attributes)
        unsafe pthread_attr_setstacksize(attributes, sizeBytes)
        var thread = pthread_t()
        let argument = unsafe Unmanaged.passRetained(job).toOpaque()
        let status = unsafe pthread_create(
            &thread,
            attributes,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Runnable>.fromOpaque(argument).takeUnretainedValue().run()
                unsafe Unmanaged<Runnable>.fromOpaque(argument).release()
                return nil
            },
            argument
        )
        unsafe pthread_attr_destroy(attributes)
        precondition(status == 0, "cannot create a thread")
        return thread
    }

    private class Runnable {
        func run() {}
    }

    private final class Job<Value: Sendable>: Runnable {
        private let body: @Sendable () throws -> Value
        private var outcome: Result<Value, any Error>?

        init(_ body: @escaping @Sendable () throws -> Value) { self.body = body }

        override func run() { outcome = Result { try body() } }

        func result() throws -> Value {
            guard let outcome else { preconditionFailure("the thread ended without result") }
            return try outcome.get()
        }
    }
}
