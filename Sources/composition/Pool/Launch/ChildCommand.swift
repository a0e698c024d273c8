import CProcess
import Foundation
import ServiceKit

/// Becomes another program that ends with this pool: the hidden command `venus-pool child`.
///
/// A pool that is killed with `kill -9` cannot stop its services. So each is started through this command,
/// which asks the kernel to kill the process when its parent ends, and then turns into the service.
enum ChildCommand {
    static let command = Command(
        "child",
        usage: "run a program that is killed when its parent ends",
        argumentsUsage: "<process id of the parent> <program> [arguments...]",
        isHidden: true,
        action: run
    )

    /// The arguments with which `venus-pool` runs a program this way.
    static func arguments(_ program: String, _ arguments: [String]) -> [String] {
        ["child", "\(getpid())", program] + arguments
    }

    @Sendable private static func run(_ call: Invocation) throws {
        guard call.arguments.count >= 2, let parent = Int32(call.arguments[0]) else {
            throw UsageError("child needs the parent's process id and a program")
        }
        // Ctrl-C on the terminal is for the pool, which then stops its services in order.
        _ = setpgid(0, 0)
        guard venus_signal_when_parent_ends(SIGKILL) == 0 else {
            throw CommandFailure(
                "cannot follow the parent: \(unsafe String(cString: strerror(errno)))"
            )
        }
        // It may have ended before the kernel knew.
        guard getppid() == parent else { throw CommandFailure("the pool has ended") }
        let words = Array(call.arguments.dropFirst())
        var pointers: [UnsafeMutablePointer<CChar>?] =
            unsafe words.map { unsafe strdup($0) } + [nil]
        unsafe execv(words[0], &pointers)
        throw CommandFailure("cannot run \(words[0]): \(unsafe String(cString: strerror(errno)))")
    }
}
