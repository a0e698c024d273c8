public import Foundation

/// A folder of one test's own, removed when the value goes away.
public final class TemporaryDirectory: Sendable {
    /// Where the folder is.
    public let url: URL

    /// Creates an empty folder below the system's temporary folder, mode 0700.
    ///
    /// - Throws: What the file system answered.
    public init() throws {
        url = FileManager.default.temporaryDirectory
            .appendingPathComponent("venus-test-\(UUID().uuidString)", isDirectory: true)
        try FileManager.default.createDirectory(
            at: url,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
    }

    /// The path of `name` inside the folder.
    public func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    deinit { try? FileManager.default.removeItem(at: url) }
}
