import BuiltinActors
import CBOR
package import FilecoinTypes
import Foundation
import HTTP
import JSON
import JSONRPC
import Multiformats
import SQLStore
package import ServiceKit
import StorageProofs
import VenusAPI

/// Makes the folder of a sealer: what `venus-sealer init` does.
package struct SealerInitialization: Sendable {
    /// The miner that the sealer is for.
    package enum Miner: Sendable {
        /// It is on the chain.
        case existing(Address)
        /// It is to be made, by a message of the owner.
        case new(owner: Address, worker: Address, SectorSize)
    }

    package var repository: String
    package var miner: Miner
    /// The file's values; the secret is made.
    package var configuration: SealerConfiguration
    /// Whether the folder itself keeps sectors too.
    package var hasLocalStorage = true
    /// Folders of `venus seed pre-seal`.
    package var preSealedSectors: [String] = []
    /// The manifest of pre-sealed sectors.
    package var preSealedMetadata: String?
    package var random: any RandomSource = SystemRandom()
    package var log: LogSystem = .silent

    package init(repository: String, miner: Miner, configuration: SealerConfiguration) {
        self.repository = repository
        self.miner = miner
        self.configuration = configuration
    }

    /// Checks everything, then writes the folder; leaves nothing behind when it fails.
    ///
    /// - Throws: `CommandFailure` that says what is wrong; what node and messager say.
    package func run() async throws {
        let log = log.logger("main")
        log.info("Initializing venus sealer")
        log.info("Checking if repo exists")
        let folder = Repository.expanded(repository)
        let isOld = FileManager.default.fileExists(atPath: folder)
        guard !FileManager.default.fileExists(atPath: folder + "/config.toml") else {
            throw CommandFailure("repo is already initialized at \(folder)")
        }
        let stores = try preSealedSectors.map { try StorePath($0) }
        let connections = RPCConnections(http: HTTPClient())
        let outcome: Result<(ActorID, [PreparedSector]), any Error>
        do { outcome = .success(try await examine(connections, log)) } catch {
            outcome = .failure(error)
        }
        await connections.close()
        let (miner, sectors) = try outcome.get()

        log.info("Initializing repo")
        do {
            let locked = try Repository(folder)
            defer { locked.unlock() }
            try await write(miner, sectors, stores, in: locked)
        } catch {
            // What was there before stays.
            if !isOld { try? FileManager.default.removeItem(atPath: folder) }
            throw error
        }
        log.info("Sealer successfully created, you can now start it with 'venus-sealer run'")
    }

    // MARK: - Asking

    private func examine(
        _ connections: RPCConnections,
        _ log: Logger
    ) async throws -> (ActorID, [PreparedSector]) {
        log.info("Trying to connect to full node RPC")
        let node = try connections.client(
            configuration.nodeURL,
            token: configuration.nodeToken,
            path: "/rpc/v1"
        )
        log.info("Checking full node version")
        let version = try await node.call(NodeVersion.self)
        let head = try await node.call(ChainHead.self)
        log.info("full node", ["version": version.version, "height": head.height])
        let messager = try connections.client(
            configuration.messagerURL,
            token: configuration.messagerToken,
            path: "/rpc/v0"
        )
        let miner: ActorID
        switch self.miner {
        case .existing(let address): miner = try await find(address, node, messager)
        case .new(let owner, let worker, let size):
            miner = try await create(owner, worker, size, node, messager, log)
        }
        let sectors = try manifest(of: miner)
        if !sectors.isEmpty { try await compare(sectors, miner, node) }
        return (miner, sectors)
    }

    /// Finds a miner on the chain and checks that its worker can sign.
    private func find(
        _ address: Address,
        _ node: RPCClient,
        _ messager: RPCClient
    ) async throws -> ActorID {
        let info: MinerInfoResult
        let miner: ActorID
        do {
            guard let id = try await node.call(StateLookupID.self, address, .empty).actorID else {
                throw CommandFailure("the node knows no number of \(address)")
            }
            miner = id
            info = try await node.call(StateMinerInfo.self, .id(id), .empty)
        } catch let error as RPCError {
            throw CommandFailure("there is no miner \(address) on the chain: \(error)")
        }
        try await requireKey(of: info.worker, "worker", node, messager)
        return miner
    }

    /// Has the chain make a miner.
    ///
    /// The message's id is logged first: after an interruption the miner is found by
    /// `venus-messager msg search` and given as `--actor`.
    private func create(
        _ owner: Address,
        _ worker: Address,
        _ size: SectorSize,
        _ node: RPCClient,
        _ messager: RPCClient,
        _ log: Logger
    ) async throws -> ActorID {
        let version = try await node.call(StateNetworkVersion.self, .empty)
        let type = RegisteredSealProof(version: .v1_1, sectorSize: size)?
            .windowPoStProof(version < 19 ? .v1 : .v1_1)
        guard let type else { throw CommandFailure("no sector has \(size) bytes") }
        try await requireKey(of: worker, "worker", node, messager)
        try await requireKey(of: owner, "owner", node, messager)
        let parameters = CreateMinerParameters(
            owner: owner,
            worker: worker,
            windowPoStProofType: type,
            peerID: [],
            multiaddrs: []
        )
        let message = Message(
            to: .power,
            from: owner,
            method: Self.createMiner,
            params: parameters.cborBytes()
        )
        let id = try await messager.call(MessagerPushMessage.self, message, nil)
        log.info("Pushed CreateMiner message: \(id)")
        log.info("Waiting for confirmation")
        let done = try await messager.call(
            MessagerWaitMessage.self,
            id,
            Self.confidence,
            timeout: .seconds(86_400)
        )
        guard done.state == .onChain, let receipt = done.receipt, receipt.exitCode.isSuccess else {
            let code = done.receipt.map { "exit code \($0.exitCode)" } ?? done.errorText
            throw CommandFailure("message \(id) made no miner: \(done.state), \(code)")
        }
        let made = try CreateMinerReturn(cbor: receipt.returnValue)
        log.info("New miners address is: \(made.idAddress) (\(made.robustAddress))")
        guard let miner = made.idAddress.actorID else {
            throw CommandFailure("the chain gave the miner the address \(made.idAddress)")
        }
        log.info("Created new miner: \(made.idAddress)")
        return miner
    }

    /// The power actor's method that makes a miner.
    private static let createMiner: MethodNumber = 2
    /// How deep its message must be, as in the original.
    private static let confidence: UInt64 = 5

    /// Checks that the messager reaches a wallet that signs for an account.
    private func requireKey(
        of account: Address,
        _ role: String,
        _ node: RPCClient,
        _ messager: RPCClient
    ) async throws {
        let key =
            account.isKey
            ? account : try await node.call(StateAccountKey.self, account, .empty)
        guard try await messager.call(MessagerWalletHas.self, key) else {
            throw CommandFailure(
                "the messager reaches no wallet with the \(role)'s key \(key); "
                    + "link it with venus-messager wallet add"
            )
        }
    }

    /// The sectors of the miner in the manifest.
    private func manifest(of miner: ActorID) throws -> [PreparedSector] {
        guard let path = preSealedMetadata else { return [] }
        let bytes = try AtomicFile.read(Repository.expanded(path), maximumBytes: 256 << 20)
        let manifest: PreSealManifest
        do { manifest = try PreSealManifest(json: bytes) } catch {
            throw CommandFailure("\(path) is no manifest of pre-sealed sectors: \(error)")
        }
        guard let entry = manifest.miners.first(where: { $0.id == .id(miner) }) else {
            throw CommandFailure("\(path) does not name the miner \(Address.id(miner))")
        }
        return entry.sectors.map(PreparedSector.init)
    }

    /// Checks that the chain has the sectors of the manifest.
    private func compare(
        _ sectors: [PreparedSector],
        _ miner: ActorID,
        _ node: RPCClient
    ) async throws {
        let known = try await node.call(StateMinerSectors.self, .id(miner), nil, .empty) ?? []
        let commitments = Dictionary(
            known.map { ($0.sectorNumber, $0.sealedCID) },
            uniquingKeysWith: { a, _ in a }
        )
        for sector in sectors {
            guard let commitment = commitments[sector.number] else {
                throw CommandFailure(
                    "the chain does not know sector \(sector.number) of the manifest"
                )
            }
            guard commitment == sector.commR else {
                throw CommandFailure(
                    "sector \(sector.number) has the commitment \(commitment) on the chain, "
                        + "the manifest says \(sector.commR?.description ?? "nothing")"
                )
            }
        }
    }

    // MARK: - Writing

    private func write(
        _ miner: ActorID,
        _ sectors: [PreparedSector],
        _ stores: [StorePath],
        in folder: Repository
    ) async throws {
        var paths = stores.map(\.path)
        if hasLocalStorage {
            var metadata = StoreMetadata(id: random.uuid())
            metadata.canSeal = true
            metadata.canStore = true
            try StorePath.initialize(folder.path, metadata)
            paths.insert(folder.path, at: 0)
        }
        try SectorStores.write([], to: folder.file("storage.json"))
        for path in paths {
            try SectorStores.add(try StorePath(path), to: folder.file("storage.json"))
        }
        let random = random
        let store = try await SealerStore(.sqlite(path: folder.file("sealer.db"))) {
            WallTime.nanoseconds
        }
        let outcome: Result<Void, any Error>
        do {
            let rows = sectors.map { (id: random.uuid(), sector: $0) }
            try await store.begin(miner, id: random.uuid(), sectors: rows)
            outcome = .success(())
        } catch { outcome = .failure(error) }
        await store.close()
        try outcome.get()
        // Last: it is what makes the folder a sealer's.
        var configuration = configuration
        configuration.secret = random.bytes(32)
        let token = AllowClaims(.admin).token(secret: configuration.secret)
        try AtomicFile.write(token.revealed, to: folder.file("token"), mode: 0o600)
        try AtomicFile.write(configuration.text, to: folder.file("config.toml"), mode: 0o600)
    }
}
