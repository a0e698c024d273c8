#if WITH_PROOFS
import Foundation
import StorageCircuits
import Synchronization

/// The parameters of a devnet's proofs over sectors of 2 KiB: made once, for all tests of the process.
public enum DevnetParameters {
    /// Keeps the folder until the process ends.
    private static let kept = Mutex<TemporaryDirectory?>(nil)

    private static let made = Task {
        try await withCheckedThrowingContinuation { continuation in
            // It takes seconds of all cores; the pool of the tests is for tests.
            Thread.detachNewThread { continuation.resume(with: Result { try make() }) }
        }
    }

    /// The data directory that they lie below.
    public static func folder() async throws -> String { try await made.value }

    /// Gives them to another data directory.
    public static func link(into folder: String) async throws {
        let part = "/" + ParameterStore.devnetDirectory
        let source = try await self.folder() + part
        let files = FileManager.default
        try files.createDirectory(atPath: folder + part, withIntermediateDirectories: true)
        for name in try files.contentsOfDirectory(atPath: source) {
            try files.linkItem(atPath: "\(source)/\(name)", toPath: "\(folder)\(part)/\(name)")
        }
    }

    private static func make() throws -> String {
        let folder = try TemporaryDirectory()
        let store = ParameterStore.devnet(dataDirectory: folder.url.path)
        for circuit in [
            FallbackPoStParameters.winning(sectorSize: 2048),
            FallbackPoStParameters.window(sectorSize: 2048),
        ].compactMap(\.self) {
            try store.makeIfMissing(circuit, threads: 2)
        }
        kept.withLock { $0 = folder }
        atexit { DevnetParameters.kept.withLock { $0 = nil } }
        return folder.url.path
    }
}
#endif
