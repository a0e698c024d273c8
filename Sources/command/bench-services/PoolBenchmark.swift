import Benchmarking
import EventLoop
import Foundation
import ServiceKit

/// A whole devnet in processes of their own: what each service holds in memory between two proofs.
enum PoolBenchmark {
    /// How long the pool lives before its memory counts: some blocks are made by then.
    private static let age: Duration = .seconds(90)
    /// How often memory is looked at, once a second: some looks fall between two proofs.
    private static let looks = 30

    /// A row for each service of the pool.
    static func rows(_ starter: Starter) async throws -> [BenchmarkRow] {
        let folder = try starter.makeFolder("pool")
        let pool = try await starter.start(
            starter.neighbour("venus-pool"),
            ["--data", folder, "devnet"],
            log: "pool"
        )
        _ = try await starter.text(
            ofFile: starter.folder + "/pool.log",
            writtenBy: pool,
            containing: "the pool is up"
        )
        try await Task.sleep(for: age)
        var least: [String: Int] = [:]
        for _ in 0..<looks {
            try await Task.sleep(for: .seconds(1))
            for (name, process) in try processes(folder) {
                let bytes = try ProcessUsage(of: process).residentBytes
                least[name] = min(least[name] ?? .max, bytes)
            }
        }
        _ = await pool.terminate(grace: .seconds(120))
        return least.sorted { $0.key < $1.key }.map { name, bytes in
            BenchmarkRow(
                "memory of \(name) of a pool of two miners, between proofs",
                value: Double(bytes),
                unit: "B",
                bound: .valueAtMost(name == "node" ? 150e6 : 60e6)
            )
        }
    }

    /// The processes of the services, by name.
    private static func processes(_ folder: String) throws -> [String: Int32] {
        let folder = folder + "/processes"
        var numbers: [String: Int32] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let text = try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
            guard let number = Int32(text.prefix { !$0.isNewline }) else {
                throw LoadGenerator.Failure(description: "\(folder)/\(name) holds \(text)")
            }
            numbers[name] = number
        }
        return numbers
    }
}
