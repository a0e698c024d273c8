import FilecoinTypes
import Foundation
import JSON
import ServiceKit
import Synchronization

/// The folders with sectors that a sealer knows: the file `storage.json`.
///
/// Where a sector lies is looked up in the folders each time, so that files may be moved between them, and
/// folders filled, while the sealer runs.
final class SectorStores: Sendable {
    private let file: String
    private let paths: Mutex<[StorePath]>

    /// Reads `storage.json`; folders that cannot be opened are left out and told to `warn`.
    init(file: String, warn: (String) -> Void) throws {
        self.file = file
        var opened: [StorePath] = []
        for path in try Self.listed(in: file) {
            do { opened.append(try StorePath(path)) } catch { warn("\(error)") }
        }
        paths = Mutex(opened)
    }

    /// The folders.
    var all: [StorePath] { paths.withLock { $0 } }

    /// Adds a folder, here and in the file.
    ///
    /// - Throws: If it was not initialised, or the file cannot be written.
    func attach(_ path: String) throws {
        let store = try StorePath(path)
        try Self.add(store, to: file)
        paths.withLock { paths in
            paths.removeAll { $0.path == store.path }
            paths.append(store)
        }
    }

    /// Finds the replica and the cache folder of a sector; each may lie in another folder.
    ///
    /// - Returns: Nil for what is nowhere.
    func locate(_ sector: SectorID, isUpdated: Bool) -> (replica: String?, cache: String?) {
        let kinds: (SectorFileKind, SectorFileKind) =
            isUpdated ? (.update, .updateCache) : (.sealed, .cache)
        let all = all
        func find(_ kind: SectorFileKind) -> String? {
            all.first { $0.has(kind, sector) }?.path(kind, sector)
        }
        return (find(kinds.0), find(kinds.1))
    }

    // MARK: - The file

    /// The folders that a `storage.json` lists; none if there is no such file.
    static func listed(in file: String) throws -> [String] {
        guard FileManager.default.fileExists(atPath: file) else { return [] }
        let value = try JSONValue(parsing: AtomicFile.read(file, maximumBytes: 1 << 20))
        return (value["StoragePaths"]?.array ?? []).compactMap { $0["Path"]?.string }
    }

    /// Adds a folder to a `storage.json`, unless it is there.
    ///
    /// - Throws: `CommandFailure` if another folder has its id.
    static func add(_ store: StorePath, to file: String) throws {
        var paths = try listed(in: file)
        for path in paths where path != store.path {
            guard let other = try? StorePath(path), other.metadata.id == store.metadata.id else {
                continue
            }
            throw CommandFailure(
                "\(store.path) has the id \(store.metadata.id) of \(path); is it a copy?"
            )
        }
        if !paths.contains(store.path) { paths.append(store.path) }
        try write(paths, to: file)
    }

    /// Writes a `storage.json`.
    static func write(_ paths: [String], to file: String) throws {
        var writer = JSONWriter(format: .indented())
        writer.object { writer in
            writer.key("StoragePaths")
            writer.array { writer in
                for path in paths { writer.object { $0.member("Path", path) } }
            }
        }
        try AtomicFile.write(writer.bytes, to: file, mode: 0o644)
    }
}
