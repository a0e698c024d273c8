import BigIntegers
import CBOR
import ChainConformance
import ChainStore
import Consensus
import FilecoinTypes
import Multiformats
import NetworkParameters
import TestSupport
import Testing

/// Blocks that no miner of good will makes.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing), .ownThread)
struct MalformedBlockTests {
    private let recorded: RecordedChain
    private let validator: BlockValidator
    private let block: FullBlock

    init() throws {
        recorded = try RecordedChain(named: "chain-nv15-a")
        validator = try recorded.validator()
        let header = recorded.head.minTicketBlock
        block = FullBlock(header: header, messages: try recorded.store.messages(of: header))
    }

    @Test func `changed bytes never crash the validator, and are never accepted`() throws {
        let good = block.header.cborBytes()
        var generator = SeededGenerator(seed: 2026)
        var decoded = 0
        for _ in 0..<400 {
            var bytes = good
            for _ in 0...Int.random(in: 0..<3, using: &generator) {
                let place = Int.random(in: bytes.indices, using: &generator)
                bytes[place] = UInt8.random(in: 0...255, using: &generator)
            }
            guard bytes != good, let header = try? BlockHeader(cbor: bytes) else { continue }
            decoded += 1
            let changed = FullBlock(header: header, messages: block.messages)
            #expect(throws: BlockRejection.self) { try validator.validate(changed) }
        }
        #expect(decoded > 100)
    }

    private static let heights: [Int64] = [
        .min, -1, 0, 1, 4_294_967_296, 4_611_686_018_427_387_904, 4_611_686_018_427_396_705, .max,
    ]

    @Test(arguments: heights)
    func `any height is survived`(height: Int64) throws {
        for parents in [block.header.parents, [try recorded.store.genesis().cid]] {
            for timestamp in [block.header.timestamp, 0, 1_700_000_000, .max] {
                var header = block.header
                header.height = ChainEpoch(height)
                header.parents = parents
                header.timestamp = timestamp
                let changed = FullBlock(header: header, messages: block.messages)
                #expect(throws: BlockRejection.self) { try validator.validate(changed) }
            }
        }
    }

    @Test func `floods are turned away before anything is computed`() throws {
        let genesisTime: UInt64 = 1_700_000_000
        let now = block.header.timestamp
        var message = BlockMessage(
            header: block.header,
            blsMessages: block.messages.bls.map(\.cid),
            secpMessages: block.messages.secp.map(\.cid)
        )
        func fault(_ message: BlockMessage, now: UInt64) -> BlockPrecheckFault? {
            do throws(BlockPrecheckFault) {
                try message.precheck(now: now, genesisTime: genesisTime, .twoKiB)
                return nil
            } catch { return error }
        }
        #expect(fault(message, now: now) == nil)
        // Five epochs of four seconds ahead, and one more.
        #expect(fault(message, now: now - 20) == nil)
        let height = block.header.height
        #expect(fault(message, now: now - 21) == .epochAhead(height, latest: height - 1))
        let some = message.blsMessages.first ?? message.header.cid
        message.blsMessages = Array(repeating: some, count: 10_001)
        #expect(fault(message, now: now) == .tooManyMessages(10_001 + message.secpMessages.count))
        message.blsMessages = []
        message.secpMessages = [some]
        guard case .messageRoot = fault(message, now: now) else {
            Issue.record("a block with other messages passed")
            return
        }
        message.header.blockSignature = nil
        #expect(fault(message, now: now) == .missingSignature)
    }
}
