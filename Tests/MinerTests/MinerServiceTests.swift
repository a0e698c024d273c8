import EventLoop
import FilecoinTypes
import Foundation
import HTTP
import JSONRPC
import ServiceKit
import Synchronization
import TestSupport
import Testing
import VenusAPI

@testable import Miner

/// A running miner with a node, wallets and sealers over loopback, and a clock that is moved by hand.
@Suite struct MinerServiceTests {
    /// A miner and what it works with.
    struct Rig {
        let pool: ScriptedPool
        let place: String
        let folder: TemporaryDirectory
        var service: MinerService
        var client: RPCClient

        init(roundTimeout: Duration = .seconds(20)) async throws {
            pool = try ScriptedPool()
            place = try await pool.start()
            folder = try TemporaryDirectory()
            service = try await Self.start(pool, place, folder, roundTimeout)
            client = try Self.client(service)
        }

        static func start(
            _ pool: ScriptedPool,
            _ place: String,
            _ folder: TemporaryDirectory,
            _ roundTimeout: Duration,
            _ adjust: @escaping @Sendable (inout MinerConfiguration) -> Void = { _ in }
        ) async throws -> MinerService {
            var options = MinerOptions(repository: folder.path("miner"), clock: pool.clock)
            options.log = LogSystem(level: .trace, sinks: [MemorySink()])
            options.adjust = { configuration in
                configuration.listen = "/ip4/127.0.0.1/tcp/0"
                configuration.node = .init(address: place, token: "token")
                configuration.roundTimeout = roundTimeout
                adjust(&configuration)
            }
            return try await MinerService.start(options)
        }

        static func client(_ service: MinerService) throws -> RPCClient {
            let url = try #require(
                HTTPURL("http://127.0.0.1:\(service.address.port ?? 0)/rpc/v0")
            )
            return RPCClient(url, token: service.localToken.revealed)
        }

        /// Runs a command of `venus-miner` against the service; returns what it printed.
        func run(_ words: String...) async -> (status: Int32, output: String) {
            let console = MemoryConsole()
            let status = await MinerProgram.application.run(
                ["--repo", folder.path("miner")] + words,
                environment: [:],
                console: console
            )
            return (status, console.output + console.errors)
        }

        func add(_ miner: Address) async -> (status: Int32, output: String) {
            let name = ScriptedPool.names[miner] ?? ""
            return await run(
                "address",
                "add",
                "--addr",
                "\(miner)",
                "--sealer-listen-api",
                "\(place)/\(name)",
                "--sealer-token",
                "token",
                "--wallet-listen-api",
                "\(place)/\(name)",
                "--wallet-token",
                "token"
            )
        }

        /// Waits until nothing is under way and the head was heard of.
        func rest() async throws {
            try await eventually("the miner comes to rest") {
                service.isIdle && service.actedHead == pool.head.key.description
                    && pool.clock.sleeperCount > 0
            }
        }

        /// Lets the clock go through the round of an epoch, up to its block.
        func mine(_ epoch: ChainEpoch) async throws {
            try await rest()
            pool.clock.advance(to: Sample.schedule.start(of: epoch))
            try await rest()
            if let wake = pool.clock.nextWake {
                #expect(wake == Sample.schedule.timestamp(of: epoch))
                pool.clock.advance(to: wake)
                try await rest()
            }
        }

        func stop() async {
            await service.stop()
            await pool.stop()
        }
    }

    @Test func `two miners make blocks of every epoch, with different messages`() async throws {
        let rig = try await Rig()
        let (status, output) = await rig.add(Sample.alice)
        #expect(status == 0)
        #expect(
            output
                == "add miner:  {t01000 {\(rig.place)/alice <redacted>} "
                + "{\(rig.place)/alice <redacted>}}\n"
        )
        // It was accepted after one signature and one proof.
        #expect(rig.pool.state.withLock { $0.requests.map(\.type) } == ["drawrandomparam"])
        #expect(rig.pool.state.withLock { $0.proofs } == [Sample.alice: 1])
        #expect(await rig.add(Sample.bob).status == 0)
        for epoch in 1...3 { try await rig.mine(ChainEpoch(rawValue: Int64(epoch))) }
        let state = rig.pool.state.withLock { $0 }
        #expect(state.refusals == [])
        // With all the power each, they win almost always, and not always once.
        #expect(state.head.height == 3)
        for height in 1...3 {
            let blocks = state.taken.filter { $0.header.height.rawValue == Int64(height) }
            let messages = blocks.flatMap(\.blsMessages)
            #expect(messages.count == blocks.count)
            #expect(Set(messages).count == messages.count)
        }
        #expect(state.requests.contains { $0.type == "block" })
        let list = try await rig.client.call(
            MinerListBlocks.self,
            MinerBlockQuery(miners: [], limit: 0, offset: 0)
        )
        #expect(list.count == state.taken.count)
        #expect(list.allSatisfy { $0.state == .success && $0.winningAt != nil })
        try await checkCommands(rig, blocks: state.taken)
        await rig.stop()
    }

    private func checkCommands(_ rig: Rig, blocks: [BlockMessage]) async throws {
        let states = await rig.run("address", "state", "t01000")
        #expect(
            states.output
                == "[\n\t{\n\t\t\"Addr\": \"t01000\",\n\t\t\"IsMining\": true,\n\t\t\"Err\": \"\"\n\t}\n]\n"
        )
        let wins = try await rig.client.call(
            MinerCountWinners.self,
            MinerSelection([Sample.alice]),
            0,
            3
        )
        let won = blocks.filter { $0.header.miner == Sample.alice }
            .reduce(0) { $0 + ($1.header.electionProof?.winCount ?? 0) }
        #expect(wins.map(\.total) == [won])
        let above = await rig.run("winner", "count", "--epoch-start", "1", "--epoch-end", "99")
        #expect(above.status == 1)
        #expect(above.output.contains("epoch 99 is above the head"))
        let record = await rig.run("record", "query", "--limit", "3", "t01000", "3")
        #expect(record.output.contains("\"computePostProof\""))
        var page = rig.client.url
        page.target = "/metrics"
        let metrics = try await HTTPClient().send(HTTPRequest(.get, page.target), to: page)
        let text = String(decoding: metrics.bytes, as: UTF8.self)
        #expect(text.contains("venus_miner_number_of_block{miner_id=\"t01000\"}"))
        #expect(await rig.run("address", "stop", "t01000").output == "stop mining success.\n")
        #expect(await rig.run("address", "state", "t01000").output.contains("false"))
        #expect(await rig.run("address", "rm", "t01001").output == "remove miner:  t01001\n")
    }

    @Test func `after a day of outage the epoch of the clock is mined, on null rounds`()
        async throws
    {
        let rig = try await Rig()
        #expect(await rig.add(Sample.alice).status == 0)
        try await rig.mine(1)
        let before = rig.pool.head
        // 8,640 epochs later, somewhere within an epoch.
        rig.pool.clock.advance(to: Sample.genesis + .seconds(86_413))
        try await rig.rest()
        // Its round had begun a second before; the block leaves when its epoch begins.
        let wake = try #require(rig.pool.clock.nextWake)
        #expect(wake == Sample.genesis + .seconds(86_420))
        rig.pool.clock.advance(to: wake)
        try await rig.rest()
        let block = try #require(rig.pool.state.withLock { $0.taken.last })
        #expect(block.header.height == 8642)
        #expect(block.header.parentKey == before.key)
        let records = try await rig.client.call(
            MinerQueryRecord.self,
            MinerRecordQuery(miner: Sample.alice, epoch: 8642, limit: 1)
        )
        #expect(records.first?["nullRounds"] == "8640")
        await rig.stop()
    }

    @Test func `a stuck sealer costs only its own miner the block`() async throws {
        let rig = try await Rig(roundTimeout: .seconds(3))
        #expect(await rig.add(Sample.alice).status == 0)
        #expect(await rig.add(Sample.bob).status == 0)
        rig.pool.state.withLock { $0.stuck = [Sample.alice] }
        rig.pool.clock.advance(to: Sample.schedule.start(of: 1))
        try await eventually("a block waits for its time") { rig.pool.clock.nextWake != nil }
        rig.pool.clock.advance(to: Sample.schedule.timestamp(of: 1))
        try await eventually("the block is taken") { rig.pool.head.height == 1 }
        #expect(rig.pool.head.blocks.map(\.miner) == [Sample.bob])
        try await eventually("the failure is told") {
            let states = try await rig.client.call(
                MinerStatesForMining.self,
                MinerSelection([Sample.alice])
            )
            return states.first?.errors.last?.contains("computePostProof was not done") == true
        }
        await rig.stop()
    }

    @Test func `without messages to choose blocks leave empty`() async throws {
        let rig = try await Rig()
        #expect(await rig.add(Sample.alice).status == 0)
        rig.pool.state.withLock { $0.hasNoMessages = true }
        try await rig.mine(1)
        let block = try #require(rig.pool.state.withLock { $0.taken.last })
        #expect(block.blsMessages.isEmpty)
        await rig.stop()
    }

    @Test func `a block that was made before a restart leaves, and no second one for its epoch`()
        async throws
    {
        var rig = try await Rig()
        #expect(await rig.add(Sample.alice).status == 0)
        try await rig.mine(1)
        rig.pool.clock.advance(to: Sample.schedule.start(of: 2))
        try await rig.rest()
        // The block is signed and admitted; it waits for its time when the service goes.
        #expect(rig.pool.clock.nextWake == Sample.schedule.timestamp(of: 2))
        await rig.service.stop()
        // The chain moves to a fork meanwhile, so that the same epoch would get another block.
        let fork = Sample.tipset(
            Sample.header(Sample.bob, 1, parents: rig.pool.genesis.cids, ticket: 77)
        )
        rig.pool.setHead(fork)
        let signed = rig.pool.state.withLock { $0.requests.count { $0.type == "block" } }
        rig.service = try await Rig.start(rig.pool, rig.place, rig.folder, .seconds(20))
        try await rig.rest()
        #expect(rig.pool.clock.nextWake == Sample.schedule.timestamp(of: 2))
        rig.pool.clock.advance(to: Sample.schedule.timestamp(of: 2))
        try await rig.rest()
        let state = rig.pool.state.withLock { $0 }
        #expect(state.head.height == 2)
        #expect(state.head.parentKey != fork.key)
        #expect(state.requests.count { $0.type == "block" } == signed)
        try await rig.mine(3)
        #expect(rig.pool.head.height == 3)
        await rig.stop()
    }

    @Test func `a restart long after the block was made sends it first, and goes on`() async throws
    {
        var rig = try await Rig()
        #expect(await rig.add(Sample.alice).status == 0)
        try await rig.mine(1)
        rig.pool.clock.advance(to: Sample.schedule.start(of: 2))
        try await rig.rest()
        await rig.service.stop()
        rig.pool.clock.advance(to: Sample.schedule.start(of: 20))
        rig.service = try await Rig.start(rig.pool, rig.place, rig.folder, .seconds(20))
        try await rig.mine(20)
        #expect(rig.pool.head.height == 20)
        let heights = rig.pool.state.withLock { $0.taken.map(\.header.height) }
        #expect(heights == [1, 2, 20])
        await rig.stop()
    }

    @Test(arguments: [1, 3])
    func `a block that is refused is offered again, and given up at last`(
        _ refusals: Int
    ) async throws {
        let rig = try await Rig()
        #expect(await rig.add(Sample.alice).status == 0)
        try await rig.mine(1)
        rig.pool.state.withLock { $0.refusing = refusals }
        try await rig.mine(2)
        #expect(rig.pool.head.height == 1)
        for epoch in 3...5 { try await rig.mine(ChainEpoch(rawValue: Int64(epoch))) }
        let heights = rig.pool.state.withLock { $0.taken.map(\.header.height) }
        // Refused thrice, it counts as one that never left, and another takes its place.
        #expect(heights == (refusals == 1 ? [1, 2, 3, 4, 5] : [1, 4, 5]))
        await rig.stop()
    }

    @Test func `a miner is refused whose wallet lacks the key, or whose sealer does not prove`()
        async throws
    {
        let rig = try await Rig()
        let entry = { (miner: Address, sealer: String, wallet: String) in
            var entry = MinerEntry(miner: miner)
            entry.sealer = MinerEndpoint(address: "\(rig.place)/\(sealer)", token: "token")
            entry.wallet = MinerEndpoint(address: "\(rig.place)/\(wallet)", token: "token")
            return entry
        }
        await #expect {
            try await rig.client.call(MinerAddAddress.self, entry(Sample.alice, "alice", "bob"))
        } throws: {
            "\($0)".contains("the wallet does not have")
        }
        await #expect {
            try await rig.client.call(MinerAddAddress.self, entry(Sample.alice, "nobody", "alice"))
        } throws: {
            "\($0)".hasPrefix("mining warm up failed: ")
        }
        #expect(try await rig.client.call(MinerListAddress.self).isEmpty)
        await rig.stop()
    }

    @Test func `the miners of the auth service mine through a gateway`() async throws {
        var rig = try await Rig()
        await rig.service.stop()
        rig.pool.state.withLock { $0.open = [Sample.bob] }
        let place = rig.place
        rig.service = try await Rig.start(rig.pool, place, rig.folder, .seconds(20)) {
            configuration in
            configuration.auth = .init(address: place, token: "token")
            // The first gateway cannot be reached; the next one is asked.
            configuration.gateways = ["\(place)/nowhere", place]
            configuration.gatewayToken = "token"
        }
        rig.client = try Rig.client(rig.service)
        let listed = try await rig.client.call(MinerListAddress.self)
        #expect(listed.map(\.miner) == [Sample.alice, Sample.bob])
        #expect(listed.map(\.user) == ["sp1", "sp1"])
        try await rig.mine(1)
        #expect(rig.pool.head.blocks.map(\.miner) == [Sample.bob])
        // Starting and stopping is kept by the auth service.
        #expect(await rig.run("address", "start", "t01000").status == 0)
        #expect(await rig.run("address", "stop", "t01001").status == 0)
        #expect(rig.pool.state.withLock { $0.open } == [Sample.alice])
        try await rig.mine(2)
        #expect(rig.pool.head.blocks.map(\.miner) == [Sample.alice])
        #expect(await rig.run("address", "warmup", "t01000").output == "warmup success.\n")
        #expect(rig.pool.state.withLock { $0.refusals } == [])
        await rig.stop()
    }

    @Test func `init writes the configuration, takes a first miner and refuses a second time`()
        async throws
    {
        let rig = try await Rig()
        let folder = rig.folder.path("other")
        func initialize(_ words: [String]) async -> (status: Int32, output: String) {
            let console = MemoryConsole()
            let status = await MinerProgram.application.run(
                ["--repo", folder, "init", "--api", rig.place, "--token", "token"] + words,
                environment: [:],
                console: console
            )
            return (status, console.output + console.errors)
        }
        #expect(await initialize(["--mysql-conn", "user@tcp(db)/x"]).status == 2)
        let link = [
            "--actor", "t01000", "--sealer-listen-api", "\(rig.place)/alice", "--sealer-token",
            "token", "--wallet-listen-api",
        ]
        let wrong = await initialize(link + ["\(rig.place)/bob"])
        #expect(wrong.status == 1)
        #expect(!FileManager.default.fileExists(atPath: folder + "/config.toml"))
        let wallet = ["\(rig.place)/alice", "--wallet-token", "token"]
        let right = await initialize(["--listen", "127.0.0.1:0"] + link + wallet)
        #expect(right.status == 0)
        #expect(right.output.contains("Miner successfully init"))
        let again = await initialize([])
        #expect(again.status == 1)
        #expect(again.output.contains("is already initialized"))
        let mode = try FileManager.default.attributesOfItem(atPath: folder + "/config.toml")
        #expect(mode[.posixPermissions] as? Int == 0o600)
        var options = MinerOptions(repository: folder, clock: rig.pool.clock)
        options.log = .silent
        let service = try await MinerService.start(options)
        let client = try Rig.client(service)
        #expect(try await client.call(MinerListAddress.self).map(\.miner) == [Sample.alice])
        await service.stop()
        await rig.stop()
    }

    @Test func `a call without a valid token is refused, and a reader changes nothing`()
        async throws
    {
        let rig = try await Rig()
        let stranger = RPCClient(rig.client.url, token: "abc")
        await #expect(throws: RPCClientError.self) {
            try await stranger.call(MinerListAddress.self)
        }
        await rig.stop()
    }
}
