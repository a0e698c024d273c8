import BigIntegers
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
import Multiformats
import ServiceKit
import StorageCircuits
import StorageProofs
import Synchronization
import TestSupport
import VenusAPI

@testable import SectorManager

struct AnyToken: TokenVerifier {
    func verify(_ token: String, peer: SocketAddress?) async throws -> Caller? {
        token == "token" ? Caller(name: "test", level: .admin) : nil
    }
}

/// Sectors that are really sealed, and parameters to prove them with; made once for all tests.
struct SealedSectors: Sendable {
    static let miner: ActorID = 1000
    static let count: UInt64 = 3

    let folder: TemporaryDirectory
    let manifest: PreSealManifest
    let worker: Address

    static func keys() async throws -> VerifyingKeySet {
        try VerifyingKeySet(
            genesis: CID.dagCBOR(hashing: [0]),
            store: .devnet(dataDirectory: await DevnetParameters.folder()),
            sectorSizes: [2048]
        )
    }

    init() throws {
        folder = try TemporaryDirectory()
        worker = try Address.bls(publicKey: [UInt8](repeating: 3, count: 48))
        manifest = try PreSeal(
            miner: Self.miner,
            owner: worker,
            peerID: "",
            proof: .stackedDrg2KiBV1_1,
            sectors: 0..<Self.count,
            ticketPreimage: "sealer tests",
            folder: folder.path("sectors")
        ).run(content: .zeros, storeID: SystemRandom().uuid())
    }

    var path: String { folder.path("sectors") }
    var manifestPath: String { folder.path("sectors/pre-seal-t01000.json") }

    /// The sealed file of a sector.
    func replica(_ number: UInt64) -> String { "\(path)/sealed/s-t01000-\(number)" }

    /// The sectors as the chain has them.
    var onChain: [SectorOnChainResult] {
        manifest.miners[0].sectors.map { sector in
            SectorOnChainResult(
                sectorNumber: sector.sector,
                sealProof: sector.proof,
                sealedCID: sector.commR,
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

    func commitments(_ numbers: [UInt64]) throws -> [SectorCommitment] {
        try numbers.map { number in
            let commR = Bytes32(try onChain[Int(number)].sealedCID.commitment(.sealed))
            return SectorCommitment(number: number, commR: commR ?? Bytes32())
        }
    }
}

/// A node whose chain has one miner and grows as a test says.
final class ScriptedNode: Sendable {
    struct State {
        var heads: [Tipset] = []
        var partitions: [UInt64: [PartitionState]] = [:]
        var submitted: BitField = BitField()
        var listeners: [AsyncStream<[TipsetChange]>.Continuation] = []
    }

    static let blockDelay: UInt64 = 10
    static let genesisTime: UInt64 = 1_700_000_000
    static let challenge = [UInt8](repeating: 0xAB, count: 32)
    static let commit = [UInt8](repeating: 0xCD, count: 32)

    let sectors: SealedSectors
    let box: Box
    let server: HTTPServer
    let url: String

    init(_ sectors: SealedSectors, partitions: [UInt64: [PartitionState]]) async throws {
        self.sectors = sectors
        var first = State()
        first.heads = [try Self.tipset(0)]
        first.partitions = partitions
        let box = Box(first)
        var router = HTTPRouter()
        Self.service(sectors, box).mount(on: &router, at: "/rpc/v1", verifier: AnyToken())
        server = HTTPServer(router: router)
        guard let loopback = SocketAddress(ip: "127.0.0.1", port: 0) else {
            throw CommandFailure("no loopback")
        }
        let place = try await server.start(on: loopback)
        url = "/ip4/127.0.0.1/tcp/\(place.port ?? 0)/http"
        self.box = box
    }

    /// The state behind a reference, for the handlers.
    final class Box: Sendable {
        let state: Mutex<State>
        init(_ state: State) { self.state = Mutex(state) }
    }

    /// Makes a head at an epoch and tells those who listen.
    func grow(to epoch: ChainEpoch) throws {
        let tipset = try Self.tipset(epoch)
        let listeners = box.state.withLock { state in
            state.heads.append(tipset)
            return state.listeners
        }
        for listener in listeners { listener.yield([TipsetChange(type: .apply, tipset: tipset)]) }
    }

    func change(_ body: (inout State) -> Void) { box.state.withLock { body(&$0) } }

    var head: Tipset? { box.state.withLock { $0.heads.last } }

    static func tipset(_ epoch: ChainEpoch) throws -> Tipset {
        let cid = CID.dagCBOR(hashing: [1])
        return try Tipset([
            BlockHeader(
                miner: .id(1000),
                ticket: Ticket(vrfProof: [1]),
                electionProof: ElectionProof(winCount: 1, vrfProof: [1]),
                beaconEntries: [],
                winPoStProof: [],
                parents: [cid],
                parentWeight: 1,
                height: epoch,
                parentStateRoot: cid,
                parentMessageReceipts: cid,
                messages: cid,
                blsAggregate: Signature(type: .bls, data: [4]),
                timestamp: genesisTime + blockDelay * UInt64(epoch.rawValue),
                blockSignature: Signature(type: .bls, data: [5]),
                parentBaseFee: 100
            )
        ])
    }

    private static func service(_ sectors: SealedSectors, _ box: Box) -> RPCService {
        var api = RPCService()
        api.on(NodeVersion.self, need: .read) { _ in
            VersionResult(version: "scripted", apiVersion: 0)
        }
        api.on(ChainGetGenesis.self, need: .read) { _ in try tipset(0) }
        api.on(ChainHead.self, need: .read) { _ in
            let head = box.state.withLock { $0.heads.last }
            return try head ?? tipset(0)
        }
        api.on(ChainNotify.self, need: .read) { _ in
            let (stream, continuation) = AsyncStream.makeStream(of: [TipsetChange].self)
            box.state.withLock { state in
                if let head = state.heads.last {
                    continuation.yield([TipsetChange(type: .current, tipset: head)])
                }
                state.listeners.append(continuation)
            }
            return stream
        }
        api.on(StateGetNetworkParams.self, need: .read) { _ in
            NetworkParametersResult(
                networkName: "test",
                blockDelaySeconds: blockDelay,
                consensusMinerMinPower: 0,
                preCommitChallengeDelay: 10,
                forkUpgradeParameters: .null,
                eip155ChainID: 0,
                genesisTimestamp: nil
            )
        }
        api.on(StateLookupID.self, need: .read) { _, address, _ in address }
        api.on(StateAccountKey.self, need: .read) { _, _, _ in sectors.worker }
        api.on(StateMinerInfo.self, need: .read) { _, miner, _ in
            guard miner == .id(SealedSectors.miner) else { throw RPCError("actor not found") }
            return MinerInfoResult(
                owner: .id(100),
                worker: .id(100),
                controlAddresses: [],
                workerChangeEpoch: -1,
                multiaddrs: [],
                windowPoStProofType: .stackedDrgWindow2KiBV1,
                sectorSize: .kib2,
                windowPoStPartitionSectors: 2,
                consensusFaultElapsed: -1
            )
        }
        api.on(StateMinerProvingDeadline.self, need: .read) { _, _, _ in
            ProvingDeadlineResult(
                currentEpoch: 0,
                periodStart: 100,
                index: 0,
                open: 100,
                close: 160,
                challenge: 80,
                faultCutoff: 30,
                periodDeadlines: 48,
                provingPeriod: 2880,
                challengeWindow: 60,
                challengeLookback: 20,
                faultDeclarationCutoff: 70
            )
        }
        api.on(StateMinerPartitions.self, need: .read) { _, _, index, _ in
            box.state.withLock { $0.partitions[index] }?.map { state in
                PartitionResult(
                    allSectors: BitFieldRuns(state.live),
                    faultySectors: BitFieldRuns(state.faults),
                    recoveringSectors: BitFieldRuns(state.recoveries),
                    liveSectors: BitFieldRuns(state.live),
                    activeSectors: BitFieldRuns(state.healthy)
                )
            }
        }
        api.on(StateMinerDeadlines.self, need: .read) { _, _, _ in
            let submitted = box.state.withLock { $0.submitted }
            return (0..<48).map { index in
                DeadlineResult(
                    postSubmissions: BitFieldRuns(index == 0 ? submitted : BitField()),
                    disputableProofCount: 0,
                    dailyFee: 0
                )
            }
        }
        api.on(StateGetRandomnessFromBeacon.self, need: .read) { _, _, _, _, _ in
            JSONBytes(challenge)
        }
        api.on(StateGetRandomnessFromTickets.self, need: .read) { _, _, _, _, _ in
            JSONBytes(commit)
        }
        api.on(StateMinerSectors.self, need: .read) { _, _, numbers, _ in
            sectors.onChain.filter { numbers?.field.contains($0.sectorNumber.rawValue) ?? true }
        }
        addReport(to: &api, sectors)
        return api
    }

    /// What only people ask for: the figures of the seed's example.
    private static func addReport(to api: inout RPCService, _ sectors: SealedSectors) {
        api.on(StateNetworkVersion.self, need: .read) { _, _ in 15 }
        api.on(StateMinerPower.self, need: .read) { _, _, _ in
            MinerPowerResult(
                minerPower: PowerClaimResult(rawBytePower: 0, qualityAdjustedPower: 0),
                totalPower: PowerClaimResult(
                    rawBytePower: TokenAmount(attoFIL: 1_649_267_441_664),
                    qualityAdjustedPower: TokenAmount(attoFIL: 16_492_674_416_640)
                ),
                hasMinPower: false
            )
        }
        api.on(StateMinerSectorCount.self, need: .read) { _, _, _ in
            MinerSectorsResult(live: 3 << 19, active: 0, faulty: 0)
        }
        api.on(StateGetActor.self, need: .read) { _, address, _ in
            let code = CID.dagCBOR(hashing: [2])
            let text = address == .id(1000) ? "383.869" : "1000"
            return ActorRecord(code: code, head: code, balance: try TokenAmount(text))
        }
        api.on(ChainReadObj.self, need: .read) { _, _ in
            JSONBytes(minerState(pledge: try TokenAmount("0.09375")))
        }
        api.on(StateMinerAvailableBalance.self, need: .read) { _, _, _ in
            try TokenAmount("383.775")
        }
        api.on(StateMarketBalance.self, need: .read) { _, _, _ in
            MarketBalanceResult(escrow: 0, locked: 0)
        }
        api.on(StateMinerActiveSectors.self, need: .read) { _, _, _ in
            Array(sectors.onChain.prefix(2))
        }
        api.on(StateSectorGetInfo.self, need: .read) { _, _, number, _ in
            sectors.onChain.first { $0.sectorNumber == number }
        }
        api.on(StateSectorExpiration.self, need: .read) { _, _, _, _ in
            SectorExpirationResult(onTime: 1_000_000, early: 0)
        }
    }

    /// The block of a miner's state, as the chain keeps it (specs-actors v7).
    private static func minerState(pledge: TokenAmount) -> [UInt8] {
        let cid = CID.dagCBOR(hashing: [3])
        var encoder = CBOREncoder()
        encoder.array(15)
        encoder.encode(cid)
        encoder.encode(TokenAmount.zero)
        encoder.encode(TokenAmount.zero)
        encoder.encode(cid)
        encoder.encode(TokenAmount.zero)
        encoder.encode(pledge)
        for _ in 0..<4 { encoder.encode(cid) }
        encoder.encode(ChainEpoch(100))
        encoder.unsigned(0)
        encoder.encode(cid)
        encoder.encode(BitField())
        encoder.bool(true)
        return encoder.bytes
    }
}

/// A messager that notes what it is given.
final class ScriptedMessager: Sendable {
    struct State {
        var messages: [String: MessagerMessage] = [:]
        var hasWallet = true
        /// What the chain answers a message that makes a miner.
        var receipt: MessageReceipt?
    }

    let box: Box
    let server: HTTPServer
    let url: String
    /// The messages, as they come.
    let pushed: AsyncStream<MessagerMessage>

    final class Box: Sendable {
        let state = Mutex(State())
    }

    init() async throws {
        let box = Box()
        let (stream, continuation) = AsyncStream.makeStream(of: MessagerMessage.self)
        pushed = stream
        var api = RPCService()
        api.on(MessagerWalletHas.self, need: .read) { _, _ in box.state.withLock { $0.hasWallet } }
        api.on(MessagerHasMessageByUid.self, need: .read) { _, id in
            box.state.withLock { $0.messages[id] != nil }
        }
        api.on(MessagerGetMessageByUid.self, need: .read) { _, id in
            guard let found = box.state.withLock({ $0.messages[id] }) else {
                throw RPCError("record not found")
            }
            return found
        }
        api.on(MessagerPushMessageWithId.self, need: .write) { _, id, message, spec in
            let row = MessagerMessage(id: id, message: message, spec: spec ?? MessagerSendSpec())
            let isNew = box.state.withLock { state in
                state.messages.updateValue(row, forKey: id) == nil
            }
            guard isNew else { throw RPCError("message \(id) already exists") }
            continuation.yield(row)
            return id
        }
        api.on(MessagerPushMessage.self, need: .write) { _, message, _ in
            box.state.withLock {
                $0.messages["uid-1"] = MessagerMessage(id: "uid-1", message: message)
            }
            return "uid-1"
        }
        api.on(MessagerWaitMessage.self, need: .read) { _, id, _ in
            guard var found = box.state.withLock({ $0.messages[id] }) else {
                throw RPCError("record not found")
            }
            found.receipt = box.state.withLock { $0.receipt }
            found.state = .onChain
            return found
        }
        api.on(MessagerMarkBadMessage.self, need: .admin) { _, id in
            box.state.withLock { $0.messages[id]?.state = .failed }
            return NoResult()
        }
        var router = HTTPRouter()
        api.mount(on: &router, at: "/rpc/v0", verifier: AnyToken())
        server = HTTPServer(router: router)
        guard let loopback = SocketAddress(ip: "127.0.0.1", port: 0) else {
            throw CommandFailure("no loopback")
        }
        let place = try await server.start(on: loopback)
        url = "http://127.0.0.1:\(place.port ?? 0)/rpc/v0"
        self.box = box
    }

    func change(_ body: (inout State) -> Void) { box.state.withLock { body(&$0) } }

    var ids: [String] { box.state.withLock { $0.messages.keys.sorted() } }
}
