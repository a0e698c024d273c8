import Conformance
import Foundation
import TestSupport
import Testing

@testable import MessagerConformance

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing)) struct MessagerDialogTests {
    @Test(arguments: [
        "v1.18.0/admin", "v1.18.0/lifecycle", "v1.18.0/permissions", "v1.18.0/selection_order",
        "v1.18.0/states",
    ])
    func `a recorded dialog differs only where it is meant to`(_ name: String) async throws {
        let path = "reference/services/messager/\(name).json.gz"
        let file = ConformanceFile(
            path: Vectors.folder.path + "/" + path,
            relativePath: path
        )
        let cases = try MessagerDialogSet().cases(in: [file])
        let dialog = try #require(cases.first)
        // The player blocks its thread, which must be none of those that the services need.
        let report = try await PlainThread.run { try dialog.run(ConformanceOptions()) }
        #expect(report.outcome == .passed)
    }
}
