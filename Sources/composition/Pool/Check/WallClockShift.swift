import EventLoop
import Foundation
import ServiceKit

/// Moves the wall clock that a process and its children see.
///
/// The system's own clock belongs to everybody on the machine. So a library of a few lines is compiled and
/// loaded before the C library (`LD_PRELOAD`), which adds to what `clock_gettime` says of real time; the
/// monotonic clock, by which network time-outs go, stays as it is.
struct WallClockShift: Sendable {
    private static let variable = "VENUS_WALL_CLOCK_SHIFT"

    private static let source = """
        #define _GNU_SOURCE
        #include <stdlib.h>
        #include <sys/syscall.h>
        #include <time.h>
        #include <unistd.h>

        int clock_gettime(clockid_t clock, struct timespec *time) {
            long result = syscall(SYS_clock_gettime, clock, time);
            const char *shift = getenv("\(variable)");
            if (result == 0 && clock == CLOCK_REALTIME && shift) time->tv_sec += atoll(shift);
            return (int)result;
        }

        """

    private let library: String

    /// Compiles the library into a folder.
    ///
    /// - Throws: ``CheckFailure`` if there is no C compiler; what files say.
    init(folder: String) async throws {
        library = folder + "/wall-clock-shift.so"
        let file = folder + "/wall-clock-shift.c"
        try AtomicFile.write(Self.source, to: file)
        let compiler = try await ChildProcess.start(
            ChildProcess.Options("cc", ["-shared", "-fPIC", "-O2", "-o", library, file])
        )
        let exit = await compiler.wait()
        try require(exit.isSuccess, "cc cannot compile \(file): \(exit)")
    }

    /// The environment of a process that sees the wall clock moved by so many seconds.
    func environment(seconds: Int64) -> [String] {
        var environment = ProcessInfo.processInfo.environment
        environment["LD_PRELOAD"] = library
        environment[Self.variable] = "\(seconds)"
        return environment.map { "\($0.key)=\($0.value)" }
    }
}
