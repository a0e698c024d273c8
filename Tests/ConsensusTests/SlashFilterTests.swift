import BigIntegers
import Consensus
import FilecoinTypes
import KeyValueStore
import Multiformats
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
}
