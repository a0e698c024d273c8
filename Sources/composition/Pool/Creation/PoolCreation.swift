import BigIntegers
import FilecoinCrypto
import FilecoinTypes
import Foundation
import Genesis
import HTTP
import JSON
import JSONRPC
import NetworkParameters
package import ServiceKit
import StorageCircuits
import StorageProofs
import EventLoop
import VenusAPI
import Wallet

/// Makes what a pool needs before its first start: keys, sectors, parameters of proofs, the genesis.
///
/// Every step leaves its result under a name that appears only when it is whole, and is passed over when the
/// result is there. So a creation that was killed goes on where it was, and one that is done costs nothing.
package struct PoolCreation: Sendable {
    /// What a client's account begins with.
    private static let accountBalance: TokenAmount = .fil(1_000_000)
    let folder: PoolFolder
    let random: any RandomSource
    /// Wall time in nanoseconds since 1970.
    let now: @Sendable () -> Int64
    let progress: ProgressReport

    package init(
        folder: PoolFolder,
        random: any RandomSource = SystemRandom(),
        now: @escaping @Sendable () -> Int64 = { WallTime.nanoseconds },
        progress: ProgressReport = .silent
    ) {
        self.folder = folder
        self.random = random
        self.now = now
        self.progress = progress
    }

    /// Makes what is missing.
    ///
    /// - Parameters:
    ///   - miners: How many storage miners a new pool gets.
    ///   - sectors: How many sectors each begins with.
    ///   - blockDelaySeconds: Seconds from one epoch to the next.
    /// - Returns: What the pool consists of.
    /// - Throws: What files, wallets, proofs or the genesis say.
    package func run(
        miners: Int = 2,
        sectors: UInt64 = 4,
        blockDelaySeconds: UInt64 = NetworkParameters.devnet.blockDelaySeconds
    ) async throws -> PoolPlan {
        try folder.create()
        var plan: PoolPlan
        if let known = try folder.readPlan() {
            plan = known
        } else {
            plan = try await makePlan(miners, sectors, blockDelaySeconds)
            try folder.write(plan)
        }
        if FileManager.default.fileExists(atPath: folder.genesis) { return plan }
        let keys = try await makeKeys()
        for (index, keys) in keys.enumerated() { plan.miners[index].worker = keys.worker }
        plan.accounts = keys.enumerated().flatMap { index, keys in
            keys.clients.map {
                PoolPlan.Account(address: $0, wallet: index + 1, balance: Self.accountBalance)
            }
        }
        try folder.write(plan)
        try await makeParameters()
        let manifests = try await seal(plan)
        try await makeGenesis(plan, manifests, keys)
        return plan
    }

    private func makePlan(
        _ miners: Int,
        _ sectors: UInt64,
        _ blockDelaySeconds: UInt64
    ) async throws -> PoolPlan {
        guard (1...PortAllocation.maximumMiners).contains(miners) else {
            throw CommandFailure("a pool has 1 to \(PortAllocation.maximumMiners) miners")
        }
        let ports = try await PortAllocation.allocate(
            for: ServiceName.all(miners: miners),
            random: random
        )
        return PoolPlan(
            networkName: "localnet-\(random.uuid())",
            blockDelaySeconds: blockDelaySeconds,
            miners: DevnetGenesis.minerIDs(count: miners).map {
                PoolPlan.Miner(id: .id($0), worker: nil, sectors: sectors)
            },
            ports: ports
        )
    }

    // MARK: - Keys

    /// The keys of one wallet.
    private struct Keys {
        let worker: Address
        let clients: [Address]
        /// Owners of f080 and f090, in the first wallet only.
        let roots: [Address]
    }

    private func makeKeys() async throws -> [Keys] {
        let count = try folder.readPlan()?.miners.count ?? 0
        var keys: [Keys] = []
        for number in 1...max(1, count) {
            progress.begin("keys of wallet \(number)")
            var types: [SignatureType] = [.bls, .secp256k1, .bls]
            if number == 1 { types += [.secp256k1, .secp256k1] }
            let addresses = try await makeKeys(types, wallet: number)
            keys.append(
                Keys(
                    worker: addresses[0],
                    clients: Array(addresses[1...2]),
                    roots: Array(addresses[3...])
                )
            )
        }
        return keys
    }

    /// Has a wallet make the keys that it lacks; it lists them oldest first.
    private func makeKeys(_ types: [SignatureType], wallet number: Int) async throws -> [Address] {
        let file = folder.password(number)
        if !FileManager.default.fileExists(atPath: file) {
            try AtomicFile.write(random.uuid() + "\n", to: file)
        }
        var options = WalletOptions(
            repository: folder.repository(.wallet(number)),
            random: random
        )
        options.port = 0
        options.log = .silent
        options.password = Secret(try AtomicFile.word(file))
        let wallet = try await WalletService.start(options)
        let url = HTTPURL(
            .http,
            host: "127.0.0.1",
            port: wallet.address.port ?? 0,
            target: "/rpc/v0"
        )
        let client = RPCClient(url, token: wallet.token.revealed)
        let outcome: Result<[Address], any Error>
        do {
            var addresses = try await client.call(WalletList.self)
            for type in types.dropFirst(addresses.count) {
                addresses.append(try await client.call(WalletNew.self, type.description))
            }
            outcome = .success(Array(addresses.prefix(types.count)))
        } catch { outcome = .failure(error) }
        await client.close()
        await wallet.stop()
        return try outcome.get()
    }

    // MARK: - Proofs

    private func makeParameters() async throws {
        let store = ParameterStore.devnet(dataDirectory: folder.path)
        let size = SectorSize.kib2.rawValue
        let circuits = [
            ("WinningPoSt", FallbackPoStParameters.winning(sectorSize: size)),
            ("WindowPoSt", FallbackPoStParameters.window(sectorSize: size)),
        ]
        let progress = progress
        for (name, circuit) in circuits {
            guard let circuit else { throw CommandFailure("no circuit for sectors of 2 KiB") }
            _ = try await BlockingPool.shared.run {
                progress.begin("parameters of \(name)")
                return try store.makeIfMissing(circuit, threads: ParallelWork.defaultThreads) {
                    progress.update(done: $0, total: $1)
                }
            }
        }
    }

    private func seal(_ plan: PoolPlan) async throws -> [PreSealManifest] {
        var manifests: [PreSealManifest] = []
        for (index, miner) in plan.miners.enumerated() {
            let place = folder.sectors(index + 1)
            let file = "\(place)/pre-seal-\(miner.id).json"
            if !FileManager.default.fileExists(atPath: file) {
                try await seal(miner, in: place)
            }
            manifests.append(try PreSealManifest(json: try AtomicFile.read(file)))
        }
        return manifests
    }

    private func seal(_ miner: PoolPlan.Miner, in place: String) async throws {
        guard let id = miner.id.actorID, let worker = miner.worker else {
            throw CommandFailure("pool.json: miner \(miner.id) has no ID or no worker")
        }
        // Sectors without a manifest are what a killed run left.
        if FileManager.default.fileExists(atPath: place) {
            try FileManager.default.removeItem(atPath: place)
        }
        let preSeal = PreSeal(
            miner: id,
            owner: worker,
            // Nobody is dialled: there is no peer-to-peer network.
            peerID: "",
            proof: .stackedDrg2KiBV1_1,
            sectors: 0..<miner.sectors,
            ticketPreimage: "\(miner.id)",
            folder: place
        )
        let (random, progress) = (random, progress)
        let store = random.uuid()
        try await BlockingPool.shared.run {
            progress.begin("sectors of \(miner.id)")
            _ = try preSeal.run(content: .bytes { random.bytes($0) }, storeID: store) { sector, _ in
                progress.update(done: Int(clamping: sector), total: Int(clamping: miner.sectors))
            }
        }
    }

    // MARK: - Genesis

    private func makeGenesis(
        _ plan: PoolPlan,
        _ manifests: [PreSealManifest],
        _ keys: [Keys]
    ) async throws {
        progress.begin("genesis")
        let begin = now()
        let timestamp = begin / 1_000_000_000
        let roots = keys[0].roots
        let template = DevnetGenesis.template(
            networkName: plan.networkName,
            timestamp: UInt64(timestamp),
            miners: manifests.flatMap(\.miners),
            accounts: plan.accounts.map { ($0.address, $0.balance) },
            root: roots[0],
            remainder: roots[1]
        )
        let parameters = try parameters(plan, timestamp: timestamp)
        var generator = SourceGenerator(source: random)
        let secrets = try GenesisSecrets(using: &generator)
        let block = try await BlockingPool.shared.run {
            try GenesisBlock.make(template, parameters: parameters, secrets: secrets)
        }
        try check(block, plan)
        try AtomicFile.write(parameters.jsonBytes(.indented()), to: folder.parameters, mode: 0o644)
        try AtomicFile.write(template.jsonBytes(.indented()), to: folder.template, mode: 0o644)
        try folder.clock.write(StoppedTime(offset: 0, lastAlive: begin))
        try AtomicFile.write(block.archive, to: folder.genesis, mode: 0o644)
    }

    /// The devnet's parameters at the pace of the plan, with a beacon that has a round for every epoch.
    private func parameters(
        _ plan: PoolPlan,
        timestamp: Int64
    ) throws -> NetworkParameters {
        var parameters = NetworkParameters.devnet
        let delay = plan.blockDelaySeconds
        parameters.blockDelaySeconds = delay
        parameters.propagationDelaySeconds = max(1, delay / 5)
        parameters.miningTimeoutSeconds = max(1, delay * 7 / 10)
        // Round 1 belongs to epoch 1, and is out before that begins.
        let beacon = try BeaconChain.info(
            genesisTime: timestamp - Int64(clamping: delay),
            periodSeconds: UInt32(clamping: delay)
        )
        parameters.beacons = [BeaconPoint(start: 0, info: beacon)]
        return parameters
    }

    /// Checks that the actors gave every miner a deadline that comes soon.
    private func check(_ block: GenesisBlock, _ plan: PoolPlan) throws(CommandFailure) {
        for miner in plan.miners {
            let duty = block.duties.first { $0.miner == miner.id }
            guard let duty, DevnetGenesis.firstDeadline.contains(duty.opens) else {
                throw CommandFailure("the genesis gives \(miner.id) no deadline that opens soon")
            }
        }
    }
}

/// Numbers of a random source, for what wants a generator.
private struct SourceGenerator: RandomNumberGenerator {
    let source: any RandomSource

    mutating func next() -> UInt64 {
        source.bytes(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension PoolCreation {
    /// Gives a pool the parameters of proofs that another folder has; they are the same for every devnet.
    ///
    /// The files are linked where the file system can, else copied.
    package static func shareParameters(from source: PoolFolder, to target: PoolFolder) throws {
        let part = "/" + ParameterStore.devnetDirectory
        let files = FileManager.default
        guard let names = try? files.contentsOfDirectory(atPath: source.path + part) else { return }
        try Repository.createFolder(target.path + part)
        for name in names where [".params", ".vk", ".meta"].contains(where: name.hasSuffix) {
            let (old, new) = (source.path + part + "/" + name, target.path + part + "/" + name)
            guard !files.fileExists(atPath: new) else { continue }
            do { try files.linkItem(atPath: old, toPath: new) } catch {
                try files.copyItem(atPath: old, toPath: new)
            }
        }
    }
}
