import ServiceKit

/// The acceptance scenario of a devnet in real time.
struct DevnetCheck: Sendable {
    let pool: PoolUnderTest
    let report: CheckReport
    /// The short form: checks 1 to 4 with fewer blocks and transfers, and one kill of the messager.
    let isQuick: Bool
    /// The numbers of the checks to run; empty for all.
    let only: Set<String>

    private func isWanted(_ number: String) -> Bool { only.isEmpty || only.contains(number) }

    func run() async {
        guard await report.check("0   the pool comes up", { try await pool.start() }) else {
            try? await pool.stop()
            return
        }
        await runChecks()
        if isWanted("7"), !isQuick { await ResumeChecks(pool: pool, report: report).run() }
        await report.check("8   the pool stops cleanly") { try await pool.stop() }
    }

    /// The checks that need no other start of the pool than its first.
    func runChecks() async {
        let chain = ChainChecks(pool: pool, report: report)
        if isWanted("1") { await AccessChecks(pool: pool, report: report).run() }
        if isWanted("2") { await chain.checkBlocks(ofEach: isQuick ? 2 : 5) }
        if isWanted("3") { await chain.checkTransfers(isQuick ? 20 : 200) }
        if isWanted("4") { await AlteredBlockChecks(pool: pool, report: report).run() }
        if isWanted("5"), !isQuick { await ProvingChecks(pool: pool, report: report).run() }
        if isWanted("6") {
            let faults = FaultChecks(pool: pool, report: report)
            let all: [ServiceName] = [
                .auth, .messager, .miner, .node, .wallet(1), .sealer(1),
            ]
            if isQuick {
                await faults.run(killing: [.messager], stopping: [])
            } else {
                await faults.run(killing: all, stopping: all)
            }
        }
        if isWanted("7"), !isQuick { await RefusalChecks(pool: pool, report: report).run() }
    }
}
