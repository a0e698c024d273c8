import FilecoinTypes
import Foundation
import Genesis
import Pool
import ServiceKit
import TestSupport
import Testing

/// Creation with real keys, sectors and parameters; about half a minute.
@Suite struct PoolCreationTests {
    private static func create(_ folder: TemporaryDirectory) async throws -> PoolPlan {
        try await PoolCreation(
            folder: PoolFolder(folder.path("pool")),
            random: SeededRandom(seed: Array("pool".utf8)),
            now: { 1_700_000_000_000_000_000 }
        ).run(miners: 1, sectors: 1)
    }

    @Test func `the same seed gives the same genesis, and a second run changes nothing`()
        async throws
    {
        let first = try TemporaryDirectory()
        let plan = try await Self.create(first)
        let pool = PoolFolder(first.path("pool"))
        let genesis = try AtomicFile.read(pool.genesis)
        let offset = try #require(plan.miners[0].id.actorID)
        #expect(
            DevnetGenesis.firstDeadline.contains(DevnetGenesis.provingPeriodOffset(of: offset))
        )

        // The parameters follow from a published secret; the second pool need not make them again.
        let second = try TemporaryDirectory()
        let other = PoolFolder(second.path("pool"))
        try other.create()
        try FileManager.default.copyItem(
            atPath: pool.path + "/proof-parameters",
            toPath: other.path + "/proof-parameters"
        )
        var again = try await Self.create(second)
        #expect(try AtomicFile.read(other.genesis) == genesis)
        // Ports that were in use elsewhere are all that may differ.
        again.ports = plan.ports
        #expect(again == plan)

        let before = try FileManager.default.subpathsOfDirectory(atPath: pool.path).sorted()
        #expect(try await Self.create(first) == plan)
        #expect(try FileManager.default.subpathsOfDirectory(atPath: pool.path).sorted() == before)
        #expect(try AtomicFile.read(pool.genesis) == genesis)

        // A creation that was killed before the end goes on with the same keys and sectors.
        try FileManager.default.removeItem(atPath: pool.genesis)
        let resumed = try await Self.create(first)
        #expect(resumed == plan)
    }
}
