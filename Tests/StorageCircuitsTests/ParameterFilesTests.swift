import Foundation
import TestSupport
import Testing

@testable import StorageCircuits

@Suite(.ownThread) struct ParameterFilesTests {
    @Test func `half files of processes that are gone are removed, others stay`() throws {
        let folder = try TemporaryDirectory()
        // No process has a number above the kernel's limit.
        let abandoned = ["v28.params.1073741824.part", "v28.vk.1073741823.part"]
        let kept = [
            "v28.params", "v28.params.part", "v28.meta.\(getpid()).part", "notes.part.txt",
        ]
        for name in abandoned + kept {
            try Data([1]).write(to: folder.url.appendingPathComponent(name))
        }
        ParameterFiles.removeAbandoned(in: folder.url.path)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        #expect(left.sorted() == kept.sorted())
        // A folder that is not there has nothing to remove.
        ParameterFiles.removeAbandoned(in: folder.path("none"))
    }
}
