import BigIntegers
import Consensus
import FilecoinTypes
import Multiformats
import Testing

@Suite struct ForkChoiceTests {
    private static func block(ticket: UInt8, miner: UInt64 = 1000) -> BlockHeader {
        let root = CID.dagCBOR(hashing: [0x80])
        return BlockHeader(
            miner: .id(ActorID(miner)),
            ticket: Ticket(vrfProof: [ticket]),
            electionProof: nil,
            beaconEntries: [],
            winPoStProof: [],
            parents: [root],
            parentWeight: 0,
            height: 5,
            parentStateRoot: root,
            parentMessageReceipts: root,
            messages: root,
            blsAggregate: nil,
            timestamp: 0,
            parentBaseFee: 100
        )
    }

    @Test func `weight grows with power and wins`() {
        // 2^11 bytes of power: 11 * 256, and a tenth of it per win.
        #expect(ForkChoice.weight(after: 1000, totalPower: 2048, winCount: 0) == BigInt(3816))
        #expect(ForkChoice.weight(after: 0, totalPower: 2048, winCount: 5) == BigInt(4224))
        #expect(ForkChoice.weight(after: 0, totalPower: 4095, winCount: 1) == BigInt(3097))
        #expect(ForkChoice.weight(after: 0, totalPower: 4096, winCount: 1) == BigInt(3379))
        #expect(ForkChoice.weight(after: 7, totalPower: 1, winCount: 3) == BigInt(7))
        #expect(ForkChoice.weight(after: 7, totalPower: 0, winCount: 3) == nil)
    }

    @Test func `of equal weights the lesser ticket wins`() throws {
        let tipsets = try (1...8).map { try Tipset([Self.block(ticket: UInt8($0))]) }
        for a in tipsets {
            for b in tipsets {
                let isLess = try #require(a.minTicket).digest < #require(b.minTicket).digest
                #expect(ForkChoice.prefers((a, 5), over: (b, 5)) == isLess)
                #expect(ForkChoice.prefers((a, 6), over: (b, 5)))
                #expect(!ForkChoice.prefers((a, 4), over: (b, 5)))
            }
        }
    }

    @Test func `equal tickets leave the head where it is`() throws {
        let a = try Tipset([Self.block(ticket: 1)])
        let b = try Tipset([Self.block(ticket: 1, miner: 1001)])
        #expect(!ForkChoice.prefers((a, 5), over: (b, 5)))
        #expect(!ForkChoice.prefers((b, 5), over: (a, 5)))
        let both = try Tipset([Self.block(ticket: 1), Self.block(ticket: 2, miner: 1001)])
        let less = try #require(both.minTicket).digest
        let alone = try Tipset([both.minTicketBlock])
        #expect(alone.minTicket?.digest == less)
        #expect(!ForkChoice.prefers((both, 5), over: (alone, 5)))
    }
}
