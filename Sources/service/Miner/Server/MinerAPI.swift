import FilecoinTypes
import HTTP
import JSON
import JSONRPC
import ServiceKit
import VenusAPI

/// The miner's methods: who may call them, and what they do.
struct MinerAPI: Sendable {
    let engine: MiningEngine
    let store: MinerStore
    let node: RPCClient
    let random: any RandomSource
    let maximumRecords: Int64
    let log: LogSystem
    /// Asks the process to end.
    let shutdown: @Sendable () -> Void

    /// The version of the API: 1.0.0.
    static let apiVersion: UInt32 = 1 << 16

    private var registry: MinerRegistry { engine.registry }
    private var admission: MinerAdmission {
        MinerAdmission(
            node: node,
            registry: registry,
            warmUp: WarmUp(node: node, random: random),
            log: log.logger("api")
        )
    }

    /// The methods, with the permissions of sophon-miner v1.18.0.
    func service() -> RPCService {
        var api = RPCService()
        addMiners(to: &api)
        addMining(to: &api)
        addRecords(to: &api)
        addRest(to: &api)
        return api
    }

    // MARK: - Ownership

    private func mayUse(_ context: RPCContext, _ miner: Address) async throws -> Bool {
        if context.caller.may(.admin) { return true }
        return try await registry.owns(context.caller.name, miner)
    }

    /// The miners of a selection, all if it is empty, that the caller may use; others are left out in
    /// silence.
    private func visible(
        _ context: RPCContext,
        _ miners: [Address]
    ) async throws -> [Address] {
        var result: [Address] = []
        for miner in miners.isEmpty ? registry.entries.map(\.miner) : miners
        where try await mayUse(context, miner) {
            result.append(miner)
        }
        return result
    }

    private func check(_ context: RPCContext, _ miner: Address) async throws {
        guard try await mayUse(context, miner) else {
            throw MinerFailure(
                "miner \(miner) not exist in user \(context.caller.name): permission deny"
            )
        }
    }

    /// An entry for others' eyes: whoever may see the list need not be able to prove and sign.
    private static func shown(_ entry: MinerEntry) -> MinerEntry {
        var entry = entry
        entry.sealer?.token = ""
        entry.wallet?.token = ""
        return entry
    }

    // MARK: - Miners

    private func addMiners(to api: inout RPCService) {
        api.on(MinerAddAddress.self, need: .admin) { _, entry in
            try await admission.admit(entry)
            return NoResult()
        }
        api.on(MinerUpdateAddress.self, need: .admin) { _, update, limit in
            switch update {
            case .change(let entry): try await admission.change(entry)
            case .reload(let skip):
                try await registry.reload(skip: skip, limit: limit.value ?? 0)
            }
            return registry.entries.map(Self.shown)
        }
        api.on(MinerRemoveAddress.self, need: .admin) { _, miner in
            try await registry.remove(miner)
            return NoResult()
        }
        api.on(MinerListAddress.self, need: .read) { context in
            let miners = Set(try await visible(context, []))
            return registry.entries.filter { miners.contains($0.miner) }.map(Self.shown)
        }
    }

    // MARK: - Mining

    private func addMining(to api: inout RPCService) {
        api.on(MinerStatesForMining.self, need: .read) { context, selection in
            let miners = try await visible(context, selection.miners)
            return miners.isEmpty ? [] : registry.states(miners)
        }
        api.on(MinerStart.self, need: .admin) { _, selection in
            try await registry.setOpen(selection.miners, true)
            return NoResult()
        }
        api.on(MinerStop.self, need: .admin) { _, selection in
            try await registry.setOpen(selection.miners, false)
            return NoResult()
        }
        api.on(MinerWarmup.self, need: .write) { context, miner in
            try await check(context, miner)
            try await admission.prove(miner, registry.route(of: registry.entry(miner)))
            return NoResult()
        }
        api.on(MinerCountWinners.self, need: .read) { context, selection, start, end in
            let miners = try await visible(context, selection.miners)
            return try await WinnerCount(node: node, registry: registry)
                .count(miners, from: start, to: end)
        }
    }

    // MARK: - Records

    private func addRecords(to api: inout RPCService) {
        api.on(MinerListBlocks.self, need: .read) { context, query in
            var query = query
            query.miners = try await visible(context, query.miners)
            return query.miners.isEmpty ? [] : try await store.blocks(query)
        }
        api.on(MinerQueryRecord.self, need: .read) { context, query in
            try await check(context, query.miner)
            guard query.limit <= maximumRecords else {
                throw MinerFailure(
                    "\(query.limit) records are more than the \(maximumRecords) of one query"
                )
            }
            return try await store.records(query)
        }
    }

    // MARK: - The service

    private func addRest(to api: inout RPCService) {
        api.on(NodeVersion.self, need: .read, runs: .loop) { _ in
            VersionResult(version: MinerService.version, apiVersion: Self.apiVersion)
        }
        api.on(LogList.self, need: .write, runs: .loop) { _ in MinerService.subsystems }
        api.on(LogSetLevel.self, need: .write, runs: .loop) { _, subsystem, level in
            try log.setLevel(level, of: subsystem, among: MinerService.subsystems)
        }
        api.on(MinerShutdown.self, need: .admin, runs: .loop) { _ in
            shutdown()
            return NoResult()
        }
    }
}
