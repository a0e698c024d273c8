internal import CUV

/// A deadline that moves: one timer of a loop, touched only on the loop's thread.
///
/// Moving the deadline away costs nothing: the timer wakes at the old point, sees the new one, and
/// sleeps again. The owner calls ``close()`` when done; until then libuv holds the timer.
@safe
final class LoopTimer {
    private let handle: UnsafeMutablePointer<uv_timer_t>
    private var action: (() -> Void)?
    private var deadline: IOInstant?
    private var wakesAt: IOInstant?

    /// A timer that is not armed; it will call `action` each time a deadline passes.
    init(loop: EventLoop, action: @escaping () -> Void) {
        unsafe handle = .allocate(capacity: 1)
        self.action = action
        unsafe uv_timer_init(loop.uv, handle)
        unsafe handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
    }

    /// Sets the deadline, or takes it back.
    func set(_ deadline: IOInstant?) {
        self.deadline = deadline
        guard let deadline, action != nil else { return }
        if let wakesAt, wakesAt <= deadline { return }
        start(deadline)
    }

    private func start(_ instant: IOInstant) {
        wakesAt = instant
        // Counted from the loop's cached time, as libuv counts.
        let now = unsafe uv_now(uv_handle_get_loop(asHandle))
        let delay = instant.milliseconds > now ? instant.milliseconds - now : 0
        unsafe uv_timer_start(handle, { unsafe LoopTimer.fired($0) }, delay, 0)
    }

    /// Gives the timer back to libuv.
    func close() {
        guard action != nil else { return }
        action = nil
        unsafe uv_close(asHandle) { handle in
            guard let handle = unsafe handle else { return }
            unsafe Unmanaged<LoopTimer>.fromOpaque(handle.pointee.data).release()
            unsafe UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_timer_t.self)
                .deallocate()
        }
    }

    private var asHandle: UnsafeMutablePointer<uv_handle_t> {
        unsafe UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)
    }

    private static func fired(_ handle: UnsafeMutablePointer<uv_timer_t>?) {
        guard let data = unsafe handle?.pointee.data else { return }
        let timer = unsafe Unmanaged<LoopTimer>.fromOpaque(data).takeUnretainedValue()
        timer.wakesAt = nil
        guard let deadline = timer.deadline else { return }
        let now = unsafe uv_now(uv_handle_get_loop(timer.asHandle))
        guard deadline.milliseconds <= now else {
            return timer.start(deadline)
        }
        timer.deadline = nil
        timer.action?()
    }
}
