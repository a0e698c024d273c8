internal import CUV
internal import Glibc

/// Threads outside Swift's cooperative pool.
enum Threads {
    /// What a new thread runs, on the heap until it does.
    private final class Body {
        let run: @Sendable () -> Void

        init(run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts a detached thread that does `body`.
    static func start(_ body: @escaping @Sendable () -> Void) {
        var attributes: pthread_attr_t = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        unsafe pthread_attr_setstacksize(&attributes, 8 << 20)
        var thread: pthread_t = 0
        let context = unsafe Unmanaged.passRetained(Body(run: body)).toOpaque()
        let status = unsafe pthread_create(
            &thread,
            &attributes,
            { context in
                guard let context = unsafe context else { return nil }
                let body = unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue()
                body.run()
                return nil
            },
            context
        )
        unsafe pthread_attr_destroy(&attributes)
        precondition(status == 0, "no thread: error \(status)")
    }
}
