import EventLoop
import Foundation
package import ServiceKit
import Synchronization

/// A pool from its start to its end: holds its folder, keeps its clock, starts and stops its services, and
/// shows it.
package struct PoolRun: Sendable {
    /// How a running pool is shown.
    package enum Display: Sendable {
        /// A table that is written over itself.
        case table
        /// A line for whatever happens.
        case lines
    }

    /// Between two notes that the pool is alive.
    private static let heartbeat: Duration = .milliseconds(500)

    let folder: PoolFolder
    let plan: PoolPlan
    let display: Display
    let console: any Console
    let clock: OffsetClock
    private let notes = NoteBoard()

    package init(
        folder: PoolFolder,
        plan: PoolPlan,
        display: Display,
        console: any Console
    ) throws {
        self.folder = folder
        self.plan = plan
        self.display = display
        self.console = console
        // Protocol time goes on from here.
        try folder.clock.resume()
        clock = try OffsetClock(file: folder.clock.path)
    }

    /// Runs until a signal asks it to end, or a service does not start.
    package func run(_ makeHost: MakeHost) async throws {
        try await PortAllocation.check(plan)
        try AtomicFile.write("\(getpid())\n", to: folder.processID, mode: 0o644)
        let host = try makeHost(folder, plan, note)
        let launch = PoolLaunch(folder: folder, plan: plan, host: host, note: note)
        let (folder, clock) = (folder, clock)
        try await withThrowingTaskGroup { group in
            // Ends when the group is cancelled: after everything was stopped.
            group.addTask { try await keepClock() }
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await serve(launch, folder, clock)) } catch {
                outcome = .failure(error)
            }
            await launch.stop()
            group.cancelAll()
            try outcome.get()
        }
    }

    package typealias MakeHost =
        @Sendable (
            PoolFolder, PoolPlan, @escaping @Sendable (ServiceName, String) -> Void
        ) throws -> any ServiceHost

    /// Starts everything and shows it until a signal comes.
    private func serve(
        _ launch: PoolLaunch,
        _ folder: PoolFolder,
        _ clock: OffsetClock
    ) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { await TerminationSignal.wait() }
            group.addTask {
                try await launch.start()
                note("the pool is up; data in \(folder.path)")
                try await show()
            }
            try await group.next()
            group.cancelAll()
        }
    }

    /// Notes twice a second that the pool is alive.
    private func keepClock() async throws {
        guard let begin = try folder.clock.read() else { return }
        let file = folder.clock
        while true {
            try await BlockingPool.shared.run {
                try file.write(
                    StoppedTime(offset: begin.offset, lastAlive: WallTime.nanoseconds)
                )
            }
            do { try await Task.sleep(for: Self.heartbeat) } catch { return }
        }
    }

    // MARK: - Showing

    private func show() async throws {
        let observer = PoolObserver(folder: folder, plan: plan, clock: clock)
        var shown = ""
        while !Task.isCancelled {
            let view = await observer.look()
            switch display {
            case .table:
                let recent = notes.lines.suffix(5).joined(separator: "\n")
                // Home, the text with each line cleared behind it, and what is below cleared.
                let text = (PoolTable.text(view) + "\n" + recent + "\n")
                    .replacing("\n", with: "\u{1b}[K\n")
                console.write("\u{1b}[H\(text)\u{1b}[J")
            case .lines:
                let line = PoolTable.line(view)
                if line != shown { print(line) }
                shown = line
            }
            do { try await Task.sleep(for: .seconds(1)) } catch { return }
        }
    }

    private func note(_ service: ServiceName, _ text: String) { note("\(service) \(text)") }

    private func note(_ text: String) {
        let time = CivilTime(nanoseconds: WallTime.nanoseconds).plain
        notes.add("\(time)  \(text)")
        if case .lines = display { print(text) }
    }

    private func print(_ text: String) {
        let time = CivilTime(nanoseconds: WallTime.nanoseconds).plain
        console.write("\(time)  \(text)\n")
    }
}

/// The last things that happened to services.
private final class NoteBoard: Sendable {
    private static let limit = 100
    private let kept = Mutex<[String]>([])

    var lines: [String] { kept.withLock { $0 } }

    func add(_ line: String) {
        kept.withLock { kept in
            kept.append(line)
            if kept.count > Self.limit { kept.removeFirst() }
        }
    }
}
