import FilecoinTypes
import Foundation
import JSON
import JSONRPC
import ServiceKit
import VenusAPI

extension SealerProgram {
    static let storage = Command(
        "storage",
        usage: "the folders that sectors lie in",
        subcommands: [
            Command(
                "attach",
                usage: "make a folder known, whether the sealer runs or not",
                argumentsUsage: "<path>",
                flags: [
                    Flag("init", .boolean, usage: "initialise the folder first"),
                    Flag("weight", .integer, default: "10", usage: "how much it is preferred"),
                    Flag("seal", .boolean, usage: "use it for sealing"),
                    Flag("store", .boolean, usage: "use it for finished sectors"),
                    Flag("max-storage", usage: "the most to keep there, such as 10GiB"),
                ],
                action: attach
            ),
            Command("list", usage: "list the folders", flags: [jsonFlag], action: listStores),
        ]
    )

    @Sendable private static func attach(_ call: Invocation) async throws {
        guard call.arguments.count == 1 else { throw UsageError("attach expects one path") }
        let path = absolute(call.arguments[0])
        // Not only for its answer: a folder without a sealer must not be touched.
        _ = try SealerConfiguration.load(folder: folder(call))
        if call.boolean("init") {
            guard call.boolean("seal") || call.boolean("store") else {
                throw UsageError("must specify at least one of --store or --seal")
            }
            var metadata = StoreMetadata(id: SystemRandom().uuid())
            guard let weight = UInt64(exactly: call.integer("weight")) else {
                throw UsageError("--weight is negative")
            }
            metadata.weight = weight
            metadata.canSeal = call.boolean("seal")
            metadata.canStore = call.boolean("store")
            if let text = call.optionalString("max-storage") {
                guard let bytes = ByteCount.parse(text) else {
                    throw UsageError("--max-storage \(text) is no size such as 10GiB")
                }
                metadata.maxStorage = bytes
            }
            try StorePath.initialize(path, metadata)
        }
        let store = try StorePath(path)
        do throws(FileFailure) {
            let locked = try Repository(folder(call))
            defer { locked.unlock() }
            do { try SectorStores.add(store, to: locked.file("storage.json")) } catch {
                throw FileFailure(message: "\(error)")
            }
        } catch {
            // Locked: the sealer runs and must know at once.
            guard error.message.contains("in use") else { throw error }
            _ = try await sealer(call).call(StorageAddLocal.self, path)
        }
    }

    @Sendable private static func listStores(_ call: Invocation) throws {
        let listed = try SectorStores.listed(in: folder(call) + "/storage.json")
        let stores = try listed.map { try StorePath($0) }
        let reports = try stores.map { try StoreReport($0) }
            .sorted { ($1.total, $0.store.metadata.id) < ($0.total, $1.store.metadata.id) }
        if call.boolean("json") { return printJSON(reports, call) }
        for report in reports { call.print(report.text) }
    }
}

/// What `storage list` shows of a folder.
struct StoreReport: JSONEncodable {
    let store: StorePath
    let total: UInt64
    let available: UInt64
    private let counts: [(SectorFileKind, Int)]

    init(_ store: StorePath) throws {
        self.store = store
        (total, available) = try store.capacity()
        counts = SectorFileKind.allCases.map { ($0, store.sectors($0).count) }
    }

    private func count(_ kind: SectorFileKind) -> Int {
        counts.first { $0.0 == kind }?.1 ?? 0
    }

    /// The block of lotus, with an empty line at its end.
    var text: String {
        let used = total - min(total, available)
        let share = total == 0 ? 0 : Double(used) / Double(total)
        let bar = Int((share * 50).rounded())
        let metadata = store.metadata
        var lines = [
            "\(metadata.id):",
            "\t[\(String(repeating: "#", count: bar))\(String(repeating: " ", count: 50 - bar))] "
                + "\(ByteCount.text(used))/\(ByteCount.text(total)) \(Int(share * 100))%",
            "\tUnsealed: \(count(.unsealed)); Sealed: \(count(.sealed)); Caches: \(count(.cache)); "
                + "Updated: \(count(.update)); Update-caches: \(count(.updateCache)); Reserved: 0 B",
        ]
        if metadata.canSeal || metadata.canStore {
            let uses = (metadata.canSeal ? ["Seal"] : []) + (metadata.canStore ? ["Store"] : [])
            lines.append("\tWeight: \(metadata.weight); Use: \(uses.joined(separator: " "))")
        } else {
            lines.append("\tUse: ReadOnly")
        }
        lines.append("\tLocal: \(store.path)")
        return lines.joined(separator: "\n") + "\n"
    }

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("ID", store.metadata.id)
            writer.member("Path", store.path)
            writer.member("Weight", store.metadata.weight)
            writer.member("CanSeal", store.metadata.canSeal)
            writer.member("CanStore", store.metadata.canStore)
            writer.member("Capacity", total)
            writer.member("Available", available)
            for (kind, count) in counts { writer.member(kind.rawValue, count) }
        }
    }
}
