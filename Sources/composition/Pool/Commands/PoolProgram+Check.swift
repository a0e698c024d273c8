import EventLoop
import Foundation
import ServiceKit

extension PoolProgram {
    static let check = Command(
        "check",
        usage: "run a new pool and check that it does what it should; ends with status 0 or 1",
        flags: [
            Flag("quick", .boolean, usage: "the short form: about five minutes"),
            Flag("only", .list, usage: "only the check of this number; may be repeated"),
            Flag("keep", .boolean, usage: "keep the pool's folder also when every check passed"),
            Flag("running", .boolean, usage: "check the pool that runs in --data, as it is"),
            Flag("block-delay", .integer, default: "10", usage: "seconds of an epoch"), dataFlag,
        ]
    ) { call in
        let report = CheckReport(console: call.console)
        if call.boolean("running") { return try await checkRunning(call, report) }
        let base = folder(call)
        try Repository.createFolder(base.path)
        let folder = PoolFolder("\(base.path)/pool-\(getpid())")
        let programs = try ProcessHost.programs()
        // The parameters of the proofs are the same for every devnet.
        try PoolCreation.shareParameters(from: base, to: folder)
        let creation = PoolCreation(folder: folder, progress: progress(call))
        let delay = call.integer("block-delay")
        guard (4...3600).contains(delay) else { throw UsageError("--block-delay is 4 to 3600") }
        let plan = try await creation.run(blockDelaySeconds: UInt64(delay))
        try PoolCreation.shareParameters(from: folder, to: base)
        let pool = PoolUnderTest(folder: folder, plan: plan, programs: programs)
        report.note("the pool is in \(folder.path)")
        await checks(call, pool, report).run()
        report.finish()
        guard !report.hasFailed else {
            throw CommandFailure("the pool's logs are in \(folder.path)/logs")
        }
        if !call.boolean("keep") { try FileManager.default.removeItem(atPath: folder.path) }
    }

    private static func checks(
        _ call: Invocation,
        _ pool: PoolUnderTest,
        _ report: CheckReport
    ) -> DevnetCheck {
        DevnetCheck(
            pool: pool,
            report: report,
            isQuick: call.boolean("quick"),
            only: Set(call.list("only"))
        )
    }

    /// Plays checks against a pool that somebody else started; it is neither made nor stopped.
    private static func checkRunning(_ call: Invocation, _ report: CheckReport) async throws {
        let (folder, plan) = try pool(call)
        let pool = PoolUnderTest(
            folder: folder,
            plan: plan,
            programs: try ProcessHost.programs()
        )
        await checks(call, pool, report).runChecks()
        report.finish()
        if report.hasFailed { throw CommandFailure("the pool's logs are in \(folder.path)/logs") }
    }
}
