/// What the proofs of one sector size are made of.
///
/// The table holds every size that the reference defines. Networks use 2 KiB, 8 MiB, 512 MiB, 32 GiB and
/// 64 GiB; the others serve tests. Source: rust-fil-proofs, filecoin-proofs/src/constants.rs.
package struct SectorParameters: Hashable, Sendable {
    /// The number of constraints of each circuit, as published.
    package struct ConstraintCounts: Hashable, Sendable {
        package let poRep: Int
        package let winningPoSt: Int
        package let windowPoSt: Int

        fileprivate init(_ counts: Counts) {
            poRep = counts.poRep
            winningPoSt = counts.winningPoSt
            windowPoSt = counts.windowPoSt
        }
    }

    /// The size of the sector, padded, in bytes.
    package let sectorSize: UInt64
    /// The number of layers of labels.
    package let layers: Int
    /// The number of proofs of one interactive PoRep.
    package let poRepPartitions: Int
    /// The smallest number of challenges of an interactive PoRep, over all partitions.
    package let poRepMinimumChallenges: Int
    /// The number of proofs of one non-interactive PoRep.
    package let nonInteractivePartitions: Int
    /// The smallest number of challenges of a non-interactive PoRep.
    package let nonInteractiveMinimumChallenges: Int
    /// The number of sectors of one WindowPoSt partition.
    package let windowPoStSectors: Int
    /// The shape of the trees over columns and replica.
    package let tree: TreeShape
    /// The sizes of the circuits; nil for the two sizes that no parameters were published for.
    package let constraints: ConstraintCounts?

    /// The number of nodes of the sector.
    package var nodes: Int { Int(sectorSize / 32) }
    /// The number of challenges of one PoRep partition.
    package var poRepChallenges: Int {
        (poRepMinimumChallenges + poRepPartitions - 1) / poRepPartitions
    }
    /// The number of challenges of one partition of a non-interactive PoRep.
    package var nonInteractiveChallenges: Int {
        (nonInteractiveMinimumChallenges + nonInteractivePartitions - 1) / nonInteractivePartitions
    }
    /// The number of nodes of a base tree's leaves.
    package var nodesPerBaseTree: Int { nodes / tree.baseTrees }
    /// The length of a PoRep proof in bytes.
    package var poRepProofBytes: Int { 192 * poRepPartitions }

    /// The number of challenges of a WinningPoSt, all on one sector.
    package static let winningPoStChallenges: Int = 66
    /// The number of challenges of a WindowPoSt for each sector.
    package static let windowPoStChallenges: Int = 10

    /// Returns the row of a sector size in bytes, or nil if there is none.
    package static func of(sectorSize: UInt64) -> SectorParameters? {
        all.first { $0.sectorSize == sectorSize }
    }

    /// All rows, smallest sector first.
    package static let all: [SectorParameters] = [
        small(2 << 10, TreeShape(sub: 0, top: 0), (2_687_921, 90_750, 21_866)),
        small(4 << 10, TreeShape(sub: 2, top: 0), (2_788_733, 111_474, 28_146)),
        small(16 << 10, TreeShape(sub: 8, top: 0), (2_977_173, 125_730, 32_466)),
        small(32 << 10, TreeShape(sub: 8, top: 2), (3_077_985, 146_454, 38_746)),
        small(8 << 20, TreeShape(sub: 0, top: 0), (3_844_929, 230_670, 64_266)),
        small(16 << 20, TreeShape(sub: 2, top: 0), nil),
        small(512 << 20, TreeShape(sub: 0, top: 0), (4_423_433, 300_630, 85_466)),
        small(1 << 30, TreeShape(sub: 2, top: 0), nil),
        large(32 << 30, 2349, TreeShape(sub: 8, top: 0), (130_278_541, 370_590, 125_279_217)),
        large(64 << 30, 2300, TreeShape(sub: 8, top: 2), (131_185_849, 391_314, 129_887_900)),
    ]

    fileprivate typealias Counts = (poRep: Int, winningPoSt: Int, windowPoSt: Int)

    private static func small(_ size: UInt64, _ tree: TreeShape, _ counts: Counts?) -> Self {
        SectorParameters(
            sectorSize: size,
            layers: 2,
            poRepPartitions: 1,
            poRepMinimumChallenges: 2,
            nonInteractivePartitions: 13,
            nonInteractiveMinimumChallenges: 26,
            windowPoStSectors: 2,
            tree: tree,
            constraints: counts.map(ConstraintCounts.init)
        )
    }

    private static func large(
        _ size: UInt64,
        _ windowPoStSectors: Int,
        _ tree: TreeShape,
        _ counts: Counts
    ) -> Self {
        SectorParameters(
            sectorSize: size,
            layers: 11,
            poRepPartitions: 10,
            poRepMinimumChallenges: 176,
            nonInteractivePartitions: 126,
            nonInteractiveMinimumChallenges: 2253,
            windowPoStSectors: windowPoStSectors,
            tree: tree,
            constraints: ConstraintCounts(counts)
        )
    }
}
