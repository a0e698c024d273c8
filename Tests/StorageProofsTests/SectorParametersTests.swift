import Bytes
import Testing

@testable import StorageProofs

@Suite struct SectorParametersTests {
    @Test func `registered numbers say size, version and variant`() {
        #expect(configuration(0).name == "StackedDrg2KiBV1")
        #expect(configuration(8).name == "StackedDrg32GiBV1_1")
        #expect(configuration(8).version == .v1_1)
        #expect(configuration(12).variant == .synthetic)
        #expect(configuration(19).variant == .nonInteractive)
        #expect(configuration(19).parameters.sectorSize == 64 << 30)
        #expect(configuration(9).poRepID.bytes == [9] + [UInt8](repeating: 0, count: 31))
        #expect(PoRepConfiguration(registeredProof: -1) == nil)
        #expect(PoRepConfiguration(registeredProof: 20) == nil)
    }

    @Test func `challenges are spread over partitions`() {
        #expect(parameters(32 << 30).poRepChallenges == 18)
        #expect(parameters(32 << 30).nonInteractiveChallenges == 18)
        #expect(parameters(2048).poRepChallenges == 2)
        #expect(parameters(2048).nonInteractiveChallenges == 2)
        #expect(parameters(32 << 30).poRepProofBytes == 1920)
    }

    @Test func `sizes of tree files are those of the reference`() {
        // 2 KiB, 8 MiB, 512 MiB and one of the eight of 32 GiB.
        let cases: [(leaves: Int, treeC: Int, treeRLast: Int)] = [
            (64, 2336, 32), (1 << 18, 9_586_976, 18_720), (1 << 24, 613_566_752, 1_198_368),
            (1 << 27, 4_908_534_048, 9_586_976),
        ]
        for sizes in cases {
            let nodes = TreeShape.nodes(leaves: sizes.leaves)
            #expect(nodes * 32 == sizes.treeC)
            let discarded = TreeShape.rowsToDiscard(leaves: sizes.leaves)
            #expect(
                ReplicaTree.discardedRows(
                    leaves: sizes.leaves,
                    stored: sizes.treeRLast / 32
                ) == discarded
            )
        }
        #expect(ReplicaTree.discardedRows(leaves: 64, stored: 2) == nil)
        #expect(ReplicaTree.discardedRows(leaves: 64, stored: 9) == 0)
    }
}
