import Bytes
import FilecoinCrypto
import FilecoinTypes
import Foundation
import Genesis
import HTTP
import JSON
import JSONRPC
import Multiformats
import Node
import ServiceKit
import StorageCircuits
import StorageProofs
import TestSupport
import Testing
import VenusAPI

/// A devnet of one miner whose node is a process of its own: nothing in it is a mock.
///
/// The beacon is a chain of real signatures over HTTP, tokens are asked about at a second server, the sector is
/// sealed, and every block carries a WinningPoSt that the node verifies with keys made here.
@Suite struct DevnetLifeTests {
    private static let secrets: (owner: KeyInfo, beacon: KeyInfo) = (
        KeyInfo.bls(proofsSeed: [UInt8](repeating: 21, count: 32))
            ?? KeyInfo(type: .bls, privateKey: SecretBytes([])),
        KeyInfo.bls(proofsSeed: [UInt8](repeating: 22, count: 32))
            ?? KeyInfo(type: .bls, privateKey: SecretBytes([]))
    )

    @Test func `a node lives through blocks, thousands of null rounds, and kill -9`() async throws {
        let folder = try TemporaryDirectory()
        let start = Int64(Date().timeIntervalSince1970) - 27_000
        let devnet = try await Devnet(folder, genesisTime: start, Self.secrets.owner)
        let beacon = try await TestBeacon.start(
            Self.secrets.beacon,
            genesisTime: start - 10_000,
            firstRound: 999
        )
        let auth = try await TestAuth.start(["good": "write", "reader": "read"])
        var node = try await VenusProcess.start(folder, beacon: beacon, auth: auth, devnet.genesis)

        // Levels of tokens are the auth service's; an unknown token gets nothing.
        await #expect(throws: RPCClientError.self) {
            try await node.client("unknown").call(ChainHead.self)
        }
        let reader = node.client("reader")
        #expect(try await reader.call(ChainHead.self).height == 0)
        await #expect(throws: (any Error).self) {
            try await devnet.mine(at: 1, on: try await reader.call(ChainHead.self), reader)
        }
        await reader.close()

        // Every subscriber hears of every block, in order.
        var client = node.client("good")
        let listener = node.client("reader")
        let streams = [
            try await client.open(ChainNotify.self), try await client.open(ChainNotify.self),
            try await listener.open(ChainNotify.self),
        ]
        var followers = streams.map { $0.makeAsyncIterator() }
        var head = try await client.call(ChainHead.self)
        for index in followers.indices {
            #expect(try await followers[index].next() == [.init(type: .current, tipset: head)])
        }
        // The second is after as many null rounds as no election could look back over on another network.
        for (nonce, epoch) in [ChainEpoch(1), 2, 3, 5, 6, 2400, 2401, 2402].enumerated() {
            let sent = try await devnet.send(nonce: UInt64(nonce), client)
            head = try await devnet.mineOneOf(epoch, on: head, client)
            #expect(try await client.call(ChainGetBlockMessages.self, head.cids[0]).cids == [sent])
            for index in followers.indices {
                let change = try await followers[index].next()
                #expect(change == [.init(type: .apply, tipset: head)])
            }
        }
        await listener.close()

        // What the node was asked for is there after the hardest end, without a word of warning.
        let memory = try node.residentMegabytes
        #expect(memory < 150, "\(memory) MB of memory")
        await client.close()
        await node.kill()
        node = try await VenusProcess.start(folder, beacon: beacon, auth: auth, nil)
        client = node.client("good")
        #expect(try await client.call(ChainHead.self) == head)
        let next = try await devnet.mineOneOf(head.height + 1, on: head, client)
        #expect(try await client.call(ChainHead.self) == next)
        await client.close()
        await node.kill()
        await beacon.stop()
        await auth.stop()
    }
}

/// The files of a devnet with one miner, and the keys that make its blocks.
private struct Devnet {
    let genesis: String
    private let worker: SigningKey
    private let sectors: String
    private let prover: PoStProver
    private let genesisTime: UInt64
    /// Its sector is due so late that it keeps its power over the null rounds.
    private let miner = Address.id(DevnetGenesis.minerIDs(count: 1, opening: 2500...2800)[0])

    init(_ folder: TemporaryDirectory, genesisTime: Int64, _ owner: KeyInfo) async throws {
        self.genesisTime = UInt64(genesisTime)
        worker = try SigningKey(owner)
        sectors = folder.path("sectors")
        genesis = folder.path("genesis.car")
        let key = folder.path("owner.key")
        try owner.jsonBytes().hex.write(toFile: key, atomically: true, encoding: .utf8)
        let template = folder.path("genesis.json")
        try await Self.venus(
            "seed",
            "genesis",
            "new",
            "--network-name",
            "localnet-life",
            "--root-key",
            "\(worker.address)",
            "--account",
            "\(worker.address)=1000",
            "--timestamp",
            "\(genesisTime)",
            template
        )
        try await Self.venus(
            "seed",
            "pre-seal",
            "--miner-addr",
            "\(miner)",
            "--sector-dir",
            sectors,
            "--num-sectors",
            "1",
            "--key",
            key,
            "--peer-id",
            "12D3KooWQSwS8ofuzzsbqWWmSk8p6iEZJoFwHpnHraNyyE41korG"
        )
        try await Self.venus(
            "seed",
            "genesis",
            "add-miner",
            template,
            sectors + "/pre-seal-\(miner).json"
        )
        try await Self.venus(
            "daemon",
            "--make-genesis",
            genesis,
            "--genesis-template",
            template,
            "--genesis-seed",
            "life"
        )
        try await DevnetParameters.link(into: folder.url.path)
        prover = PoStProver(store: .devnet(dataDirectory: folder.url.path), threads: 2)
    }

    private static func venus(_ words: String...) async throws {
        let console = MemoryConsole()
        let status = await NodeProgram.application.run(words, environment: [:], console: console)
        #expect(status == 0, "\(words): \(console.errors)")
    }

    /// Pushes a transfer of the owner to itself; returns its CID as blocks list it.
    func send(nonce: UInt64, _ client: RPCClient) async throws -> CID {
        let wanted = Message(to: worker.address, from: worker.address, nonce: nonce, value: 1)
        let message = try await client.call(
            GasEstimateMessageGas.self,
            wanted,
            nil,
            .empty
        )
        let signed = SignedMessage(
            message: message,
            signature: worker.sign(message.cid.bytes)
        )
        _ = try await client.call(MpoolPush.self, signed)
        return message.cid
    }

    /// Makes a block in an epoch, or in one of the next if the miner is not drawn; returns the new head.
    func mineOneOf(_ first: ChainEpoch, on head: Tipset, _ client: RPCClient) async throws -> Tipset
    {
        for distance: Int64 in 0..<20 {
            let epoch = first + ChainEpoch(distance)
            if try await mine(at: epoch, on: head, client) {
                return try await client.call(ChainHead.self)
            }
        }
        throw CocoaError(.featureUnsupported)
    }

    /// Makes a block in an epoch; false if the miner is not drawn.
    @discardableResult
    func mine(at epoch: ChainEpoch, on head: Tipset, _ client: RPCClient) async throws -> Bool {
        let base = try #require(
            try await client.call(MinerGetBaseInfo.self, miner, epoch, head.key)
        )
        #expect(base.isEligible)
        let draws = BlockDraws(
            beaconEntry: base.beaconEntries.last ?? base.previousBeaconEntry,
            epoch: epoch,
            miner: miner
        )
        let election = worker.sign(draws.electionInput).data
        let wins = ElectionProof.winCount(
            vrfProof: election,
            power: base.minerPower.attoFIL,
            totalPower: base.networkPower.attoFIL
        )
        guard wins >= 1 else { return false }
        let ticket = worker.sign(draws.ticketInput(parentTicket: head.minTicket)).data
        let proof = try prove(base.sectors, draws.winningPoStSeed)
        var block = try await client.call(
            MinerCreateBlock.self,
            BlockTemplate(
                miner: miner,
                parents: head.key,
                ticket: Ticket(vrfProof: ticket),
                electionProof: ElectionProof(winCount: wins, vrfProof: election),
                beaconValues: base.beaconEntries,
                messages: try await client.call(MpoolSelects.self, head.key, [1])[0],
                epoch: epoch,
                timestamp: genesisTime + UInt64(epoch.rawValue) * 10,
                winningPoStProof: [PoStProof(postProof: 0, proofBytes: proof)]
            )
        )
        // The node has no keys.
        #expect(block.header.blockSignature == nil)
        block.header.blockSignature = worker.sign(block.header.signingBytes)
        _ = try await client.call(SyncSubmitBlock.self, block)
        return true
    }

    private func prove(_ wanted: [ExtendedSectorInfo], _ seed: [UInt8]) throws -> [UInt8] {
        let sector = try #require(wanted.first)
        let number = sector.sectorNumber.rawValue
        let parameters = try #require(SectorParameters.of(sectorSize: 2048))
        let commR = try #require(Bytes32(try sector.sealedCID.commitment(.sealed)))
        let vanilla = try PoStSectorProof(
            PoStSector(
                number: number,
                commR: commR,
                replica: "\(sectors)/sealed/s-\(miner)-\(number)",
                cache: "\(sectors)/cache/s-\(miner)-\(number)"
            ),
            challenges: PoStChallenges.winning(
                randomness: PoStChallenges.masked(try #require(Bytes32(seed))),
                sector: number,
                parameters: parameters
            ),
            parameters: parameters
        )
        return try prover.proveWinning(vanilla, sectorSize: 2048)
    }
}

/// The program `venus daemon`, as operators run it.
private final class VenusProcess {
    private let process: Process
    private let port: UInt16

    static func start(
        _ folder: TemporaryDirectory,
        beacon: TestBeacon,
        auth: TestAuth,
        _ genesis: String?
    ) async throws -> VenusProcess {
        let repository = folder.path("venus")
        let place = repository + "/api"
        try? FileManager.default.removeItem(atPath: place)
        let process = Process()
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        process.executableURL = URL(fileURLWithPath: own).deletingLastPathComponent()
            .appendingPathComponent("venus")
        process.arguments =
            [
                "daemon", "--repo", repository, "--network", "devnet", "--beacon-url", beacon.url,
                "--auth-url", auth.url, "--proof-parameters", folder.url.path, "--listen",
                "/ip4/127.0.0.1/tcp/0",
            ] + (genesis.map { ["--genesisfile", $0] } ?? [])
        let log = folder.path("venus.log")
        if !FileManager.default.fileExists(atPath: log) {
            _ = FileManager.default.createFile(atPath: log, contents: nil)
        }
        let output = try #require(FileHandle(forWritingAtPath: log))
        try output.seekToEnd()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            // The file is written when the node listens; nothing else tells another process.
            if let text = try? String(contentsOfFile: place, encoding: .utf8),
                let port = text.split(separator: "/").last.flatMap({ UInt16($0) })
            {
                return VenusProcess(process, port: port)
            }
            let said = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            try #require(process.isRunning && ContinuousClock.now < deadline, "\(said)")
            await Task.yield()
        }
    }

    private init(_ process: Process, port: UInt16) {
        self.process = process
        self.port = port
    }

    func client(_ token: String) -> RPCClient {
        RPCClient(HTTPURL(.ws, host: "127.0.0.1", port: port, target: "/rpc/v1"), token: token)
    }

    /// Physical memory in use.
    var residentMegabytes: Int {
        get throws {
            let path = "/proc/\(process.processIdentifier)/status"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
            let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
            return try #require(kilobytes) / 1024
        }
    }

    /// Ends it as nothing ends by itself.
    func kill() async {
        _ = Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    deinit {
        if process.isRunning { _ = Foundation.kill(process.processIdentifier, SIGKILL) }
    }
}
