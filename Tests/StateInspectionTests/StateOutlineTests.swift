import ActorRuntime
import BigIntegers
import BitFields
import BuiltinActors
import CBOR
import FilecoinTypes
import IPLD
import Multiformats
import StateInspection
import TestSupport
import Testing

@Suite struct StateOutlineTests {
    private let blocks = MemoryBlockStore()

    private func account(_ address: Address, balance: TokenAmount) throws -> ActorRecord {
        ActorRecord(
            code: ActorCode(.account, .v7).cid,
            head: try blocks.put(value: AccountState(address: address)),
            balance: balance
        )
    }

    @Test func `an actor is shown field by field`() throws {
        let outline = StateOutline(store: ActorStore(reading: blocks))
        let actor = try account(.id(1234), balance: 5)
        #expect(
            outline.node(actor).lines() == [
                "code: fil/7/account", "nonce: 0", "balance: 5", "state: address: t01234",
            ]
        )
    }

    @Test func `a difference names the field and both values`() throws {
        let outline = StateOutline(store: ActorStore(reading: blocks))
        let ours = outline.node(try account(.id(1), balance: 5))
        let theirs = outline.node(try account(.id(2), balance: 5))
        #expect(
            ours.differences(from: theirs) == [
                "state:", "  address:", "    - t01", "    + t02",
            ]
        )
        #expect(ours.differences(from: ours) == [])
    }

    @Test func `entries of maps and arrays are compared by their keys`() throws {
        let store = ActorStore(reading: blocks)
        let outline = StateOutline(store: store)
        func channel(_ lanes: [UInt64: LaneState]) throws -> ActorRecord {
            var array = ADTArray<LaneState>(emptyIn: store, bitWidth: 3)
            for (index, lane) in lanes.sorted(by: { $0.key < $1.key }) {
                try array.set(index, lane)
            }
            let state = PaymentChannelState(
                from: .id(100),
                to: .id(101),
                toSend: .zero,
                settlingAt: 0,
                minSettleHeight: 0,
                laneStates: try array.root()
            )
            return ActorRecord(
                code: ActorCode(.paymentChannel, .v7).cid,
                head: try blocks.put(value: state)
            )
        }
        let same = LaneState(redeemed: 7, nonce: 1)
        let ours = try channel([0: same, 2: LaneState(redeemed: 8, nonce: 1)])
        let theirs = try channel([0: same, 2: LaneState(redeemed: 9, nonce: 1), 5: same])
        #expect(
            outline.node(ours).differences(from: outline.node(theirs)) == [
                "state:", "  laneStates:", "    2:", "      redeemed:", "        - 8",
                "        + 9",
                "    5:", "      + redeemed: 7", "      + nonce: 1",
            ]
        )
    }

    @Test func `a block that is not there is shown as such`() throws {
        let outline = StateOutline(store: ActorStore(reading: MemoryBlockStore()))
        let lines = outline.node(try account(.id(1), balance: 0)).lines()
        #expect(lines.last?.contains("is missing") == true)
    }
}

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct RecordedOutlineTests {
    @Test func `every link of a state of all kinds of actors can be followed`() throws {
        let archive = try Vectors.archive("reference/actors/state/world707-v7.car.zst")
        let tree = try StateTree(root: try #require(archive.roots.first), store: archive.store)
        let outline = StateOutline(store: ActorStore(reading: archive.store))
        var count = 0
        try tree.forEach { id, record in
            let lines = outline.node(record).lines()
            #expect(!lines.contains { $0.contains("is missing") || $0.contains("is no ") }, "\(id)")
            count += lines.count
        }
        #expect(count > 5000)
    }

    @Test func `a change deep in a miner's state is found, and only it`() throws {
        let archive = try Vectors.archive("reference/actors/state/world707-v7.car.zst")
        let tree = try StateTree(root: try #require(archive.roots.first), store: archive.store)
        let store = ActorStore(reading: archive.store)
        let before = try #require(try tree.actor(121))
        var state: MinerState = try store.get(before.head)
        var deadlines = try state.loadDeadlines(store)
        let index = try #require(
            try deadlines.due.indices.first {
                try deadlines.load(UInt64($0), store).totalSectors > 0
            }
        )
        var deadline = try deadlines.load(UInt64(index), store)
        var partitions = try deadline.partitionsArray(store)
        var partition = try #require(try partitions.get(0))
        partition.recoveries.insert(99_999)
        try partitions.set(0, partition)
        deadline.partitions = try partitions.root()
        deadlines.due[index] = try archive.store.put(value: deadline)
        state.deadlines = try archive.store.put(value: deadlines)
        var after = before
        after.head = try archive.store.put(value: state)
        let outline = StateOutline(store: store)
        let lines = outline.node(before).differences(from: outline.node(after))
        #expect(
            lines.map { $0.trimmingPrefix(while: { $0 == " " }) }.dropLast(2) == [
                "state:", "deadlines:", "due:", "\(index):", "partitions:", "0:", "recoveries:",
            ]
        )
        #expect(lines.last?.contains("+ {") == true && lines.last?.contains("99999}") == true)
    }
}
