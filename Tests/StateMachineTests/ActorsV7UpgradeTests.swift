import ActorRuntime
import BigIntegers
import Bytes
import CBOR
import FilecoinTypes
import IPLD
import JSON
import Multiformats
import StateMachine
import TestSupport
import Testing

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct ActorsV7UpgradeTests {
    private struct Recorded {
        let table: [Fixture]
        let before: CID
        let after: CID
        let epoch: ChainEpoch

        init(_ name: String) throws {
            let bytes = try Vectors.gunzipped("reference/actors/migration/\(name).json.gz")
            let file = Fixture(try JSONValue(parsing: bytes))
            table = file["actors"].list
            before = try CID(file["pre_root"].text)
            after = try CID(file["post_root"].text)
            epoch = ChainEpoch(Int64(file["epoch"].integer))
        }

        /// The actors that do not come out as the reference's.
        func differences(_ root: CID, _ store: any BlockStore) throws -> [String] {
            let tree = try StateTree(root: root, store: store)
            return try table.compactMap { row in
                let id = try #require(try Address(text: row["address"].text).actorID)
                let actor = try tree.actor(id)
                let isRight =
                    actor?.head.description == row["head"].text
                    && actor?.code.description == row["code"].text
                return isRight ? nil : "\(id): \(actor?.head.description ?? "missing")"
            }
        }
    }

    @Test(arguments: [
        ("world505-v6-v7", "reference/actors/migration/world505-v6-v7.pre.car.zst"),
        ("forcenet-v6-v7", "genesis/forcenet-nv14.car.zst"),
    ])
    func `the upgrade gives each actor the reference's code and state`(
        _ name: String,
        _ archive: String
    ) throws {
        let recorded = try Recorded(name)
        let (_, store) = try Vectors.archive(archive)
        let root = try ActorsV7Upgrade().apply(
            root: recorded.before,
            epoch: recorded.epoch,
            store: store
        )
        #expect(try recorded.differences(root, store) == [])
        #expect(root == recorded.after)
    }

    @Test func `the upgrade works on the tree that an older upgrade left`() throws {
        // The state of network version 13, with the codes and heads after its upgrade to 14.
        let older = try Recorded("interop-v5-v6")
        let recorded = try Recorded("interop-v6-v7")
        let (_, store) = try Vectors.archive("genesis/interopnet-nv13.car.zst")
        let tree = try StateTree(root: older.before, store: store)
        for row in older.table {
            let id = try #require(try Address(text: row["address"].text).actorID)
            try tree.mutate(id) { (actor) throws(ActorError) in
                actor.code = (try? CID(row["code"].text)) ?? actor.code
                actor.head = (try? CID(row["head"].text)) ?? actor.head
            }
        }
        #expect(try tree.flush() == recorded.before)
        let root = try ActorsV7Upgrade().apply(
            root: recorded.before,
            epoch: recorded.epoch,
            store: store
        )
        #expect(try recorded.differences(root, store) == [])
        #expect(root == recorded.after)
    }
}
