import FilecoinTypes
import Foundation
import JSON
import ServiceKit

/// What `sectorstore.json` says of a folder with sectors.
struct StoreMetadata: Hashable, Sendable, JSONCodable {
    var id: String
    var weight: UInt64 = 10
    /// The most bytes to keep there; 0 for no limit.
    var maxStorage: UInt64 = 0
    var canSeal: Bool = false
    var canStore: Bool = false

    init(id: String) { self.id = id }

    init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        id = try object.decode("ID")
        weight = try object.decode("Weight", default: 0)
        maxStorage = try object.decode("MaxStorage", default: 0)
        canSeal = try object.decode("CanSeal", default: false)
        canStore = try object.decode("CanStore", default: false)
    }

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("ID", id)
            writer.member("Weight", weight)
            writer.member("CanSeal", canSeal)
            writer.member("CanStore", canStore)
            writer.member("MaxStorage", maxStorage)
        }
    }
}

/// The kinds of files of a sector: the names of the folders that hold them.
enum SectorFileKind: String, CaseIterable, Sendable {
    case unsealed, sealed, cache, update
    case updateCache = "update-cache"
}

/// A folder with sectors: `sealed/s-t01000-7`, `cache/s-t01000-7/` and so on.
struct StorePath: Hashable, Sendable {
    /// The folder, without a `/` at the end.
    let path: String
    let metadata: StoreMetadata

    static let metadataName = "sectorstore.json"

    /// Opens a folder that was initialised.
    ///
    /// - Throws: `CommandFailure` that names the folder and what to do.
    init(_ path: String) throws {
        self.path = Repository.expanded(path)
        let file = self.path + "/" + Self.metadataName
        let bytes: [UInt8]
        do throws(FileFailure) { bytes = try AtomicFile.read(file, maximumBytes: 1 << 20) } catch {
            throw CommandFailure("\(error); initialise the folder with --init")
        }
        do { metadata = try StoreMetadata(json: bytes) } catch {
            throw CommandFailure("\(file) is no description of a sector store: \(error)")
        }
    }

    /// Makes a folder a sector store.
    ///
    /// - Throws: `CommandFailure` if it is one already.
    static func initialize(_ path: String, _ metadata: StoreMetadata) throws {
        let path = Repository.expanded(path)
        try Repository.createFolder(path)
        let file = path + "/" + metadataName
        guard !FileManager.default.fileExists(atPath: file) else {
            throw CommandFailure(
                "path is already initialized: \(file) exists; attach without --init"
            )
        }
        try AtomicFile.write(metadata.jsonText(.indented()), to: file, mode: 0o644)
    }

    /// The path of a sector's file or folder of a kind.
    func path(_ kind: SectorFileKind, _ sector: SectorID) -> String {
        "\(path)/\(kind.rawValue)/\(sector.storageName)"
    }

    func has(_ kind: SectorFileKind, _ sector: SectorID) -> Bool {
        FileManager.default.fileExists(atPath: path(kind, sector))
    }

    /// The sectors that have a file of a kind here.
    func sectors(_ kind: SectorFileKind) -> [String] {
        let folder = "\(path)/\(kind.rawValue)"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix("s-t0") }.sorted()
    }

    /// The bytes of the file system that the folder lies on.
    func capacity() throws -> (total: UInt64, available: UInt64) {
        let attributes = try FileManager.default.attributesOfFileSystem(forPath: path)
        func number(_ key: FileAttributeKey) -> UInt64 {
            (attributes[key] as? NSNumber)?.uint64Value ?? 0
        }
        return (number(.systemSize), number(.systemFreeSize))
    }
}
