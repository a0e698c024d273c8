import BigIntegers
import Foundation
import Testing

@Suite struct KnownAnswerTests {
    @Test func `arithmetic gives what Python gives`() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../KnownAnswers/big-integers.txt")
        let text = try String(contentsOf: file, encoding: .utf8)
        var rows = 0
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let cells = line.split(separator: " ")
            let values = cells.map { BigInt(decimal: $0) ?? 0 }
            let a = values[0]
            let b = values[1]
            #expect(a.description == cells[0])
            #expect(a + b == values[2])
            #expect(a - b == values[3])
            #expect(a * b == values[4])
            #expect((a * b).description == cells[4])
            if cells[5] != "-" {
                #expect(a.quotientAndRemainder(dividingBy: b) == (values[5], values[6]))
                #expect(a.euclideanDivided(by: b) == (values[7], values[8]))
            }
            let shift = try #require(Int(exactly: values[9]))
            #expect(a << shift == values[10])
            #expect(a >> shift == values[11])
            rows += 1
        }
        #expect(rows == 204)
    }
}
