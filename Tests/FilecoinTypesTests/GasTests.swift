import FilecoinTypes
import TestSupport
import Testing

/// The tables of lotus.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct GasVectorTests {
    struct File: Decodable {
        struct Fee: Decodable {
            let baseFee: Int64
            let gasLimitUsed: Int64
            let blocks: Int
            let preSmoke: Int64
            let postSmoke: Int64
        }
        struct Burn: Decodable {
            let used: Int64
            let limit: Int64
            let refund: Int64
            let burn: Int64
        }
        struct Outputs: Decodable {
            struct Case: Decodable {
                let used: Int64
                let limit: Int64
                let feeCap: Int64
                let premium: Int64
                let baseFeeBurn: Int64
                let overEstimationBurn: Int64
                let minerPenalty: Int64
                let minerTip: Int64
                let refund: Int64
            }
            let baseFee: Int64
            let cases: [Case]
        }
        let nextBaseFee: [Fee]
        let overestimationBurn: [Burn]
        let gasOutputs: Outputs
    }

    let file: File

    init() throws {
        file = try Vectors.json("chain/basefee-and-burn.json")
    }

    @Test func `the base fee follows demand as listed`() {
        for row in file.nextBaseFee {
            for (isAfterSmoke, expected) in [(false, row.preSmoke), (true, row.postSmoke)] {
                let next = BaseFee.next(
                    after: TokenAmount(integerLiteral: row.baseFee),
                    gasLimitTotal: GasAmount(row.gasLimitUsed),
                    blockCount: row.blocks,
                    isAfterSmoke: isAfterSmoke
                )
                #expect(next == TokenAmount(integerLiteral: expected))
            }
        }
    }

    @Test func `gas that was not used is given back and burnt as listed`() {
        for row in file.overestimationBurn {
            let (refunded, burned) = GasOutputs.overestimation(
                gasUsed: GasAmount(row.used),
                gasLimit: GasAmount(row.limit)
            )
            #expect(refunded == GasAmount(row.refund))
            #expect(burned == GasAmount(row.burn))
        }
    }

    @Test func `the money goes where listed, and all of it`() {
        for row in file.gasOutputs.cases {
            let outputs = GasOutputs(
                gasUsed: GasAmount(row.used),
                gasLimit: GasAmount(row.limit),
                baseFee: TokenAmount(integerLiteral: file.gasOutputs.baseFee),
                feeCap: TokenAmount(integerLiteral: row.feeCap),
                premium: TokenAmount(integerLiteral: row.premium)
            )
            #expect(outputs.baseFeeBurn == TokenAmount(integerLiteral: row.baseFeeBurn))
            #expect(
                outputs.overEstimationBurn == TokenAmount(integerLiteral: row.overEstimationBurn)
            )
            #expect(outputs.minerPenalty == TokenAmount(integerLiteral: row.minerPenalty))
            #expect(outputs.minerTip == TokenAmount(integerLiteral: row.minerTip))
            #expect(outputs.refund == TokenAmount(integerLiteral: row.refund))
        }
    }
}

@Suite struct GasTests {
    @Test func `the base fee never falls below its minimum`() {
        let next = BaseFee.next(after: BaseFee.minimum, gasLimitTotal: 0, blockCount: 1)
        #expect(next == BaseFee.minimum)
        #expect(BaseFee.next(after: 101, gasLimitTotal: 0, blockCount: 1) == 100)
    }

    @Test func `burn, tip and refund add up to what the sender put up`() {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<2000 {
            let limit = Int64.random(in: 1...10_000_000_000, using: &generator)
            let used = Int64.random(in: 0...limit, using: &generator)
            let feeCap = TokenAmount(integerLiteral: .random(in: 0...1_000_000, using: &generator))
            let outputs = GasOutputs(
                gasUsed: GasAmount(used),
                gasLimit: GasAmount(limit),
                baseFee: TokenAmount(integerLiteral: .random(in: 0...1_000_000, using: &generator)),
                feeCap: feeCap,
                premium: min(
                    feeCap,
                    TokenAmount(integerLiteral: .random(in: 0...1000, using: &generator))
                )
            )
            #expect(outputs.totalSpent + outputs.refund == feeCap * GasAmount(limit))
            #expect(outputs.gasRefund + outputs.gasBurned + GasAmount(used) == GasAmount(limit))
            #expect(!outputs.refund.isNegative)
        }
    }
}
