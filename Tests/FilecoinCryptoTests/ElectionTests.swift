@testable import FilecoinCrypto
import BigIntegers
import FilecoinTypes
import Foundation
import TestSupport
import Testing

/// The fixed-point tables of lotus.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct ElectionVectorTests {
    private func lines(_ path: String) throws -> [Substring] {
        String(decoding: try Vectors.bytes(path), as: UTF8.self).split(separator: "\n")
    }

    @Test func `the exponential function has the listed values`() throws {
        let rows = try lines("election/TestExpFunction.golden").dropFirst()
        #expect(rows.count == 256)
        for row in rows {
            let fields = row.split(separator: ",")
            let x = try #require(BigInt(decimal: fields[0]))
            #expect(Q256.exponential(ofMinus: x).description == fields[1])
        }
    }

    @Test(arguments: [
        (10, 10), (209_714, 20), (1_036_915, 20), (1706, 10), (2, 0), (5_242_879, 20), (5, 0),
    ])
    func `the tail of the distribution has the listed values`(_ base: Int, _ shift: Int) throws {
        let rows = try lines("election/TestPoissonFunction/lam-\(base)-\(shift).golden").dropFirst()
        #expect(rows.count == 16)
        var tail = PoissonTail(mean: BigInt(base) << (256 - shift))
        for row in rows {
            #expect(tail.value.description == row)
            tail.advance()
        }
    }

    @Test(arguments: [
        ("10", "100"), ("1024", "2048"), ("2000000000000000", "100000000000000000"),
    ])
    func `the mean has the listed value`(_ power: String, _ total: String) throws {
        let mean = Q256.mean(
            power: try #require(BigInt(power)),
            totalPower: try #require(BigInt(total))
        )
        let expected = try lines("election/TestLambdaFunction/\(power)-\(total).golden")
        #expect(mean.description == expected.first ?? "")
    }
}

@Suite struct WinCountTests {
    @Test func `a miner wins in proportion to its power`() {
        var wins: Int64 = 0
        let draws = 4000
        for index in 0..<draws {
            let proof = [UInt8(truncatingIfNeeded: index), UInt8(truncatingIfNeeded: index >> 8)]
            wins += ElectionProof.winCount(vrfProof: proof, power: 20, totalPower: 100)
        }
        // One win an epoch on average; three standard deviations are 4.7 %.
        #expect(abs(Double(wins) / Double(draws) - 1) < 0.05)
    }

    @Test func `nobody wins without power, or more than fifteen times`() {
        #expect(ElectionProof.winCount(vrfProof: [1], power: 0, totalPower: 100) == 0)
        #expect(ElectionProof.winCount(vrfProof: [1], power: 1, totalPower: 0) == 0)
        for index in 0..<200 as Range<UInt8> {
            let wins = ElectionProof.winCount(vrfProof: [index], power: 1000, totalPower: 100)
            #expect(wins <= ElectionProof.maximumWinCount)
        }
    }
}

@Suite struct RandomnessTests {
    @Test func `draws of different purpose, round or entropy differ`() {
        let base: [UInt8] = [1, 2, 3]
        func draw(_ purpose: RandomnessPurpose, _ round: ChainEpoch, _ entropy: [UInt8]) -> [UInt8]
        {
            Randomness.draw(base: base, purpose: purpose, round: round, entropy: entropy)
        }
        let first = draw(.ticketProduction, 1, [9])
        #expect(first.count == 32)
        #expect(first != draw(.electionProofProduction, 1, [9]))
        #expect(first != draw(.ticketProduction, 2, [9]))
        #expect(first != draw(.ticketProduction, 1, [8]))
        #expect(first == draw(.ticketProduction, 1, [9]))
    }
}
