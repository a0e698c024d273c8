import Bytes
import ChainStore
import Consensus
import FilecoinCrypto
import FilecoinTypes
import Hashing
import IPLD
import KeyValueStore
import Multiformats
import NetworkParameters
import TestSupport

/// A chain that lotus made, and what it knew of it.
struct RecordedChain: Sendable {
    static let names = ["chain-nv15-a", "chain-nv14-nv15", "chain-nv15-long", "chain-nv15-real"]

    let name: String
    let chain: ConsensusChain
    /// One line per tipset; those that a reorganization took away come last.
    let lines: [Fixture]
    let head: Tipset

    init(_ name: String) throws {
        self.name = name
        let folder = "reference/lotus/\(name)/"
        let store = try ChainStore(MemoryStore())
        let report = try store.importChain(
            try CARReader(try Vectors.unpackedCAR(folder + "chain.car.zst"))
        )
        guard let genesis = report.genesis else { throw ChainStoreError.noGenesis }
        try store.setGenesis(genesis.cid)
        _ = try store.setHead(report.head)
        head = report.head
        lines = try Vectors.lines(folder + "index.jsonl.gz")
        var parameters = NetworkParameters.twoKiB
        if name == "chain-nv14-nv15" {
            parameters.genesisNetworkVersion = 14
            parameters.upgrades[.ohSnap] = 62
        }
        chain = ConsensusChain(store: store, parameters: parameters)
    }

    var store: ChainStore { chain.store }
    var main: [Fixture] { lines.filter { !$0["fork"].bool } }

    func tipset(_ line: Fixture) throws -> Tipset { try store.tipset(Self.key(line["key"])) }

    static func key(_ list: Fixture) throws -> TipsetKey {
        TipsetKey(try list.list.map { try cid($0) })
    }
    static func cid(_ link: Fixture) throws -> CID { try CID(link["/"].text) }

    /// What lotus got when it executed the tipsets.
    func recordedStates() throws -> TipsetStates {
        var executions: [TipsetKey: ChainStore.Execution] = [:]
        for line in lines {
            executions[try Self.key(line["key"])] = ChainStore.Execution(
                stateRoot: try Self.cid(line["stateRoot"]),
                receiptsRoot: try Self.cid(line["receiptsRoot"])
            )
        }
        return TipsetStates(store, runner: RecordedRunner(executions: executions))
    }

    /// A validator that trusts the recorded states and any proof, a day after the last block.
    func validator(_ proofs: any WinningPoStVerifier) throws -> BlockValidator {
        let now = head.minTimestamp + 86_400
        return BlockValidator(
            chain: chain,
            states: try recordedStates(),
            beacon: BeaconSchedule(MockBeacon()),
            proofs: proofs,
            now: { now }
        )
    }

    func keys() throws -> [Address: SigningKey] {
        var keys: [Address: SigningKey] = [:]
        for line in try Vectors.lines("reference/lotus/\(name)/keys.jsonl") {
            let secret = try Base64.decode(line["privateKey"].text)
            let type: SignatureType = line["type"].text == "bls" ? .bls : .secp256k1
            let key = try SigningKey(KeyInfo(type: type, privateKey: SecretBytes(secret)))
            keys[key.address] = key
        }
        return keys
    }
}

struct RecordedRunner: TipsetRunner {
    struct Unknown: Error {}

    let executions: [TipsetKey: ChainStore.Execution]

    func execute(_ tipset: Tipset) throws -> ChainStore.Execution {
        guard let execution = executions[tipset.key] else { throw Unknown() }
        return execution
    }
}

/// The beacon of lotus's own tests: everybody can foresee it.
struct MockBeacon: RandomBeacon {
    let isChained = true

    func round(at epoch: ChainEpoch) -> UInt64 { UInt64(bitPattern: epoch.rawValue &+ 100) }

    func entry(_ round: UInt64) -> BeaconEntry {
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: round >> (56 - 8 * $0)) }
        return BeaconEntry(round: round, data: BLAKE2b.hash256(bytes))
    }

    func verify(_ entry: BeaconEntry, previous: BeaconEntry) throws(BeaconFault) {
        guard self.entry(entry.round) == entry else {
            throw .invalid(round: entry.round, "mock beacon entry was invalid!")
        }
    }
}

/// The verifier of lotus's own tests: any proof is right, and it is always the first sector's turn.
struct MockWinningPoSt: WinningPoStVerifier {
    func verify(_ claim: WinningPoStClaim) -> Bool { !claim.sectors.isEmpty }

    func challengedSectors(miner: ActorID, randomness: [UInt8], count: UInt64) -> [UInt64] { [0] }
}
