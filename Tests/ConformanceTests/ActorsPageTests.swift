import ActorRuntime
import Conformance
import Foundation
import TestSupport
import Testing

@Suite(.ownThread) struct ActorsPageTests {
    private static func committed() throws -> (tables: String, coverage: String) {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("docs/actors.md")
        let text = try String(contentsOf: path, encoding: .utf8)
        let heading = try #require(text.range(of: ActorsPage.coverageHeading))
        return (
            String(text[..<heading.lowerBound]), String(text[heading.lowerBound...])
        )
    }

    @Test func `docs/actors.md says what the code's tables say`() throws {
        let page = try DeepStack.run { try ActorsPage().text }
        #expect(try Self.committed().tables == page + "\n")
    }

    @Test(.enabled(if: Vectors.arePresent, Vectors.missing))
    func `docs/actors.md says which vectors pass`() throws {
        let coverage = ActorsPage.coverage(try RecordedVectorTests.summaries())
        #expect(try Self.committed().coverage == coverage)
    }
}
