internal import CUV
internal import Glibc

/// A program that this process started, and its end.
@safe
package actor ChildProcess {
    /// Where standard output or standard error goes.
    package enum Output: Hashable, Sendable {
        /// Nowhere.
        case discarded
        /// Where this process writes.
        case inherited
        /// To the end of a file, made with mode 0600 if need be.
        case file(String)
    }

    /// How a program ended.
    package enum Exit: Hashable, Sendable, CustomStringConvertible {
        /// By itself, with this status.
        case status(Int)
        /// By this signal.
        case signal(Int32)

        /// Whether it succeeded.
        package var isSuccess: Bool { self == .status(0) }

        package var description: String {
            switch self {
            case .status(let status): "exit status \(status)"
            case .signal(let signal): "signal \(signal)"
            }
        }
    }

    /// What to start, and how.
    package struct Options: Sendable {
        /// The program: a path, or a name to look for in `PATH`.
        package var executable: String
        /// Its arguments, without its own name.
        ///
        /// Every user of the machine can see them: no secrets.
        package var arguments: [String]
        /// `NAME=value`; `nil` hands on this process's environment.
        package var environment: [String]?
        /// The folder in which it starts; `nil` is this process's.
        package var directory: String?
        /// Where its standard output goes.
        package var output: Output = .inherited
        /// Where its standard error goes.
        package var errors: Output = .inherited

        /// A program with arguments; input comes from nowhere.
        package init(_ executable: String, _ arguments: [String] = []) {
            self.executable = executable
            self.arguments = arguments
        }
    }

    package nonisolated let unownedExecutor: UnownedSerialExecutor
    private nonisolated let loop: EventLoop
    private let handle: UnsafeMutablePointer<uv_process_t> = .allocate(capacity: 1)
    private var exit: Exit?
    private var waiting: [CheckedContinuation<Exit, Never>] = []
    /// The number of the process; 0 before it starts.
    package private(set) var identifier: Int32 = 0

    private init(loop: EventLoop) {
        self.loop = loop
        unsafe unownedExecutor = loop.asUnownedSerialExecutor()
    }

    /// Starts a program.
    ///
    /// - Throws: `IOError` with the system's reason; `refused` if there is no such program.
    package static func start(
        _ options: Options,
        loop: EventLoop = .shared
    ) async throws(IOError) -> ChildProcess {
        let process = ChildProcess(loop: loop)
        try await process.spawn(options)
        return process
    }

    /// Waits for the end of the program, at once if it has ended.
    package func wait() async -> Exit {
        if let exit { return exit }
        return await withCheckedContinuation { continuation in
            // The program may have ended before this closure runs.
            if let exit {
                continuation.resume(returning: exit)
            } else {
                waiting.append(continuation)
            }
        }
    }

    /// Sends a signal, unless the program has ended; `SIGTERM` asks it to end.
    package func send(signal: Int32) {
        guard exit == nil else { return }
        unsafe _ = uv_process_kill(handle, signal)
    }

    /// Asks the program to end, and kills it if it has not after `grace`.
    package func terminate(grace: Duration) async -> Exit {
        send(signal: SIGTERM)
        // Cancelled as soon as the program has ended.
        let killer = Task {
            try await Task.sleep(for: grace)
            self.send(signal: SIGKILL)
        }
        defer { killer.cancel() }
        return await wait()
    }

    // MARK: - libuv

    private func spawn(_ options: Options) throws(IOError) {
        let what = "start \(options.executable)"
        var descriptors: [Int32] = []
        defer { for descriptor in descriptors where descriptor > 2 { _ = Glibc.close(descriptor) } }
        descriptors.append(try Self.open("/dev/null", O_RDONLY))
        descriptors.append(try Self.descriptor(options.output, inherited: 1))
        descriptors.append(try Self.descriptor(options.errors, inherited: 2))
        // Kept until the exit callback.
        unsafe handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
        let arguments = [options.executable] + options.arguments
        let status = unsafe Self.withCStrings(arguments) { arguments in
            unsafe Self.withCStrings(options.environment ?? []) { environment in
                unsafe Self.spawn(
                    loop,
                    handle,
                    options,
                    arguments,
                    options.environment == nil ? nil : environment,
                    descriptors
                )
            }
        }
        guard status == 0 else {
            unsafe uv_close(base) { handle in
                unsafe handle.map { unsafe ChildProcess.free($0) }
            }
            throw IOError(uv: status, what)
        }
        identifier = unsafe handle.pointee.pid
    }

    private static func spawn(
        _ loop: EventLoop,
        _ handle: UnsafeMutablePointer<uv_process_t>,
        _ options: Options,
        _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
        _ environment: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
        _ descriptors: [Int32]
    ) -> Int32 {
        var containers = unsafe descriptors.map { descriptor in
            var container = unsafe uv_stdio_container_t()
            unsafe container.flags = UV_INHERIT_FD
            unsafe container.data.fd = descriptor
            return unsafe container
        }
        return unsafe containers.withUnsafeMutableBufferPointer { containers in
            unsafe options.executable.withCString { file in
                unsafe (options.directory ?? "").withCString { directory in
                    var system = unsafe uv_process_options_t()
                    unsafe system.file = file
                    unsafe system.args = arguments
                    unsafe system.env = environment
                    unsafe system.cwd = options.directory == nil ? nil : directory
                    unsafe system.stdio_count = Int32(containers.count)
                    unsafe system.stdio = containers.baseAddress
                    unsafe system.exit_cb = { handle, status, signal in
                        guard let handle = unsafe handle else { return }
                        unsafe ChildProcess.ended(handle, status, signal)
                    }
                    return unsafe uv_spawn(loop.uv, handle, &system)
                }
            }
        }
    }

    private static func ended(
        _ handle: UnsafeMutablePointer<uv_process_t>,
        _ status: Int64,
        _ signal: Int32
    ) {
        let process = unsafe Unmanaged<ChildProcess>.fromOpaque(handle.pointee.data)
            .takeUnretainedValue()
        process.assumeIsolated { process in
            process.finish(signal == 0 ? .status(Int(status)) : .signal(signal))
        }
    }

    private func finish(_ exit: Exit) {
        self.exit = exit
        for continuation in waiting { continuation.resume(returning: exit) }
        waiting = []
        unsafe uv_close(base) { handle in unsafe handle.map { unsafe ChildProcess.free($0) } }
    }

    /// Gives back the handle and the reference that it held.
    private static func free(_ handle: UnsafeMutablePointer<uv_handle_t>) {
        let data = unsafe handle.pointee.data
        unsafe UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_process_t.self)
            .deallocate()
        if let data = unsafe data { unsafe Unmanaged<ChildProcess>.fromOpaque(data).release() }
    }

    private var base: UnsafeMutablePointer<uv_handle_t> {
        unsafe UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)
    }

    // MARK: - Files

    private static func descriptor(_ output: Output, inherited: Int32) throws(IOError) -> Int32 {
        switch output {
        case .discarded: try open("/dev/null", O_WRONLY)
        case .inherited: inherited
        case .file(let path): try open(path, O_WRONLY | O_CREAT | O_APPEND)
        }
    }

    private static func open(_ path: String, _ flags: Int32) throws(IOError) -> Int32 {
        let descriptor = unsafe Glibc.open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw IOError(.other, "open \(path): \(unsafe String(cString: strerror(Glibc.errno)))")
        }
        return descriptor
    }

    /// Calls `body` with a list of C strings that ends with a null pointer.
    private static func withCStrings(
        _ strings: [String],
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32
    ) -> Int32 {
        var pointers: [UnsafeMutablePointer<CChar>?] =
            unsafe strings.map { unsafe strdup($0) } + [nil]
        defer { unsafe pointers.forEach { unsafe Glibc.free($0) } }
        return unsafe pointers.withUnsafeMutableBufferPointer { unsafe body($0.baseAddress) }
    }
}
