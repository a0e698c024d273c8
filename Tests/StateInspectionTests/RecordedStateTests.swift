import ActorRuntime
import BigIntegers
import FilecoinTypes
import Foundation
import IPLD
import Multiformats
import StateInspection
import TestSupport
import Testing

/// States of the reference, all of which its own actors left behind.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct RecordedStateTests {
    /// The complaint that the reference's checker makes about its own actors' states.
    private static let unboundCron = "funds are bound but no deadline cron is active"

    private func report(
        _ root: CID,
        _ store: any BlockStore,
        at moment: StateInvariants.Moment,
        policy: ActorPolicy = .twoKiB,
        total: TokenAmount? = nil
    ) throws -> StateInvariants.Report {
        try StateInvariants(try StateTree(root: root, store: store), at: moment, policy: policy)
            .check(expectedTotal: total)
    }

    @Test func `a state of all kinds of actors has the complaints of the reference's checker`()
        throws
    {
        let path = "reference/actors/state/world707-v7"
        let (roots, store) = try Vectors.archive(path + ".car.zst")
        let text = try Vectors.gunzippedText(path + ".json.gz").prefix(400)
        #expect(text.contains("\"prior_epoch\":3198,"))
        #expect(text.contains("=2100000000001000000000000000)"))
        #expect(text.contains("\"invariant_messages\":2,"))
        let total = TokenAmount(
            attoFIL: try #require(BigInt("2100000000001000000000000000"))
        )
        let report = try report(
            try #require(roots.first),
            store,
            at: .after(3198),
            total: total
        )
        #expect(report.unexpected == [])
        #expect(report.broken.map(\.actor) == [178, 182])
        #expect(Set(report.broken.map(\.text)) == [Self.unboundCron])
        // Every kind that a network has.
        #expect(report.actorCounts.count == ActorKind.allCases.count - 1)
    }

    @Test(arguments: ["2k-v6", "2k-v7", "2k-v7-genesis-gas"])
    func `histories begin and end with states that hold, and keep the supply`(
        _ name: String
    ) throws {
        let path = "reference/actors/replay/\(name)"
        let header = try #require(try Vectors.lines(path + ".jsonl.gz").first)
        let genesisRoot = try CID(header["genesis_root"].text)
        let finalRoot = try CID(header["final_root"].text)
        let (_, genesis) = try Vectors.archive(path + ".genesis.car.zst")
        // These histories begin late, but cron has not run before.
        let begin = try report(genesisRoot, genesis, at: .after(-1))
        #expect(begin.unexpected.map(\.description) == [])
        let (_, final) = try Vectors.archive(path + ".final.car.zst")
        let last = ChainEpoch(Int64(header["final_epoch"].integer))
        let end = try report(finalRoot, final, at: .after(last), total: begin.total)
        #expect(end.unexpected.map(\.description) == [])
    }

    @Test(arguments: ["forcenet-nv14", "interopnet-nv15-a", "interopnet-nv15-d"])
    func `genesis states hold`(_ name: String) throws {
        let (roots, store) = try Vectors.archive("genesis/\(name).car.zst")
        let header: BlockHeader = try store.value(try #require(roots.first))
        let report = try report(header.parentStateRoot, store, at: .after(-1))
        #expect(report.unexpected.map(\.description) == [])
    }

    @Test(arguments: ["chain-nv15-a", "chain-nv14-nv15", "chain-nv15-long", "chain-nv15-real"])
    func `every state of a chain holds, and keeps the supply`(_ name: String) throws {
        let folder = "reference/lotus/\(name)/"
        let (_, store) = try Vectors.archive(folder + "chain.car.zst")
        var total: TokenAmount?
        var checked = 0
        for line in try Vectors.lines(folder + "index.jsonl.gz") {
            let height = ChainEpoch(Int64(line["height"].integer))
            // The genesis block's own state is executed like any other: without cron.
            let root = try CID(line["stateRoot"]["/"].text)
            let report = try report(
                root,
                store,
                at: .after(height == 0 ? -1 : height),
                total: total
            )
            #expect(
                report.unexpected.map(\.description) == [],
                "at height \(height) of \(name)"
            )
            total = report.total
            checked += 1
        }
        #expect(checked > 30)
    }
}
