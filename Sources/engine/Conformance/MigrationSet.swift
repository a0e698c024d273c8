internal import ActorRuntime
internal import BigIntegers
internal import FilecoinTypes
internal import IPLD
internal import JSON
internal import Multiformats
internal import StateMachine

/// State migrations of the reference, compared actor by actor (`reference/actors/migration`).
///
/// A file `NAME.json.gz` names the roots before and after and lists every actor. The state before lies beside it in
/// `NAME.pre.car.zst`; or it is that of a genesis archive whose root the file names, anywhere below the searched
/// folder; or it is what another migration left, which is built from that one's list.
package struct MigrationSet: ConformanceSet {
    package init() {}

    package var name: String { "migrations" }

    package func cases(in files: [ConformanceFile]) -> [ConformanceCase] {
        let tables = files.filter {
            Self.folder($0) == "migration" && $0.path.hasSuffix(".json.gz")
        }
        let archives = files.filter {
            $0.path.hasSuffix(".car.zst") && ["migration", "genesis"].contains(Self.folder($0))
        }
        return tables.map { file in
            ConformanceCase(
                corpus: file.relativePath.split(separator: "/").dropLast().joined(separator: "/"),
                name: file.relativePath
            ) { _ in
                let outcome: ConformanceReport.Outcome
                do {
                    let migration = try Migration(file)
                    outcome = try migration.run(from: MigrationSources(tables, archives))
                } catch { outcome = .failed("\(error)") }
                return ConformanceReport(group: "migration", outcome: outcome)
            }
        }
    }

    private static func folder(_ file: ConformanceFile) -> String {
        file.path.split(separator: "/").dropLast().last.map(String.init) ?? ""
    }
}

/// Where states before a migration are looked for.
private struct MigrationSources {
    let tables: [ConformanceFile]
    let archives: [ConformanceFile]

    init(_ tables: [ConformanceFile], _ archives: [ConformanceFile]) {
        self.tables = tables
        self.archives = archives
    }

    /// The blocks of the state before a migration; nil if it lies nowhere.
    func blocks(before migration: Migration) throws -> MemoryBlockStore? {
        if let archive = archives.first(where: { $0.path == migration.ownArchive }) {
            return try blocks(of: archive)
        }
        if let genesis = migration.genesis {
            for archive in archives where !archive.path.hasSuffix(".pre.car.zst") {
                let reader = try CARReader(try archive.contents())
                if reader.roots.contains(genesis) { return try blocks(of: archive) }
            }
            return nil
        }
        for table in tables {
            let older = try Migration(table)
            guard older.after == migration.before, let store = try blocks(before: older) else {
                continue
            }
            try older.writeResult(to: store)
            return store
        }
        return nil
    }

    private func blocks(of archive: ConformanceFile) throws -> MemoryBlockStore {
        let store = MemoryBlockStore()
        var reader = try CARReader(try archive.contents())
        _ = try reader.copyBlocks(into: store)
        return store
    }
}

/// One migration as the reference did it.
private struct Migration {
    let ownArchive: String
    let genesis: CID?
    let before: CID
    let after: CID
    private let epoch: ChainEpoch
    private let versions: (from: Int64, to: Int64)
    private let table: [JSONValue]

    init(_ file: ConformanceFile) throws {
        let json = try file.json()
        ownArchive = String(file.path.dropLast(".json.gz".count)) + ".pre.car.zst"
        genesis = try json["genesis"]?.string.map { try CID($0) }
        before = try CID(try json.text("pre_root"))
        after = try CID(try json.text("post_root"))
        epoch = try json.epoch("epoch")
        versions = (try json.integer("from_actors"), try json.integer("to_actors"))
        table = try json.list("actors")
    }

    func run(from sources: MigrationSources) throws -> ConformanceReport.Outcome {
        guard versions == (6, 7) else {
            return .skipped("migration from actors v\(versions.from) not built")
        }
        guard let store = try sources.blocks(before: self) else {
            return .skipped("the state before the migration lies nowhere below the folder")
        }
        let root = try ActorsV7Upgrade().apply(root: before, epoch: epoch, store: store)
        let tree = try StateTree(root: root, store: store)
        for row in table {
            let actor = try tree.actor(try id(of: row))
            for (name, found) in [
                ("code", actor?.code.description), ("head", actor?.head.description),
                ("balance", actor?.balance.attoFIL.description),
                ("nonce", actor?.nonce.description),
            ] {
                let wanted = row[name]?.string ?? row[name]?.number?.text
                let address = try row.text("address")
                try checkEqual(found ?? "no actor", wanted ?? "nothing", "\(name) of \(address)")
            }
        }
        try checkEqual(root, after, "root")
        return .passed
    }

    /// Writes what the migration left of the state before, by its table: heads and codes, as links.
    func writeResult(to store: MemoryBlockStore) throws {
        let tree = try StateTree(root: before, store: store)
        for row in table {
            let (code, head) = (try CID(try row.text("code")), try CID(try row.text("head")))
            try tree.mutate(try id(of: row)) { (actor) throws(ActorError) in
                actor.code = code
                actor.head = head
            }
        }
        try checkEqual(try tree.flush(), after, "root of the state by the list")
    }

    private func id(of row: JSONValue) throws -> ActorID {
        guard let id = try row.address("address").actorID else {
            throw TestDataError("\(try row.text("address")) is no ID address")
        }
        return id
    }
}
