import ActorRuntime
import BuiltinActors
import BigIntegers
import Bytes
import CBOR
import FilecoinTypes
import Genesis
import IPLD
import Multiformats
import TestSupport
import Testing

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing), .ownThread)
struct RebuiltGenesisTests {
    /// The actors that differ, with their heads.
    private static func differences(
        _ root: CID,
        _ store: any BlockStore,
        from expected: CID,
        _ recorded: any BlockStore
    ) throws -> [String] {
        var lines: [String] = []
        let ours = try StateTree(root: root, store: store)
        var seen: Set<ActorID> = []
        try StateTree(root: expected, store: recorded).forEach { id, actor in
            seen.insert(id)
            let mine = try ours.actor(id)
            if mine == actor { return }
            let head = try mine.flatMap { try store.get($0.head) }?.hex ?? "missing"
            lines.append(
                "\(id) \(mine?.balance.attoFIL.description ?? "") \(head), expected "
                    + "\(actor.balance.attoFIL) \(try recorded.get(actor.head)?.hex ?? "")"
            )
        }
        try ours.forEach { id, _ in if !seen.contains(id) { lines.append("\(id) is too much") } }
        return lines
    }

    /// The networks of 2022: 2 KiB to 512 MiB.
    private static let interop = ActorPolicy(
        windowPoStProofs: [
            .stackedDrgWindow2KiBV1, .stackedDrgWindow8MiBV1, .stackedDrgWindow512MiBV1,
            .stackedDrgWindow32GiBV1, .stackedDrgWindow64GiBV1,
        ],
        sealProofs: [
            .stackedDrg2KiBV1_1, .stackedDrg8MiBV1_1, .stackedDrg512MiBV1_1, .stackedDrg32GiBV1_1,
            .stackedDrg64GiBV1_1,
        ],
        consensusMinerMinPower: 2048,
        minVerifiedDealSize: 256,
        preCommitChallengeDelay: 10
    )

    @Test(arguments: [
        ("interopnet-nv15-a", NetworkVersion(15)), ("interopnet-nv15-d", NetworkVersion(15)),
        ("forcenet-nv14", NetworkVersion(14)),
    ])
    func `a real network's genesis is rebuilt from the inputs read out of it`(
        _ name: String,
        _ version: NetworkVersion
    ) throws {
        let (roots, recorded) = try Vectors.archive("genesis/\(name).car.zst")
        let header: BlockHeader = try recorded.value(try #require(roots.first))
        let inputs = try GenesisExtractor(header: header, version: version, store: recorded)
        func build(_ balances: [ActorID: BigInt]) throws -> (CID, MemoryBlockStore) {
            let store = MemoryBlockStore()
            let builder = try GenesisBuilder(
                template: try inputs.template(balances),
                policy: Self.interop,
                verifierKey: try inputs.key(81),
                store: store,
                edition: .lotus2022
            )
            return (try builder.state(), store)
        }
        // Whoever paid for miners had more before: built once with plenty, the difference is known.
        let plenty: BigInt = 1_000_000_000_000_000_000_000_000
        var balances: [ActorID: BigInt] = [:]
        try StateTree(root: header.parentStateRoot, store: recorded).forEach { id, actor in
            if id >= 100 && actor.actorCode?.kind == .account {
                balances[id] = actor.balance.attoFIL + plenty
            }
        }
        let (first, firstStore) = try build(balances)
        let tree = try StateTree(root: first, store: firstStore)
        for (id, balance) in balances {
            let spent = balance - (try tree.actor(id)?.balance.attoFIL ?? 0)
            balances[id] = balance - plenty + spent
        }
        let (root, store) = try build(balances)
        #expect(
            try Self.differences(root, store, from: header.parentStateRoot, recorded) == []
        )
        #expect(root == header.parentStateRoot)
    }
}
