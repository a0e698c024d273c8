import BitFields
import CBOR
import EventLoop
import FilecoinCrypto
import FilecoinTypes
import HTTP
import Hashing
import JSON
import JSONRPC
import Multiformats
import ServiceKit
import Synchronization
import TestSupport
import Testing
import VenusAPI

@testable import Miner

/// A node, and a wallet and a sealer for each of two miners, on one port.
///
/// Draws and signatures are real, and checked by the node as a validator would; states, messages and proofs
/// are made up.
final class ScriptedPool: Sendable {
    struct AnyToken: TokenVerifier {
        func verify(_ token: String, peer: SocketAddress?) async throws -> Caller? {
            token == "token" ? Caller(name: "miner", level: .admin) : nil
        }
    }

    struct State {
        var head: Tipset
        /// All blocks that were taken.
        var taken: [BlockMessage] = []
        /// What was refused, and why.
        var refusals: [String] = []
        /// How often each sealer was asked.
        var proofs: [Address: Int] = [:]
        /// Sealers that do not answer.
        var stuck: Set<Address> = []
        /// The miners of the auth service that blocks are made for.
        var open: Set<Address> = []
        /// How many further blocks the node refuses.
        var refusing = 0
        /// Whether the choice of messages fails.
        var hasNoMessages = false
        /// What the wallets were asked to sign, in order.
        var requests: [(type: String, bytes: [UInt8])] = []
        var subscribers: [AsyncStream<[TipsetChange]>.Continuation] = []
    }

    static let names = [Sample.alice: "alice", Sample.bob: "bob"]

    let clock: ManualClock
    let keys: [Address: SigningKey]
    let state: Mutex<State>
    let genesis: Tipset
    private let server = Mutex<HTTPServer?>(nil)

    init() throws {
        clock = ManualClock(now: Sample.genesis + .seconds(1))
        // Always the same keys: an election that a miner has all the power in is lost once in 150 times.
        var generator = SeededGenerator(seed: 1)
        keys = [
            Sample.alice: try SigningKey(.generate(.bls, using: &generator)),
            Sample.bob: try SigningKey(.generate(.bls, using: &generator)),
        ]
        genesis = Sample.tipset(Sample.header(.system, 0, parents: [], ticket: 0))
        state = Mutex(State(head: genesis))
    }

    /// Starts to listen; returns the base of all addresses.
    func start() async throws -> String {
        var router = HTTPRouter()
        node().mount(on: &router, at: "/rpc/v1", verifier: AnyToken())
        for (miner, name) in Self.names {
            local(miner).mount(on: &router, at: "/\(name)/rpc/v0", verifier: AnyToken())
        }
        gateway().mount(on: &router, at: "/rpc/v2", verifier: AnyToken())
        addAuth(to: &router)
        let server = HTTPServer(router: router)
        let loopback = try #require(SocketAddress(ip: "127.0.0.1", port: 0))
        let place = try await server.start(on: loopback)
        self.server.withLock { $0 = server }
        return "http://127.0.0.1:\(place.port ?? 0)"
    }

    func stop() async {
        for subscriber in state.withLock({ $0.subscribers }) { subscriber.finish() }
        await server.withLock { $0 }?.shutdown(grace: .zero)
    }

    var head: Tipset { state.withLock { $0.head } }

    static func entry(at epoch: ChainEpoch) -> BeaconEntry {
        BeaconEntry(
            round: UInt64(clamping: epoch.rawValue),
            data: BLAKE2b.hash256(Array("beacon \(epoch)".utf8))
        )
    }

    // MARK: - Node

    private func node() -> RPCService {
        var api = RPCService()
        api.on(NodeVersion.self, need: .read) { _ in VersionResult(version: "test", apiVersion: 0) }
        api.on(StateNetworkName.self, need: .read) { _ in "localnet-test" }
        api.on(StateGetNetworkParams.self, need: .read) { _ in
            NetworkParametersResult(
                networkName: "localnet-test",
                blockDelaySeconds: 10,
                consensusMinerMinPower: 0,
                preCommitChallengeDelay: 10,
                forkUpgradeParameters: .null,
                eip155ChainID: 0,
                genesisTimestamp: UInt64(clamping: Sample.genesis.seconds)
            )
        }
        api.on(SyncState.self, need: .read) { _ in SyncStateResult(activeSyncs: [], vmApplied: 0) }
        api.on(ChainHead.self, need: .read) { [self] _ in head }
        api.on(ChainNotify.self, need: .read) { [self] _ in subscribe() }
        api.on(StateNetworkVersion.self, need: .read) { _, _ in 15 }
        api.on(StateGetBeaconEntry.self, need: .read) { _, epoch in Self.entry(at: epoch) }
        api.on(ChainGetTipSetByHeight.self, need: .read) { [self] _, height, _ in
            try tipset(at: height)
        }
        addMiners(to: &api)
        addMining(to: &api)
        return api
    }

    private func tipset(at height: ChainEpoch) throws -> Tipset {
        let blocks = state.withLock { $0.taken.map(\.header) }
        guard let best = blocks.map(\.height).filter({ $0 <= height }).max() else { return genesis }
        return try Tipset(blocks.filter { $0.height == best })
    }

    private func addMiners(to api: inout RPCService) {
        api.on(StateLookupID.self, need: .read) { _, miner, _ in miner }
        api.on(StateAccountKey.self, need: .read) { _, key, _ in key }
        api.on(StateMinerInfo.self, need: .read) { [self] _, miner, _ in
            guard let key = keys[miner] else { throw RPCError("actor not found") }
            return MinerInfoResult(
                owner: .id(100),
                worker: key.address,
                controlAddresses: [],
                workerChangeEpoch: -1,
                multiaddrs: [],
                windowPoStProofType: .stackedDrgWinning2KiBV1,
                sectorSize: .kib2,
                windowPoStPartitionSectors: 2,
                consensusFaultElapsed: -1
            )
        }
        api.on(StateMinerDeadlines.self, need: .read) { _, _, _ in
            let deadline = DeadlineResult(
                postSubmissions: BitFieldRuns(BitField([])),
                disputableProofCount: 0,
                dailyFee: 0
            )
            return [deadline, deadline]
        }
        api.on(StateMinerPartitions.self, need: .read) { _, _, deadline, _ in
            guard deadline == 1 else { return [] }
            let sectors = BitFieldRuns(BitField([3, 4]))
            return [
                PartitionResult(
                    allSectors: sectors,
                    faultySectors: BitFieldRuns(BitField([])),
                    recoveringSectors: BitFieldRuns(BitField([])),
                    liveSectors: sectors,
                    activeSectors: sectors
                )
            ]
        }
        api.on(StateSectorGetInfo.self, need: .read) { _, _, number, _ in
            SectorOnChainResult(
                sectorNumber: number,
                sealProof: .stackedDrg2KiBV1_1,
                sealedCID: Sample.empty,
                activation: 0,
                expiration: 1_000_000,
                dealWeight: 0,
                verifiedDealWeight: 0,
                initialPledge: 0,
                powerBaseEpoch: 0,
                flags: 0,
                dailyFee: 0
            )
        }
    }

    private func addMining(to api: inout RPCService) {
        api.on(MinerGetBaseInfo.self, need: .read) { [self] _, miner, epoch, _ in
            guard let key = keys[miner] else { return nil }
            var info = Sample.info(miner, worker: key.address)
            info.beaconEntries = [Self.entry(at: epoch)]
            return info
        }
        api.on(MpoolSelects.self, need: .read) { [self] _, _, qualities in
            guard !state.withLock({ $0.hasNoMessages }) else { throw RPCError("no messages now") }
            return qualities.indices.map { [Sample.message(0, from: 200 + UInt64($0))] }
        }
        api.on(MinerCreateBlock.self, need: .write) { _, template in Sample.block(template) }
        api.on(SyncSubmitBlock.self, need: .write) { [self] _, block in
            do { try take(block) } catch {
                state.withLock { $0.refusals.append("\(error)") }
                throw error
            }
            return NoResult()
        }
    }

    /// Judges a block as a validator does, as far as draws and signatures go.
    private func take(_ block: BlockMessage) throws {
        let header = block.header
        let isRefused = state.withLock { state in
            state.refusing -= 1
            return state.refusing >= 0
        }
        if isRefused { throw RPCError("not now") }
        guard let key = keys[header.miner], let ticket = header.ticket,
            let election = header.electionProof, let signature = header.blockSignature
        else { throw RPCError("the block lacks a part") }
        let base = try #require(
            [head, try tipset(at: header.height - 1)].first { $0.key == header.parentKey }
        )
        let draws = BlockDraws(
            beaconEntry: Self.entry(at: header.height),
            epoch: header.height,
            miner: header.miner
        )
        try VRF.verify(
            ticket.vrfProof,
            input: draws.ticketInput(parentTicket: base.minTicket),
            worker: key.address
        )
        try VRF.verify(election.vrfProof, input: draws.electionInput, worker: key.address)
        guard signature.verifies(header.signingBytes, by: key.address) else {
            throw RPCError("the signature of the block does not verify")
        }
        let due = Sample.schedule.timestamp(of: header.height)
        guard header.timestamp == UInt64(clamping: due.seconds), clock.now >= due else {
            throw RPCError("the block is from another time")
        }
        try state.withLock { state in
            state.taken.append(block)
            let siblings = state.taken.map(\.header).filter {
                $0.height == header.height && $0.parents == header.parents
            }
            let head = try Tipset(siblings)
            state.head = head
            for subscriber in state.subscribers {
                subscriber.yield([TipsetChange(type: .apply, tipset: head)])
            }
        }
    }

    /// Gives the chain another head, as a fork would.
    func setHead(_ head: Tipset) {
        state.withLock { state in
            state.head = head
            for subscriber in state.subscribers {
                subscriber.yield([TipsetChange(type: .apply, tipset: head)])
            }
        }
    }

    private func subscribe() -> AsyncStream<[TipsetChange]> {
        let (stream, continuation) = AsyncStream.makeStream(of: [TipsetChange].self)
        state.withLock { state in
            continuation.yield([TipsetChange(type: .current, tipset: state.head)])
            state.subscribers.append(continuation)
        }
        return stream
    }

    // MARK: - Auth and gateway

    /// An auth service with one user, who has both miners.
    private func addAuth(to router: inout HTTPRouter) {
        router.on(.get, "/user/list") { _ in
            .json(.ok, Array(#"[{"id":"u-1","name":"sp1","state":1}]"#.utf8))
        }
        router.on(.get, "/user/miner/list") { [self] request in
            let isKnown = request.queryItems.contains { $0.name == "user" && $0.value == "sp1" }
            let open = state.withLock { $0.open }
            let rows = [Sample.alice, Sample.bob].map { miner in
                JSONObject([
                    ("Miner", .string(miner.text(on: .mainnet))), ("User", .string("sp1")),
                    ("OpenMining", .bool(open.contains(miner))),
                ])
            }
            return .json(.ok, isKnown ? rows.jsonBytes() : Array("[]".utf8))
        }
        router.on(.post, "/miner/add-miner") { [self] request in
            let body = try JSONValue(parsing: request.body)
            let miner = try Address(from: try #require(body["Miner"]))
            let isOpen = body["OpenMining"] == .bool(true)
            state.withLock { state in
                if isOpen { state.open.insert(miner) } else { state.open.remove(miner) }
            }
            return .json(.ok, Array("false".utf8))
        }
    }

    /// A gateway that the wallets and sealers of the user have dialled in to.
    private func gateway() -> RPCService {
        var api = RPCService()
        api.on(GatewayWalletSign.self, need: .sign) { [self] _, signer, accounts, bytes, meta in
            guard accounts == ["sp1"] else { throw RPCError("no connection for \(accounts)") }
            guard let key = keys.values.first(where: { $0.address == signer }) else {
                throw RPCError("no wallet has \(signer)")
            }
            return key.sign(try Self.payload(bytes.bytes, meta))
        }
        api.on(GatewayComputeProof.self, need: .admin) { [self] _, miner, sectors, _, _, version in
            state.withLock { $0.proofs[miner, default: 0] += 1 }
            guard sectors.count == 1, version == 15 else { throw RPCError("one sector") }
            return Sample.proof
        }
        return api
    }

    // MARK: - Wallet and sealer

    private func local(_ miner: Address) -> RPCService {
        var api = RPCService()
        api.on(WalletHas.self, need: .read) { [self] _, address in
            address.address == keys[miner]?.address
        }
        api.on(WalletSign.self, need: .sign) { [self] _, signer, bytes, meta in
            guard let key = keys[miner], signer.address == key.address else {
                throw RPCError("key not found")
            }
            state.withLock { $0.requests.append((meta.type, bytes.bytes)) }
            return key.sign(try Self.payload(bytes.bytes, meta))
        }
        api.on(ComputeProof.self, need: .admin) { [self] _, sectors, randomness, epoch, version in
            let isStuck = state.withLock { state in
                state.proofs[miner, default: 0] += 1
                return state.stuck.contains(miner)
            }
            if isStuck { try await Task.sleep(for: .seconds(3600)) }
            guard sectors.count == 1, randomness.bytes.count == 32, version.value == 15,
                epoch.value != nil
            else { throw RPCError("not what a sealer is asked") }
            return Sample.proof
        }
        return api
    }

    /// What a wallet signs: read from the request as venus-wallet does, not as the miner writes it.
    private static func payload(_ bytes: [UInt8], _ meta: SigningMeta) throws -> [UInt8] {
        switch SigningType(rawValue: meta.type) {
        case .block:
            var decoder = CBORDecoder(bytes)
            return try BlockHeader(from: &decoder).signingBytes
        case .drawRandomParameters:
            var decoder = CBORDecoder(bytes)
            guard try decoder.mapCount() == 4 else { throw RPCError("four fields") }
            _ = try decoder.text()
            let base = try decoder.bytes()
            _ = try decoder.text()
            let purpose = try decoder.signed()
            _ = try decoder.text()
            let round = ChainEpoch(rawValue: try decoder.signed())
            _ = try decoder.text()
            return Randomness.draw(
                baseDigest: BLAKE2b.hash256(base),
                purpose: purpose,
                round: round,
                entropy: try decoder.bytes()
            )
        default: throw RPCError("unsupported msgtype:\(meta.type)")
        }
    }
}

/// Waits, without sleeping, until something holds; gives up after 30 seconds.
func eventually(_ what: Comment, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while try await !condition() {
        try #require(ContinuousClock.now < deadline, what)
        await Task.yield()
    }
}
