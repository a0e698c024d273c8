import Bytes
import TestSupport
import Testing

@testable import StorageProofs

@Suite(.ownThread) struct SealingTests {
    private func input(_ number: Int = 5) -> SealInput {
        SealInput(
            configuration: configuration(number),
            minerID: 1000,
            sector: 1,
            ticket: Bytes32([UInt8](repeating: 7, count: 32)) ?? Bytes32()
        )
    }

    @Test func `the golden last labels of two graph versions are reached`() throws {
        // rust-fil-proofs, storage-proofs-porep/tests/stacked_vanilla.rs: replica id 09 x 32, 11 layers.
        let replicaID = Bytes32([UInt8](repeating: 9, count: 32)) ?? Bytes32()
        let cases: [(size: UInt64, version: ProofVersion, id: UInt8, words: [UInt64])] = [
            (
                2048, .v1_0, 0,
                [
                    0xd3fa_a96b_9a0f_ba04, 0xea81_a283_d106_485e, 0xe3d5_1b9a_fa5a_c2b3,
                    0x0462_f4f4_f1a6_8d37,
                ]
            ),
            (
                4096, .v1_0, 0,
                [
                    0x7e19_1e52_c4a8_da86, 0x5ae8_a1c9_e6fa_c148, 0xce23_9f3b_88a8_94b8,
                    0x234c_00d1_dc1d_53be,
                ]
            ),
            (
                2048, .v1_1, 0x7b,
                [
                    0xabb3_f38b_b70d_efcf, 0x777a_2e4d_7769_119f, 0x3448_959d_4954_90bc,
                    0x0602_1188_c7a7_1cb5,
                ]
            ),
            (
                4096, .v1_1, 0x7b,
                [
                    0x22ab_81cf_68c4_676d, 0x7a77_a82f_c7c9_c189, 0xc6c0_3d32_c1e4_2d23,
                    0x0f77_7c18_cc2c_55bd,
                ]
            ),
        ]
        for golden in cases {
            let configuration = PoRepConfiguration(
                parameters: parameters(Int(golden.size)),
                version: golden.version,
                poRepID: Bytes32([UInt8](repeating: golden.id, count: 32)) ?? Bytes32()
            )
            let parents = try ParentCache(StackedGraph(configuration))
            let labels = try Labeling(
                configuration: configuration,
                replicaID: replicaID,
                parents: parents
            ).run(layers: 11, progress: nil) { _, _ in }
            var expected: [UInt8] = []
            for word in golden.words { expected.appendLittleEndian(word) }
            #expect(labels[labels.count - 1].bytes == expected)
        }
    }

    @Test func `sectors of several base trees are sealed and proved`() throws {
        // 4, 16 and 32 KiB have the tree shapes of larger sectors: 8-2-0, 8-8-0 (32 GiB), 8-8-2 (64 GiB).
        var generator = SeededGenerator(seed: 4)
        for size in [4096, 16384, 32768] {
            let row = parameters(size)
            let folder = try TemporaryDirectory()
            let input = SealInput(
                configuration: PoRepConfiguration(
                    parameters: row,
                    version: .v1_1,
                    poRepID: Bytes32([UInt8](repeating: 1, count: 32)) ?? Bytes32()
                ),
                minerID: 1000,
                sector: 1,
                ticket: Bytes32()
            )
            let data = Fr32.pad(generator.bytes(size / 128 * 127))
            try SealFiles.write(data, to: folder.path("staged"))
            let sealer = SectorSealer(
                input,
                cache: folder.path("cache"),
                replica: folder.path("sealed")
            )
            let phase1 = try sealer.phase1(staged: folder.path("staged"), pieces: nil)
            let commitments = try sealer.phase2(phase1)
            let sector = PoStSector(
                number: 1,
                commR: commitments.commR,
                replica: folder.path("sealed"),
                cache: folder.path("cache")
            )
            let challenges = [0, 1, 63, row.nodes / 2, row.nodes - 1]
            let proof = try PoStSectorProof(sector, challenges: challenges, parameters: row)
            #expect(proof.isValid(for: challenges))
            #expect(!proof.isValid(for: [0, 1, 63, row.nodes / 2, row.nodes - 2]))
            #expect(try PoStSectorProof(proof.bytes) == proof)
            let prover = try PoRepProver(
                input,
                cache: folder.path("cache"),
                replica: folder.path("sealed")
            )
            for node in [1, 2, row.nodes - 1] {
                let opened = try prover.open(node)
                #expect(
                    opened.isValid(
                        node: node,
                        replicaID: phase1.replicaID,
                        commitments: commitments,
                        graph: StackedGraph(input.configuration)
                    )
                )
            }
        }
    }

    @Test func `data other than the pieces' is refused`() throws {
        let folder = try TemporaryDirectory()
        try SealFiles.write([UInt8](repeating: 1, count: 64), to: folder.path("staged"))
        let sealer = SectorSealer(
            input(),
            cache: folder.path("cache"),
            replica: folder.path("sealed")
        )
        #expect(throws: SealError.self) {
            try sealer.phase1(staged: folder.path("staged"), pieces: [])
        }
    }

    @Test func `too long and ragged staged files are refused`() throws {
        let folder = try TemporaryDirectory()
        let sealer = SectorSealer(
            input(),
            cache: folder.path("cache"),
            replica: folder.path("sealed")
        )
        for length in [33, 2049, 2080] {
            try SealFiles.write([UInt8](repeating: 0, count: length), to: folder.path("staged"))
            #expect(throws: SealError.self, "\(length)") {
                try sealer.phase1(staged: folder.path("staged"), pieces: nil)
            }
        }
    }

    @Test func `phase 2 may be repeated`() throws {
        let folder = try TemporaryDirectory()
        let sealer = SectorSealer(
            input(),
            cache: folder.path("cache"),
            replica: folder.path("sealed")
        )
        let phase1 = try sealer.phase1(staged: nil, pieces: [])
        let first = try sealer.phase2(phase1)
        let replica = try SealFiles.read(folder.path("sealed"), limit: 4096)
        #expect(try sealer.phase2(phase1) == first)
        #expect(try SealFiles.read(folder.path("sealed"), limit: 4096) == replica)
    }

    @Test func `a handler that throws ends the work`() throws {
        struct Ended: Error {}
        let folder = try TemporaryDirectory()
        let sealer = SectorSealer(
            input(),
            cache: folder.path("cache"),
            replica: folder.path("sealed")
        )
        #expect(throws: Ended.self) {
            try sealer.phase1(staged: nil, pieces: nil) { progress in
                if progress.stage == .labels { throw Ended() }
            }
        }
    }

    @Test func `prover ids are LEB128 of the actor number`() {
        #expect(SealInput.proverID(of: 1000).bytes.prefix(3) == [0xe8, 0x07, 0])
        #expect(SealInput.proverID(of: 0).bytes == [UInt8](repeating: 0, count: 32))
    }
}
