import Foundation
import JSON
import ServiceKit

extension PoolProgram {
    static let devnet = Command(
        "devnet",
        aliases: ["run"],
        usage: "make a pool unless there is one, start it, and show it until Ctrl-C",
        flags: creationFlags + [
            Flag("in-process", .boolean, usage: "run all services inside this process"), dataFlag,
        ]
    ) { call in
        let folder = folder(call)
        try folder.create()
        // One pool at a time works in a folder.
        let lock = try Repository(folder.path)
        defer { lock.unlock() }
        let plan = try await makePool(call, folder)
        let isTerminal = isatty(STDOUT_FILENO) == 1
        if isTerminal { call.console.write("\u{1b}[2J") }
        let run = try PoolRun(
            folder: folder,
            plan: plan,
            display: isTerminal ? .table : .lines,
            console: call.console
        )
        let clock = run.clock
        if call.boolean("in-process") {
            return try await run.run { folder, plan, _ in
                InProcessHost(folder: folder, plan: plan, clock: clock)
            }
        }
        let programs = try ProcessHost.programs()
        try await run.run { folder, plan, note in
            ProcessHost(folder: folder, plan: plan, programs: programs, note: note)
        }
    }

    // MARK: - Looking at a pool

    /// The pool in the folder of a call.
    ///
    /// - Throws: `CommandFailure` if there is none.
    static func pool(_ call: Invocation) throws -> (PoolFolder, PoolPlan) {
        let folder = folder(call)
        guard let plan = try folder.readPlan() else {
            throw CommandFailure(
                "there is no pool in \(folder.path); make one with venus-pool devnet"
            )
        }
        return (folder, plan)
    }

    static let status = Command(
        "status",
        usage: "show what a running pool does",
        flags: [Flag("json", .boolean, usage: "print JSON"), dataFlag]
    ) { call in
        let (folder, plan) = try pool(call)
        let clock = try OffsetClock(file: folder.clock.path)
        let view = await PoolObserver(folder: folder, plan: plan, clock: clock).look()
        if call.boolean("json") {
            call.print(view.jsonText(.indented()))
        } else {
            call.console.write(PoolTable.text(view))
        }
        if view.services.contains(where: { !$0.isHealthy }) {
            throw CommandFailure("not every service answers")
        }
    }

    static let logs = Command(
        "logs",
        usage: "print the end of the services' logs",
        argumentsUsage: "[service]",
        flags: [
            Flag("lines", .integer, aliases: ["n"], default: "20", usage: "lines of each"),
            dataFlag,
        ]
    ) { call in
        let (folder, plan) = try pool(call)
        var services = plan.services
        if let text = call.arguments.first {
            guard let service = ServiceName(text), services.contains(service) else {
                let names = services.map(\.description).joined(separator: ", ")
                throw UsageError("the pool has no service \"\(text)\"; it has \(names)")
            }
            services = [service]
        }
        let count = Int(clamping: max(0, call.integer("lines")))
        for service in services {
            let path = folder.log(service)
            guard FileManager.default.fileExists(atPath: path) else { continue }
            if services.count > 1 { call.print("==> \(service): \(path)") }
            for line in try tail(path, lines: count) { call.print(line) }
        }
    }

    /// The last lines of a file, of its last MiB.
    private static func tail(_ path: String, lines: Int) throws -> [String] {
        let limit: UInt64 = 1 << 20
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? file.close() }
        let end = try file.seekToEnd()
        try file.seek(toOffset: end > limit ? end - limit : 0)
        let bytes = try file.readToEnd() ?? Data()
        let text = String(decoding: bytes, as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).suffix(lines).map(String.init)
    }

    static let stop = Command(
        "stop",
        usage: "stop a running pool and wait until it has ended",
        flags: [dataFlag]
    ) { call in
        let (folder, _) = try pool(call)
        if let lock = try? Repository(folder.path) {
            lock.unlock()
            throw CommandFailure("no pool runs in \(folder.path)")
        }
        guard let process = Int32(try AtomicFile.word(folder.processID)), process > 1 else {
            throw CommandFailure("\(folder.processID) names no process")
        }
        guard kill(process, SIGTERM) == 0 else {
            throw CommandFailure(
                "cannot signal process \(process): \(unsafe String(cString: strerror(errno)))"
            )
        }
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(120)
        while clock.now < deadline {
            if let lock = try? Repository(folder.path) { return lock.unlock() }
            try await Task.sleep(for: .milliseconds(200))
        }
        throw CommandFailure("process \(process) has not ended after two minutes")
    }

    // MARK: - Environment

    static let environment = Command(
        "env",
        usage: "print what makes every client command work with a pool: eval $(venus-pool env)",
        flags: [Flag("wallet", .integer, default: "1", usage: "which wallet and sealer"), dataFlag]
    ) { call in
        let (folder, plan) = try pool(call)
        let number = Int(clamping: call.integer("wallet"))
        guard (1...plan.miners.count).contains(number) else {
            throw UsageError("--wallet is 1 to \(plan.miners.count)")
        }
        for (name, value) in environment(folder, number: number) {
            call.print("export \(name)=\(quoted(value))")
        }
        call.print("export PATH=\(quoted(try ProcessHost.programs())):\"$PATH\"")
    }

    /// The variables with which the programs find the services of a pool.
    package static func environment(_ folder: PoolFolder, number: Int) -> [(String, String)] {
        [
            ("VENUS_POOL_PATH", folder.path),
            ("VENUS_AUTH_PATH", folder.repository(.auth)),
            ("VENUS_PATH", folder.repository(.node)),
            ("VENUS_MESSAGER_PATH", folder.repository(.messager)),
            ("VENUS_MINER_PATH", folder.repository(.miner)),
            ("VENUS_WALLET_PATH", folder.repository(.wallet(number))),
            ("VENUS_SEALER_PATH", folder.repository(.sealer(number))),
        ]
    }

    /// A word of the shell that means itself.
    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
