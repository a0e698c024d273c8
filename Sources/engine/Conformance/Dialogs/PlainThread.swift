internal import Foundation
internal import Synchronization

/// The way between asynchronous code and the player of dialogs, which blocks its thread.
///
/// No thread of the cooperative pool may block: services that the player waits for need it.
package enum PlainThread {
    /// Runs something that blocks on a thread of its own.
    package static func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
        }
    }

    /// Waits on a plain thread for what a call gives.
    package static func waiting<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) throws -> Value {
        let result = Handover<Value>()
        let done = DispatchSemaphore(value: 0)
        // Waited for by the semaphore.
        Task {
            do { result.set(.success(try await body())) } catch { result.set(.failure(error)) }
            done.signal()
        }
        done.wait()
        return try result.get()
    }

    /// Carries a result from a task to the thread that waits for it.
    private final class Handover<Value: Sendable>: Sendable {
        private let value = Mutex<Result<Value, any Error>?>(nil)

        func set(_ result: Result<Value, any Error>) { value.withLock { $0 = result } }

        func get() throws -> Value {
            guard let result = value.withLock({ $0 }) else { throw DialogError("no answer") }
            return try result.get()
        }
    }
}
