import EventLoop
import Foundation
import HTTP
import ServiceKit

/// Runs each service of a pool as a process of its own, and starts it again when it ends.
package final class ProcessHost: ServiceHost {
    private let processes: [ServiceName: SupervisedProcess]

    /// - Parameters:
    ///   - folder: The pool.
    ///   - plan: What it consists of.
    ///   - programs: The folder with the programs.
    ///   - note: Is told what happens to services, for a person.
    package init(
        folder: PoolFolder,
        plan: PoolPlan,
        programs: String,
        note: @escaping @Sendable (ServiceName, String) -> Void
    ) {
        let health = HealthCheck(http: HTTPClient())
        var processes: [ServiceName: SupervisedProcess] = [:]
        for service in plan.services {
            let arguments = ServiceArguments(folder: folder, plan: plan).arguments(of: service)
            let program = "\(programs)/\(service.program)"
            var options = ChildProcess.Options(
                "\(programs)/venus-pool",
                ChildCommand.arguments(program, arguments)
            )
            options.output = .file(folder.log(service))
            options.errors = .file(folder.log(service))
            let port = plan.port(service)
            processes[service] = SupervisedProcess(
                options: options,
                log: folder.log(service),
                numberFile: folder.serviceProcessID(service),
                readyFile: service.writesAddress ? folder.repository(service) + "/api" : nil,
                answers: { await health.isHealthy(port: port) },
                note: { note(service, $0) }
            )
        }
        self.processes = processes
    }

    /// The folder of the program that runs.
    ///
    /// - Throws: `CommandFailure` if the system does not tell.
    package static func programs() throws -> String {
        let path = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: path).deletingLastPathComponent().path
    }

    package func start(_ service: ServiceName) async throws {
        guard let process = processes[service] else { return }
        do { try await process.start() } catch {
            throw CommandFailure("\(service) does not start: \(error)")
        }
    }

    package func stop(_ service: ServiceName) async { await processes[service]?.stop() }

    package func status(of service: ServiceName) async -> ServiceStatus {
        await processes[service]?.status ?? ServiceStatus(phase: .idle)
    }
}

/// One process that is started again when it ends.
actor SupervisedProcess {
    /// How long a process may take to end by itself.
    private static let grace: Duration = .seconds(20)
    /// Between two looks whether it answers.
    private static let patience: Duration = .milliseconds(100)
    /// A log that has grown beyond is put aside when the process starts.
    private static let maximumLogBytes = 64 << 20

    private let options: ChildProcess.Options
    private let log: String
    /// Where the number of the process is written.
    private let numberFile: String
    /// What the service writes last when it starts, after its token.
    private let readyFile: String?
    private let answers: @Sendable () async -> Bool
    private let note: @Sendable (String) -> Void
    private var supervision = Supervision()
    private var process: ChildProcess?
    private var processID: Int32?
    private var waiters: [CheckedContinuation<Void, any Error>] = []
    /// Why it ended last.
    private var lastEnd = ""
    private var loop: Task<Void, Never>?

    init(
        options: ChildProcess.Options,
        log: String,
        numberFile: String,
        readyFile: String?,
        answers: @escaping @Sendable () async -> Bool,
        note: @escaping @Sendable (String) -> Void
    ) {
        self.options = options
        self.log = log
        self.numberFile = numberFile
        self.readyFile = readyFile
        self.answers = answers
        self.note = note
    }

    var status: ServiceStatus {
        ServiceStatus(
            phase: supervision.phase,
            restarts: supervision.restarts,
            processID: processID
        )
    }

    /// Starts the process and returns when it answers.
    func start() async throws {
        let action = supervision.apply(.start)
        guard action == .spawn else { return }
        // Ends with the process; stop() waits for it.
        loop = Task { await self.supervise(action) }
        try await withCheckedThrowingContinuation { waiters.append($0) }
    }

    /// Asks the process to end and waits until it has; kills it after a while.
    func stop() async {
        let action = supervision.apply(.stop)
        loop?.cancel()
        if action == .terminate, let process {
            _ = await process.terminate(grace: Self.grace)
        }
        await loop?.value
        loop = nil
    }

    // MARK: - Loop

    private func supervise(_ first: Supervision.Action) async {
        var action = first
        while true {
            switch action {
            case .spawn: action = supervision.apply(.ended(after: await runOnce()))
            case .pause(let duration):
                note("\(lastEnd); starts again in \(GoDuration.text(duration))")
                do {
                    try await Task.sleep(for: duration)
                    action = supervision.apply(.pauseOver)
                } catch { action = supervision.apply(.stop) }
            case .terminate, .nothing, .leave:
                resumeWaiters(throwing: CommandFailure(lastEnd + "; see \(log)"))
                return
            }
        }
    }

    /// Runs the process to its end and returns how long that took.
    private func runOnce() async -> Duration {
        let begin = ContinuousClock.now
        putLogAside()
        // So that the old one is not taken for the new one's.
        if let readyFile { try? FileManager.default.removeItem(atPath: readyFile) }
        do {
            let process = try await ChildProcess.start(options)
            self.process = process
            let number = await process.identifier
            processID = number
            // Only for people and checks that look for it.
            try? AtomicFile.write("\(number)\n", to: numberFile, mode: 0o644)
            // A stop that came while it was being started.
            if supervision.phase == .stopping { await process.send(signal: SIGTERM) }
            let watch = Task { await self.awaitAnswer() }
            let exit = await process.wait()
            watch.cancel()
            await watch.value
            lastEnd = "ended with \(exit)"
        } catch { lastEnd = "\(error)" }
        process = nil
        processID = nil
        return ContinuousClock.now - begin
    }

    private func awaitAnswer() async {
        while !Task.isCancelled {
            let isReady = readyFile.map(FileManager.default.fileExists(atPath:)) ?? true
            if isReady, await answers() {
                guard !Task.isCancelled else { return }
                let wasUp = supervision.hasBeenUp
                _ = supervision.apply(.answered)
                if wasUp { note("is back") }
                resumeWaiters()
                return
            }
            do { try await Task.sleep(for: Self.patience) } catch { return }
        }
    }

    private func resumeWaiters(throwing error: CommandFailure? = nil) {
        for waiter in waiters {
            if let error { waiter.resume(throwing: error) } else { waiter.resume() }
        }
        waiters = []
    }

    private func putLogAside() {
        let attributes = try? FileManager.default.attributesOfItem(atPath: log)
        guard let size = attributes?[.size] as? Int, size > Self.maximumLogBytes else { return }
        try? FileManager.default.removeItem(atPath: log + ".1")
        try? FileManager.default.moveItem(atPath: log, toPath: log + ".1")
    }
}
