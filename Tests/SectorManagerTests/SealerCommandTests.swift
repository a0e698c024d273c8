import BitFields
import BuiltinActors
import CBOR
import FilecoinTypes
import Foundation
import HTTP
import JSON
import SQLStore
import ServiceKit
import Synchronization
import TestSupport
import Testing
import VenusAPI

@testable import SectorManager

/// The command line against a running sealer, a scripted node and a scripted messager.
@Suite(.serialized) struct SealerCommandTests {
    typealias Scene = SectorManagerServiceTests.Scene

    /// Runs a command line and gives its exit status, output and errors.
    private static func run(
        _ scene: Scene,
        _ arguments: String...
    ) async -> (status: Int32, output: String, errors: String) {
        let console = MemoryConsole()
        let status = await SealerProgram.application.run(
            ["--repo", scene.repository] + arguments,
            environment: [:],
            console: console
        )
        return (status, console.output, console.errors)
    }

    private static func initArguments(_ scene: Scene) -> [String] {
        [
            "init", "--network", "devnet", "--node-url", scene.node.url, "--node-token", "token",
            "--messager-url", scene.messager.url, "--messager-token", "token", "--wallet-name",
            "wallet-1", "--no-local-storage", "--proof-parameters",
            scene.parameters,
        ]
    }

    private static func runInit(
        _ scene: Scene,
        _ more: String...
    ) async throws -> (status: Int32, errors: String) {
        let console = MemoryConsole()
        let status = await SealerProgram.application.run(
            ["--repo", scene.repository] + initArguments(scene) + more,
            environment: [:],
            console: console
        )
        return (status, console.errors)
    }

    @Test func `init and storage attach work as the seed has them, before the first run`()
        async throws
    {
        let scene = try await Scene.make()
        #expect(try await Self.runInit(scene, "--actor", "t01000").status == 0)
        let again = try await Self.runInit(scene, "--actor", "t01000")
        #expect(again.status == 1)
        #expect(again.errors == "repo is already initialized at \(scene.repository)\n")

        let store = scene.sectors.folder.path("store")
        let bare = await Self.run(scene, "storage", "attach", "--init", store)
        #expect(bare.status == 2)
        #expect(bare.errors == "must specify at least one of --store or --seal\n")
        let attached = await Self.run(
            scene,
            "storage",
            "attach",
            "--init",
            "--store",
            "--seal",
            store
        )
        #expect(attached.status == 0, "\(attached.errors)")
        #expect(await Self.run(scene, "storage", "attach", scene.sectors.path).status == 0)
        let list = await Self.run(scene, "storage", "list")
        #expect(list.output.contains("\tWeight: 10; Use: Seal Store\n\tLocal: \(store)\n"))
        #expect(list.output.contains("\tUnsealed: 0; Sealed: 3; Caches: 3; Updated: 0;"))
        #expect(list.output.contains("\tUse: ReadOnly\n\tLocal: \(scene.sectors.path)\n"))
        let twice = await Self.run(scene, "storage", "attach", "--init", "--seal", store)
        #expect(twice.status == 1)
        #expect(twice.errors.hasPrefix("path is already initialized"))
        await scene.node.server.shutdown()
        await scene.messager.server.shutdown()
    }

    @Test func `a copy of a store is refused`() async throws {
        let scene = try await Scene.make()
        _ = try await Self.runInit(scene, "--actor", "t01000")
        let copy = scene.sectors.folder.path("copy")
        try FileManager.default.copyItem(atPath: scene.sectors.path, toPath: copy)
        #expect(await Self.run(scene, "storage", "attach", scene.sectors.path).status == 0)
        let refused = await Self.run(scene, "storage", "attach", copy)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("is it a copy?"))
        await scene.node.server.shutdown()
        await scene.messager.server.shutdown()
    }

    @Test func `init makes a new miner through the messager`() async throws {
        let scene = try await Scene.make()
        let worker = "\(scene.sectors.worker)"
        scene.messager.change { state in
            state.receipt = MessageReceipt(
                exitCode: .ok,
                returnValue: CreateMinerReturn(
                    idAddress: .id(1000),
                    robustAddress: .actor(seed: [1])
                ).cborBytes(),
                gasUsed: 1
            )
        }
        let made = try await Self.runInit(scene, "--worker", worker, "--sector-size", "2KiB")
        #expect(made.status == 0, "\(made.errors)")
        let message = try #require(
            scene.messager.box.state.withLock { $0.messages["uid-1"]?.message }
        )
        #expect(message.to == .power)
        #expect(message.from == scene.sectors.worker)
        #expect(message.method == 2)
        let parameters = try CreateMinerParameters(cbor: message.params)
        #expect(parameters.owner == scene.sectors.worker)
        #expect(parameters.windowPoStProofType == .stackedDrgWindow2KiBV1)
        let store = try await SealerStore(.sqlite(path: scene.repository + "/sealer.db")) { 0 }
        #expect(try await store.miner() == 1000)
        await store.close()
        await scene.node.server.shutdown()
        await scene.messager.server.shutdown()
    }

    @Test func `a message that makes no miner leaves no folder`() async throws {
        let scene = try await Scene.make()
        scene.messager.change { state in
            state.receipt = MessageReceipt(exitCode: .outOfGas, returnValue: [], gasUsed: 1)
        }
        let worker = "\(scene.sectors.worker)"
        let failed = try await Self.runInit(scene, "--worker", worker, "--sector-size", "2KiB")
        #expect(failed.status == 1)
        #expect(failed.errors.contains("uid-1 made no miner"))
        #expect(!FileManager.default.fileExists(atPath: scene.repository))
        await scene.node.server.shutdown()
        await scene.messager.server.shutdown()
    }

    @Test func `wrong use of init is told with exit status 2`() async throws {
        let scene = try await Scene.make()
        for arguments in [
            ["--actor", "nonsense"], ["--actor", "t01000", "--sector-size", "2KiB"], [],
            ["--actor", "t01000", "--network", "nowhere"],
            ["--worker", "\(scene.sectors.worker)", "--sector-size", "3KiB"],
            ["--worker", "\(scene.sectors.worker)"],
        ] {
            let console = MemoryConsole()
            let status = await SealerProgram.application.run(
                ["--repo", scene.repository] + Self.initArguments(scene) + arguments,
                environment: [:],
                console: console
            )
            #expect(status == 2, "\(arguments): \(console.errors)")
        }
        let early = await Self.run(scene, "run")
        #expect(early.status == 1)
        #expect(early.errors.contains("run venus-sealer init first"))
        await scene.node.server.shutdown()
        await scene.messager.server.shutdown()
    }

    @Test func `info has the layout and the figures of the seed`() async throws {
        let scene = try await Scene.make()
        try await scene.initialization().run()
        let service = try await scene.start()
        // The head is as old as the test, by the pool's clock.
        let offset = WallTime.nanoseconds - Int64(ScriptedNode.genesisTime) * 1_000_000_000
        let clock = scene.sectors.folder.path("clock")
        try "\(offset)\n".write(toFile: clock, atomically: true, encoding: .utf8)
        let info = await Self.run(scene, "info", "--clock-file", clock)
        #expect(info.status == 0, "\(info.errors)")
        #expect(
            info.output == """
                Chain: [sync ok] [basefee 100 aFIL]
                Sealer: t01000 (2 KiB sectors)
                Power: 0  / 15 Ti (0.0000%)
                \tRaw: 0 B / 1.5 TiB (0.0000%)
                \tCommitted: 3 GiB
                \tProving: 0 B
                Below minimum power threshold, no blocks will be won
                Sealer Balance:    383.869 FIL
                      PreCommit:  0
                      Pledge:     93.75 mFIL
                      Vesting:    0
                      Available:  383.775 FIL
                Market Balance:   0
                       Locked:    0
                       Available: 0
                Worker Balance:   1000 FIL
                Total Spendable:  1383.775 FIL

                Sectors:
                \tTotal: 3
                \tProving: 3

                """
        )
        await scene.end(service)
    }

    @Test func `sectors and proving commands show what chain and sealer know`() async throws {
        let scene = try await Scene.make([
            0: [PartitionState(live: [0, 1], faults: [1]), PartitionState(live: [2])]
        ])
        try await scene.initialization().run()
        let service = try await scene.start()
        try await scene.settle(service)
        let sectors = await Self.run(scene, "sectors", "list")
        let rows = sectors.output.split(separator: "\n").map { row in
            row.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        }
        #expect(rows.first == ["ID", "State", "OnChain", "Active", "Expiration", "Deals"])
        #expect(
            rows.dropFirst().map { $0.prefix(4).joined(separator: " ") } == [
                "0 Proving YES YES", "1 Proving YES YES", "2 Proving YES NO",
            ]
        )
        #expect(sectors.output.contains("1000000 (in 16 weeks 3 days)"))
        let status = await Self.run(scene, "sectors", "status", "--on-chain-info", "1")
        #expect(status.output.hasPrefix("SectorID:\t1\nStatus:\t\tProving\n"))
        #expect(await Self.run(scene, "sectors", "status", "7").status == 1)

        let deadlines = await Self.run(scene, "proving", "deadlines")
        let lines = deadlines.output.split(separator: "\n")
        #expect(lines.count == 50)
        #expect(lines[2].hasPrefix("0         2           3 (1)"))
        #expect(lines[2].hasSuffix("(current)"))
        let json = await Self.run(scene, "proving", "deadlines", "--json")
        #expect(try JSONValue(parsing: Array(json.output.utf8)).array?.count == 48)
        let faults = await Self.run(scene, "proving", "faults")
        #expect(faults.output.hasSuffix("0         0          1\n"))
        let period = await Self.run(scene, "proving", "info")
        #expect(period.output.contains("Faults:      1 (33.33%)\n"))
        #expect(period.output.contains("Deadline Open:        100 (in 16 minutes 40 seconds)\n"))

        #expect(await Self.run(scene, "proving", "check", "0").status == 0)
        try FileManager.default.removeItem(atPath: scene.sectors.replica(2))
        let bad = await Self.run(scene, "proving", "check", "--only-bad", "0")
        #expect(bad.status == 1)
        #expect(bad.output.contains("no store has the replica of s-t01000-2"))
        #expect(await Self.run(scene, "proving", "history").status == 0)
        #expect(await Self.run(scene, "stop").status == 0)
        await service.stopRequest()
        await scene.end(service)
    }
}
