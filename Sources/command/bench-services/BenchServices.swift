import Benchmarking
import EventLoop
import Foundation
import HTTP
import ServiceKit

/// Measures services as their users meet them: over the network, in processes of their own.
@main
struct BenchServices {
    static func main() async throws {
        let arguments = CommandLine.arguments
        if arguments.count == 3, arguments[1] == EchoServer.command {
            return try await EchoServer.run(portFile: arguments[2])
        }
        await BenchmarkReport.main("Services, processor time of the server") { report in
            let folder = FileManager.default.temporaryDirectory
                .appendingPathComponent("venus-bench-\(UUID().uuidString)").path
            defer { try? FileManager.default.removeItem(atPath: folder) }
            try Repository.createFolder(folder)
            let starter = Starter(folder: folder)
            do {
                try await run(starter, &report)
            } catch {
                await starter.stopAll()
                throw error
            }
            await starter.stopAll()
        }
    }

    private static func run(_ starter: Starter, _ report: inout BenchmarkReport) async throws {
        let client = HTTPClient()
        let generator = LoadGenerator(folder: starter.folder)
        let auth = try await AuthBenchmark(starter, client)
        report.add(try await IdleBenchmark.row("venus-auth", auth.verify.process))
        let messager = try await IdleBenchmark.startMessager(starter, auth: auth)
        report.add(try await IdleBenchmark.row("venus-messager", messager))
        _ = await messager.terminate(grace: .seconds(5))

        let echo = try await EchoBenchmark(starter, client)
        try await measureRequests(echo, auth, generator, &report)
        try await measureConnections(echo, &report)
        await echo.stop()
        await auth.verify.stop()

        let wallet = try await WalletBenchmark(starter, client)
        report.add(try await IdleBenchmark.row("venus-wallet", wallet.sign.process))
        try await measureSigning(wallet, generator, &report)
        await wallet.sign.stop()
        await client.closeIdle()
        for row in try await PoolBenchmark.rows(starter) { report.add(row) }
    }

    private static func measureRequests(
        _ echo: EchoBenchmark,
        _ auth: AuthBenchmark,
        _ generator: LoadGenerator,
        _ report: inout BenchmarkReport
    ) async throws {
        let times = try await processorTimes(
            of: [echo.ours, echo.go, echo.nginx, auth.verify],
            generator
        )
        let (ours, go, nginx, verify) = (times[0], times[1], times[2], times[3])
        report.add(
            BenchmarkRow(
                "JSON-RPC echo",
                ours,
                reference: go.median,
                referenceName: "Go net/http and encoding/json",
                bound: .ratioAtMost(0.5)
            )
        )
        report.add(
            BenchmarkRow(
                "JSON-RPC echo beside nginx",
                ours,
                reference: nginx.median,
                referenceName: "nginx, fixed answer"
            )
        )
        report.add(
            BenchmarkRow(
                "token verification",
                verify,
                reference: ours.median,
                referenceName: "our echo",
                bound: .ratioAtMost(2)
            )
        )
        report.add(
            BenchmarkRow(
                "token verification beside nginx",
                verify,
                reference: nginx.median,
                referenceName: "nginx, fixed answer",
                bound: .ratioAtMost(3)
            )
        )
    }

    private static func measureConnections(
        _ echo: EchoBenchmark,
        _ report: inout BenchmarkReport
    ) async throws {
        report.add(
            BenchmarkRow(
                "memory of an idle connection",
                value: try await IdleBenchmark.bytesPerConnection(echo.ours),
                unit: "B",
                reference: try await IdleBenchmark.bytesPerConnection(echo.go),
                referenceName: "Go net/http"
            )
        )
    }

    private static func measureSigning(
        _ wallet: WalletBenchmark,
        _ generator: LoadGenerator,
        _ report: inout BenchmarkReport
    ) async throws {
        // Taken before and after, so that both see the same machine.
        let before = try WalletBenchmark.rawSigning()
        let signing = try await processorTimes(of: [wallet.sign], generator)[0]
        let after = try WalletBenchmark.rawSigning()
        let raw = Measurement(rounds: before.rounds + after.rounds)
        report.add(
            BenchmarkRow(
                "BLS signatures over RPC, per second of processor time",
                value: 1 / signing.median,
                unit: "1/s",
                reference: 1 / raw.median,
                referenceName: "blst alone on one core",
                bound: .ratioAtLeast(0.85)
            )
        )
    }
}
