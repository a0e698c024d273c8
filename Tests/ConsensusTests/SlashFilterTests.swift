import BigIntegers
import Consensus
import FilecoinTypes
import KeyValueStore
import Multiformats
import SQLStore
import TestSupport
import Testing

@Suite struct SlashFilterTests {
    private let filter = SlashFilter(KeyValueMinedBlocks(MemoryStore()))

    private static func header(
        miner: UInt64 = 1000,
        epoch: Int64,
        on parents: [CID],
        salt: UInt64 = 0
    ) -> BlockHeader {
        let root = CID.dagCBOR(hashing: [0x80])
        return BlockHeader(
            miner: .id(ActorID(miner)),
            ticket: nil,
            electionProof: nil,
            beaconEntries: [],
            winPoStProof: [],
            parents: parents,
            parentWeight: 0,
            height: ChainEpoch(epoch),
            parentStateRoot: root,
            parentMessageReceipts: root,
            messages: root,
            blsAggregate: nil,
            timestamp: salt,
            parentBaseFee: 100
        )
    }

    private static let parent = CID.dagCBOR(hashing: [1])
    private static let uncle = CID.dagCBOR(hashing: [2])

    private func admit(_ header: BlockHeader, parentEpoch: Int64) throws {
        try filter.admit(MinedBlock(header, parentEpoch: ChainEpoch(parentEpoch)))
    }

    @Test func `the same block may come twice, another one of its epoch may not`() throws {
        let first = Self.header(epoch: 10, on: [Self.parent])
        try admit(first, parentEpoch: 9)
        try admit(first, parentEpoch: 9)
        let second = Self.header(epoch: 10, on: [Self.uncle])
        let block = MinedBlock(second, parentEpoch: 9)
        #expect(throws: ConsensusFaultRisk.doubleFork(block, other: first.cid)) {
            try filter.admit(block)
        }
        try admit(Self.header(miner: 1001, epoch: 10, on: [Self.uncle]), parentEpoch: 9)
    }

    @Test func `two blocks on the same parents are refused`() throws {
        let first = Self.header(epoch: 10, on: [Self.parent])
        try admit(first, parentEpoch: 9)
        let later = MinedBlock(Self.header(epoch: 11, on: [Self.parent]), parentEpoch: 9)
        #expect(throws: ConsensusFaultRisk.timeOffset(later, other: first.cid)) {
            try filter.admit(later)
        }
    }

    @Test func `a block must build on one's own block of the parents' epoch`() throws {
        let own = Self.header(epoch: 10, on: [Self.parent])
        try admit(own, parentEpoch: 9)
        let grinding = MinedBlock(Self.header(epoch: 11, on: [Self.uncle]), parentEpoch: 10)
        #expect(throws: ConsensusFaultRisk.parentGrinding(grinding, expectedParent: own.cid)) {
            try filter.admit(grinding)
        }
        #expect(
            "\(ConsensusFaultRisk.parentGrinding(grinding, expectedParent: own.cid))"
                .hasPrefix("<!!> SLASH FILTER ERROR: ")
        )
        try admit(Self.header(epoch: 11, on: [Self.uncle, own.cid]), parentEpoch: 10)
        // What was refused is not remembered: the epoch after a null round is free.
        try admit(Self.header(epoch: 13, on: [CID.dagCBOR(hashing: [3])]), parentEpoch: 12)
    }

    @Test func `two nodes with one database know of each other's blocks`() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.path("blocks.db")
        let databases = [
            try await SQLDatabase(.sqlite(path: path), migrations: SQLSlashFilter.migrations),
            try await SQLDatabase(.sqlite(path: path), migrations: SQLSlashFilter.migrations),
        ]
        let nodes = databases.map { SQLSlashFilter($0) }
        let own = MinedBlock(Self.header(epoch: 10, on: [Self.parent]), parentEpoch: 9)
        try await nodes[0].admit(own)
        try await nodes[1].admit(own)
        let second = MinedBlock(Self.header(epoch: 10, on: [Self.uncle]), parentEpoch: 9)
        await #expect(throws: ConsensusFaultRisk.doubleFork(second, other: own.cid)) {
            try await nodes[1].admit(second)
        }
        let later = MinedBlock(Self.header(epoch: 11, on: [Self.parent]), parentEpoch: 9)
        await #expect(throws: ConsensusFaultRisk.timeOffset(later, other: own.cid)) {
            try await nodes[1].admit(later)
        }
        let grinding = MinedBlock(Self.header(epoch: 11, on: [Self.uncle]), parentEpoch: 10)
        await #expect(
            throws: ConsensusFaultRisk.parentGrinding(grinding, expectedParent: own.cid)
        ) { try await nodes[1].admit(grinding) }
        let next = Self.header(epoch: 11, on: [Self.uncle, own.cid])
        try await nodes[1].admit(MinedBlock(next, parentEpoch: 10))
        try await nodes[0].admit(
            MinedBlock(Self.header(miner: 1001, epoch: 10, on: [Self.uncle]), parentEpoch: 9)
        )
        for database in databases { await database.close() }
    }

    @Test func `of many blocks at once one is admitted`() async throws {
        let folder = try TemporaryDirectory()
        let database = try await SQLDatabase(
            .sqlite(path: folder.path("blocks.db")),
            migrations: SQLSlashFilter.migrations
        )
        let filter = SQLSlashFilter(database)
        let admitted = await withTaskGroup(of: Bool.self) { group in
            for salt in 0..<20 {
                let header = Self.header(epoch: 10, on: [Self.parent], salt: UInt64(salt))
                group.addTask {
                    (try? await filter.admit(MinedBlock(header, parentEpoch: 9))) != nil
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(admitted == 1)
        await database.close()
    }
}
