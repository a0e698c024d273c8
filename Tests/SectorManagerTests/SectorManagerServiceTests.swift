import BitFields
import BuiltinActors
import Bytes
import CBOR
import EventLoop
import FilecoinTypes
import Foundation
import HTTP
import JSON
import JSONRPC
import ServiceKit
import StorageCircuits
import StorageProofs
import TestSupport
import Testing
import VenusAPI

@testable import SectorManager

/// The service with real sectors and proofs, a scripted node and a scripted messager.
@Suite(.serialized) struct SectorManagerServiceTests {
    /// What a test works with.
    struct Scene {
        let sectors: SealedSectors
        let node: ScriptedNode
        let messager: ScriptedMessager
        let repository: String
        /// The folder that holds the parameters of proofs.
        let parameters: String
        let clock: ManualClock

        static func make(
            _ partitions: [UInt64: [PartitionState]] = [0: [PartitionState(live: [0, 1])]]
        ) async throws -> Scene {
            let sectors = try SealedSectors()
            return Scene(
                sectors: sectors,
                node: try await ScriptedNode(sectors, partitions: partitions),
                messager: try await ScriptedMessager(),
                repository: sectors.folder.path("sealer"),
                parameters: try await DevnetParameters.folder(),
                clock: ManualClock(
                    now: ProtocolTime(seconds: Int64(ScriptedNode.genesisTime))
                )
            )
        }

        func initialization() -> SealerInitialization {
            var configuration = SealerConfiguration()
            configuration.network = "devnet"
            configuration.nodeURL = node.url
            configuration.nodeToken = "token"
            configuration.messagerURL = messager.url
            configuration.messagerToken = "token"
            configuration.proofParameters = parameters
            configuration.listen = "/ip4/127.0.0.1/tcp/0/http"
            configuration.declaresFaults = false
            var work = SealerInitialization(
                repository: repository,
                miner: .existing(.id(SealedSectors.miner)),
                configuration: configuration
            )
            work.hasLocalStorage = false
            work.preSealedSectors = [sectors.path]
            work.preSealedMetadata = sectors.manifestPath
            return work
        }

        func start() async throws -> SectorManagerService {
            var options = SectorManagerOptions(repository: repository, clock: clock)
            options.log = LogSystem(level: .trace, sinks: [MemorySink()])
            options.threads = 2
            return try await SectorManagerService.start(options)
        }

        func client(_ service: SectorManagerService, _ token: String? = nil) throws -> RPCClient {
            let url = try #require(HTTPURL("http://127.0.0.1:\(service.address.port ?? 0)/rpc/v0"))
            return RPCClient(url, token: token ?? service.localToken.revealed)
        }

        /// A head at an epoch, at its time.
        func grow(to epoch: ChainEpoch, _ service: SectorManagerService) async throws {
            let time = ScriptedNode.genesisTime + ScriptedNode.blockDelay * UInt64(epoch.rawValue)
            clock.advance(to: ProtocolTime(seconds: Int64(time)))
            try node.grow(to: epoch)
            try await settle(service)
        }

        /// Returns when the service has acted on the head; a minute is the limit.
        func settle(_ service: SectorManagerService) async throws {
            let head = try #require(node.head).key.description
            let deadline = ContinuousClock.now + .seconds(60)
            while !(service.isIdle && service.actedHead == head) {
                try #require(ContinuousClock.now < deadline, "the service does not come to rest")
                await Task.yield()
            }
        }

        func end(_ service: SectorManagerService) async {
            await service.stop()
            await node.server.shutdown()
            await messager.server.shutdown()
        }
    }

    private static func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
    }

    @Test func `init checks miner, worker and sectors, and writes a folder for its owner only`()
        async throws
    {
        let scene = try await Scene.make()
        var other = scene.initialization()
        other.miner = .existing(.id(1001))
        await #expect(throws: CommandFailure.self) { try await other.run() }
        scene.messager.change { $0.hasWallet = false }
        await #expect(throws: CommandFailure.self) { try await scene.initialization().run() }
        scene.messager.change { $0.hasWallet = true }
        #expect(!FileManager.default.fileExists(atPath: scene.repository))

        try await scene.initialization().run()
        #expect(try Self.mode(scene.repository + "/config.toml") == 0o600)
        #expect(try Self.mode(scene.repository + "/token") == 0o600)
        #expect(!FileManager.default.fileExists(atPath: scene.repository + "/sectorstore.json"))
        #expect(
            try SectorStores.listed(in: scene.repository + "/storage.json") == [scene.sectors.path]
        )
        let configuration = try SealerConfiguration.load(folder: scene.repository)
        #expect(configuration.unknownKeys.isEmpty)
        #expect(configuration.nodeURL == scene.node.url)
        await #expect(throws: CommandFailure.self) { try await scene.initialization().run() }
        await scene.node.server.shutdown()
        await scene.messager.server.shutdown()
    }

    @Test func `the service answers ComputeProof with a WinningPoSt that verifies`() async throws {
        let scene = try await Scene.make()
        try await scene.initialization().run()
        let service = try await scene.start()
        let client = try scene.client(service)
        let sector = scene.sectors.onChain[1]
        let info = ExtendedSectorInfo(
            sealProof: sector.sealProof,
            sectorNumber: sector.sectorNumber,
            sealedCID: sector.sealedCID
        )
        // The top bits are the prover's to clear.
        let randomness = [UInt8](repeating: 0xFF, count: 32)
        let proofs = try await client.call(
            ComputeProof.self,
            [info],
            JSONBytes(randomness),
            Trailing(1),
            Trailing(15)
        )
        #expect(proofs.map(\.postProof) == [.stackedDrgWinning2KiBV1])
        let draw = PoStChallenges.masked(try #require(Bytes32(randomness)))
        let keys = try await SealedSectors.keys()
        #expect(
            try keys.verifiesWinning(
                proofs[0].proofBytes,
                sectorSize: 2048,
                randomness: draw,
                sector: try scene.sectors.commitments([1])[0]
            )
        )
        await #expect(throws: RPCError.self) {
            try await client.call(
                ComputeProof.self,
                [info, info],
                JSONBytes(randomness),
                Trailing(1),
                Trailing(15)
            )
        }
        #expect(try await client.call(ActorAddress.self) == .id(1000))
        #expect(try await client.call(SectorsList.self) == [0, 1, 2])
        #expect(try await client.call(SectorsSummary.self) == ["Proving": 3])
        let status = try await client.call(SectorsStatus.self, 2, false)
        #expect(status.commR == scene.sectors.onChain[2].sealedCID)
        await scene.end(service)
    }

    @Test func `callers need a token with the level of the method`() async throws {
        let scene = try await Scene.make()
        try await scene.initialization().run()
        let service = try await scene.start()
        let client = try scene.client(service)
        let stranger = try scene.client(service, "abc")
        await #expect(throws: RPCClientError.self) { try await stranger.call(ActorAddress.self) }
        let text = try await client.call(AuthNew.self, ["read"])
        let reader = try scene.client(service, String(decoding: text.bytes, as: UTF8.self))
        #expect(try await reader.call(ActorAddress.self) == .id(1000))
        await #expect(throws: RPCError.self) {
            try await reader.call(StorageAddLocal.self, scene.sectors.path)
        }
        await #expect(throws: FileFailure.self) { try await scene.start() }
        await scene.end(service)
    }

    @Test func `a deadline is proven with real sectors and its message lands`() async throws {
        let scene = try await Scene.make([
            0: [PartitionState(live: [0, 1]), PartitionState(live: [2])]
        ])
        try await scene.initialization().run()
        let service = try await scene.start()
        try await scene.settle(service)
        let genesis = Int64(ScriptedNode.genesisTime)
        // A chain whose first block comes late has no randomness of the time before it.
        #expect(scene.clock.nextWake == ProtocolTime(seconds: genesis + 10))
        try await scene.grow(to: 1, service)
        // The window opens at 100; nothing is to be done before 90, and that may not be passed over.
        #expect(scene.clock.nextWake == ProtocolTime(seconds: genesis + 900))
        try await scene.grow(to: 90, service)
        #expect(scene.messager.ids.isEmpty)
        #expect(scene.clock.nextWake == ProtocolTime(seconds: genesis + 1040))
        try await scene.grow(to: 104, service)
        var messages = scene.messager.pushed.makeAsyncIterator()
        let message = try #require(await messages.next())
        #expect(message.message.to == .id(1000))
        #expect(message.message.from == .id(100))
        #expect(message.message.method == 5)
        #expect(message.spec.expireEpoch == 160)
        let parameters = try SubmitWindowedPoStParameters(cbor: message.message.params)
        #expect(parameters.partitions.map(\.index) == [0, 1])
        #expect(parameters.chainCommitEpoch == 80)
        #expect(parameters.chainCommitRand == ScriptedNode.commit)
        let draw = PoStChallenges.masked(try #require(Bytes32(ScriptedNode.challenge)))
        let keys = try await SealedSectors.keys()
        #expect(
            try keys.verifiesWindow(
                parameters.proofs.flatMap(\.proofBytes),
                sectorSize: 2048,
                version: .v1_0,
                randomness: draw,
                sectors: try scene.sectors.commitments([0, 1, 2])
            )
        )
        // While the message is on its way, each epoch is wanted.
        #expect(scene.clock.nextWake == ProtocolTime(seconds: genesis + 1050))
        let client = try scene.client(service)
        #expect(try await client.call(WindowPoStList.self, 5).map(\.state) == ["pushed"])
        scene.node.change { $0.submitted = [0, 1] }
        try await scene.grow(to: 106, service)
        let record = try #require(try await client.call(WindowPoStList.self, 5).first)
        #expect(record.state == "landed")
        #expect(record.landedAt == 105)
        #expect(record.message == message.id)
        #expect(scene.clock.nextWake == ProtocolTime(seconds: genesis + 10 * (2880 + 90)))
        await scene.end(service)
    }

    @Test func `a sealer that dies between proof and message sends that proof once`() async throws {
        let scene = try await Scene.make()
        try await scene.initialization().run()
        var service = try await scene.start()
        try await scene.grow(to: 90, service)
        let before = try await scene.client(service).call(WindowPoStList.self, 5)
        #expect(before.map(\.state) == ["proven"])
        await service.stop()
        service = try await scene.start()
        try await scene.grow(to: 104, service)
        #expect(scene.messager.ids.count == 1)
        await service.stop()
        // And once more, when only the answer was lost.
        service = try await scene.start()
        try await scene.grow(to: 105, service)
        #expect(scene.messager.ids.count == 1)
        await scene.end(service)
    }

    @Test func `a sector without its file is skipped, and declared recovered when it is back`()
        async throws
    {
        let scene = try await Scene.make()
        try await scene.initialization().run()
        let away = scene.sectors.folder.path("away")
        try FileManager.default.moveItem(atPath: scene.sectors.replica(1), toPath: away)
        let service = try await scene.start()
        try await scene.grow(to: 90, service)
        try await scene.grow(to: 104, service)
        var messages = scene.messager.pushed.makeAsyncIterator()
        let proof = try #require(await messages.next())
        let parameters = try SubmitWindowedPoStParameters(cbor: proof.message.params)
        #expect(parameters.partitions == [PoStPartition(index: 0, skipped: [1])])
        scene.node.change { state in
            state.submitted = [0]
            state.partitions[0] = [PartitionState(live: [0, 1], faults: [1])]
        }
        try await scene.grow(to: 106, service)
        let client = try scene.client(service)
        #expect(try await client.call(CheckDeadline.self, 0, false).keys.sorted() == ["1"])

        try FileManager.default.moveItem(atPath: away, toPath: scene.sectors.replica(1))
        #expect(try await client.call(CheckDeadline.self, 0, true).isEmpty)
        scene.node.change { $0.submitted = BitField() }
        let open: ChainEpoch = 100 + 2880
        try await scene.grow(to: open - 130, service)
        let recovery = try #require(await messages.next())
        #expect(recovery.message.method == 11)
        #expect(
            try SectorDeclarations(cbor: recovery.message.params).declarations
                == [SectorDeclaration(deadline: 0, partition: 0, sectors: [1])]
        )
        await scene.end(service)
    }
}
