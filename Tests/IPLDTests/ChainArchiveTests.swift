import CBOR
import IPLD
import Multiformats
import TestSupport
import Testing

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct ChainArchiveTests {
    static let archives: [String] =
        ((try? Vectors.files(below: "genesis")) ?? []).filter { $0.hasSuffix(".car.zst") }
        + ["chain/mainnet-chain4.car.zst", "chain/mainnet-export40.car.zst", "chain/carv2.car.zst"]

    @Test(arguments: archives)
    func `the walk from the roots finds blocks that are all there`(_ archive: String) throws {
        let (roots, store) = try Vectors.archive(archive)
        var count = 0
        // A chain export ends at some height, and some exports leave out receipts; those are not walked.
        try DAG.forEachBlock(from: roots, in: store, where: store.has) { _ in count += 1 }
        #expect(count > 0 && count <= store.count)
        if archive.hasPrefix("genesis/") {
            #expect(count == store.cids.count { $0.codec == .dagCBOR })
        }
    }
}
