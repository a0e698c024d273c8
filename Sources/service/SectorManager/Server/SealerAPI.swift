import BitFields
import FilecoinTypes
import HTTP
import JSON
import JSONRPC
import Multiformats
import ServiceKit
import VenusAPI

/// The sealer's methods at `/rpc/v0`, with the permissions of venus-sealer.
struct SealerAPI: Sendable {
    let miner: ActorID
    let store: SealerStore
    let stores: SectorStores
    let prover: SectorProver
    let chain: NodeProvingChain
    /// The secret of the sealer's tokens.
    let secret: [UInt8]
    let computing: Activity
    let log: LogSystem
    let stop: @Sendable () -> Void
    let metrics = MetricsRegistry(prefix: "venus_sealer")

    func router() -> HTTPRouter {
        var router = HTTPRouter()
        service().mount(on: &router, at: "/rpc/v0", verifier: LocalTokenVerifier(secret: secret))
        let metrics = metrics
        let store = store
        let miner = miner
        router.on(.get, "/healthcheck", runs: .loop) { _ in .text(.ok, "ok\n") }
        router.on(.get, "/metrics") { _ in
            let counts = try await store.proofCounts(of: miner)
            for state in ["waiting", "proven", "pushed", "landed", "missed"] {
                let help = "WindowPoSts of this sealer by state"
                metrics.gauge("window_posts", help: help, labels: ["state": state])
                    .set(counts[state] ?? 0)
            }
            return .text(.ok, metrics.text())
        }
        return router
    }

    /// The methods.
    func service() -> RPCService {
        var api = RPCService()
        addProofs(to: &api)
        addSectors(to: &api)
        addStorage(to: &api)
        addCommon(to: &api)
        return api
    }

    // MARK: - Proofs

    private func addProofs(to api: inout RPCService) {
        let prover = prover
        let computing = computing
        let logger = log.logger("proving")
        let seconds = metrics.histogram("winning_post_seconds", help: "time of a WinningPoSt")
        api.on(ComputeProof.self, need: .read) { _, sectors, randomness, _, _ in
            try await computing.during {
                let start = ContinuousClock.now
                let proof = try await prover.winning(sectors, randomness: randomness.bytes)
                let time = ContinuousClock.now - start
                seconds.observe(Double(time.nanoseconds) / 1e9)
                logger.info(
                    "WinningPoSt",
                    ["sector": sectors[0].sectorNumber, "took": GoDuration.text(time)]
                )
                return proof
            }
        }
        let miner = miner
        let store = store
        let chain = chain
        api.on(WindowPoStList.self, need: .read) { _, limit in
            try await store.proofs(of: miner, limit: min(limit, 10_000))
        }
        api.on(CheckDeadline.self, need: .admin) { _, deadline, isSlow in
            let head = try await chain.head().key
            let partitions = try await chain.partitions(deadline, at: head)
            let live = BitField.union(of: partitions.map(\.live))
            let sectors = try await chain.sectors(live, at: head)
            let bad = await prover.check(sectors, isThorough: isSlow)
            return Dictionary(uniqueKeysWithValues: bad.map { ("\($0)", $1) })
        }
    }

    // MARK: - Sectors

    private func addSectors(to api: inout RPCService) {
        let store = store
        let miner = miner
        let chain = chain
        api.on(ActorAddress.self, need: .read, runs: .loop) { _ in .id(miner) }
        api.on(ActorSectorSize.self, need: .read) { _, address in
            try await chain.client.call(StateMinerInfo.self, address, .empty).sectorSize
        }
        api.on(SectorsList.self, need: .read) { _ in try await store.sectors().map(\.number) }
        api.on(SectorsSummary.self, need: .read) { _ in
            try await store.sectors().reduce(into: [:]) { $0[$1.state, default: 0] += 1 }
        }
        api.on(SectorsStatus.self, need: .read) { _, number, showsChain in
            guard let sector = try await store.sector(number) else {
                throw RPCError("sector \(number) not found")
            }
            var status = SectorStatusResult(sector)
            guard showsChain else { return status }
            let address = Address.id(miner)
            if let info = try await chain.client.call(
                StateSectorGetInfo.self,
                address,
                number,
                .empty
            ) {
                status.sealProof = info.sealProof
                status.activation = info.activation
                status.expiration = info.expiration
                status.dealWeight = info.dealWeight
                status.verifiedDealWeight = info.verifiedDealWeight
                status.initialPledge = info.initialPledge
            }
            let end = try? await chain.client.call(
                StateSectorExpiration.self,
                address,
                number,
                .empty
            )
            status.onTime = end?.onTime ?? 0
            status.early = end?.early ?? 0
            return status
        }
    }

    // MARK: - Storage

    private func addStorage(to api: inout RPCService) {
        let stores = stores
        api.on(StorageAddLocal.self, need: .admin) { _, path in
            try stores.attach(path)
            return NoResult()
        }
        api.on(StorageLocal.self, need: .admin) { _ in
            Dictionary(
                stores.all.map { ($0.metadata.id, $0.path) },
                uniquingKeysWith: { a, _ in a }
            )
        }
    }

    // MARK: - The rest

    private func addCommon(to api: inout RPCService) {
        let secret = secret
        let log = log
        let stop = stop
        api.on(NodeVersion.self, need: .read, runs: .loop) { _ in
            VersionResult(
                version: SectorManagerService.version,
                apiVersion: SectorManagerService.apiVersion
            )
        }
        api.on(AuthVerify.self, need: .read, runs: .loop) { _, token in
            let caller = LocalTokenVerifier(secret: secret).caller(Secret(token))
            guard let caller else { throw RPCError("JWT Verification failed") }
            return caller.permissions.sorted().map(\.rawValue)
        }
        api.on(AuthNew.self, need: .admin, runs: .loop) { _, levels in
            for level in levels where Permission(rawValue: level) == nil {
                throw RPCError("unknown permission \(level); use read, write, sign or admin")
            }
            let token = AllowClaims(allow: levels).token(secret: secret)
            return JSONBytes(Array(token.revealed.utf8))
        }
        api.on(LogList.self, need: .write, runs: .loop) { _ in SectorManagerService.subsystems }
        api.on(LogSetLevel.self, need: .write, runs: .loop) { _, subsystem, level in
            try log.setLevel(level, of: subsystem, among: SectorManagerService.subsystems)
        }
        api.on(Shutdown.self, need: .admin, runs: .loop) { _ in
            stop()
            return NoResult()
        }
    }
}

extension SectorStatusResult {
    /// What the sealer itself knows.
    init(_ sector: PreparedSector) {
        self.init(number: sector.number, state: sector.state)
        commD = sector.commD
        commR = sector.commR
        proof = sector.proof
        ticket = sector.ticket
        ticketEpoch = sector.ticketEpoch
        seed = sector.seed
        seedEpoch = sector.seedEpoch
        preCommitMessage = sector.preCommitMessage
        commitMessage = sector.commitMessage
        lastError = sector.lastError
        sealProof = sector.type
    }
}
