public import Foundation
public import Testing

/// The independent test data beside the repository (`../shared/vectors`).
///
/// The project builds and passes its tests without it; suites that need it are disabled with
/// ``missing`` as the reason:
/// ```swift
/// @Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
/// ```
public enum Vectors {
    /// The folder of the test data: `VENUS_VECTORS`, or `../shared/vectors` beside the checkout.
    public static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["VENUS_VECTORS"], !path.isEmpty {
            return URL(fileURLWithPath: path, isDirectory: true)
        }
        // Tests/TestSupport/Vectors.swift is three levels below the checkout.
        return URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("shared/vectors", isDirectory: true)
    }()

    /// Whether the test data is there.
    public static let arePresent: Bool = FileManager.default.fileExists(
        atPath: folder.appendingPathComponent("README.md").path
    )

    /// Why a suite that needs the test data was skipped, and where to get it.
    public static let missing: Comment =
        "needs the independent test data: put it at ../shared/vectors or name its folder in VENUS_VECTORS"

    /// Returns the bytes of one file, by its path below the folder.
    public static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appendingPathComponent(path)))
    }

    /// Returns the paths, relative to the vectors' folder, of the files below `path`, sorted.
    public static func files(below path: String) throws -> [String] {
        let start = folder.appendingPathComponent(path, isDirectory: true)
        guard
            let walker = FileManager.default.enumerator(
                at: start,
                includingPropertiesForKeys: [.isRegularFileKey]
            )
        else { return [] }
        var found: [String] = []
        for case let url as URL in walker
        where try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true {
            let relative = url.standardizedFileURL.path.dropFirst(
                folder.standardizedFileURL.path.count
            )
            found.append(String(relative.drop { $0 == "/" }))
        }
        return found.sorted()
    }
}
