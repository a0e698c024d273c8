import FilecoinTypes
import HTTP
import JSONRPC
import ServiceKit
import Synchronization
import VenusAPI

/// The miners that blocks are made for: those with links of their own, and those of the auth service.
final class MinerRegistry: Sendable {
    /// The most errors that are kept of a miner.
    static let maximumErrors = 20

    private struct State {
        /// From the database.
        var links: [MinerEntry] = []
        /// From the auth service.
        var users: [MinerEntry] = []
        var errors: [Address: [String]] = [:]
    }

    private let store: MinerStore
    private let auth: AuthClient?
    private let connections: RPCConnections
    private let node: RPCClient
    private let gateways: [RPCClient]
    private let now: @Sendable () -> Int64
    private let state = Mutex(State())

    /// A registry that has read nothing yet.
    init(
        store: MinerStore,
        auth: AuthClient?,
        connections: RPCConnections,
        node: RPCClient,
        gateways: [RPCClient],
        now: @escaping @Sendable () -> Int64
    ) {
        self.store = store
        self.auth = auth
        self.connections = connections
        self.node = node
        self.gateways = gateways
        self.now = now
    }

    // MARK: - Reading

    /// All miners, by ID.
    var entries: [MinerEntry] {
        state.withLock { state in
            let linked = Set(state.links.map(\.miner))
            return state.links + state.users.filter { !linked.contains($0.miner) }
        }
        .sorted { ($0.miner.actorID?.rawValue ?? 0) < ($1.miner.actorID?.rawValue ?? 0) }
    }

    func entry(_ miner: Address) throws -> MinerEntry {
        guard let entry = entries.first(where: { $0.miner == miner }) else {
            throw MinerFailure("miner \(miner) is not known here")
        }
        return entry
    }

    /// The miners that take part in a round.
    ///
    /// One whose addresses are wrong is left out, with an error of its own.
    func participants() -> [RoundRunner.Participant] {
        entries.filter(\.isOpen).compactMap { entry in
            do {
                return RoundRunner.Participant(miner: entry.miner, route: try route(of: entry))
            } catch {
                note("\(error)", of: entry.miner)
                return nil
            }
        }
    }

    /// The way to a miner's signer and prover.
    func route(of entry: MinerEntry) throws -> any MinerRoute {
        guard let sealer = entry.sealer else {
            return GatewayRoute(miner: entry.miner, account: entry.user, gateways: gateways)
        }
        return try link(sealer, entry.wallet)
    }

    /// The way over direct links.
    func link(_ sealer: MinerEndpoint, _ wallet: MinerEndpoint?) throws -> LinkRoute {
        func client(_ endpoint: MinerEndpoint) throws -> RPCClient {
            try connections.client(endpoint.address, token: endpoint.token, path: "/rpc/v0")
        }
        return LinkRoute(
            sealer: try client(sealer),
            signer: try wallet.map { .wallet(try client($0)) } ?? .node(node)
        )
    }

    /// Reads the database, and the auth service where there is one.
    func load() async throws {
        let links = try await store.miners()
        state.withLock { $0.links = links }
        try await reload()
    }

    /// Reads the miners of the auth service again; those that were known stay if it does not answer.
    func reload(skip: Int64 = 0, limit: Int64 = 0) async throws {
        guard let auth else { return }
        var found: [MinerEntry] = []
        for user in try await auth.users(skip: skip, limit: limit, state: AuthUser.enabled) {
            for binding in try await auth.miners(of: user.name) {
                guard let miner = Address(binding.address) else { continue }
                var entry = MinerEntry(miner: miner)
                entry.userID = user.id
                entry.user = user.name
                entry.isOpen = binding.openMining
                found.append(entry)
            }
        }
        state.withLock { [found] in $0.users = found }
    }

    /// Whether a miner belongs to a user.
    func owns(_ user: String, _ miner: Address) async throws -> Bool {
        if entries.contains(where: { $0.miner == miner && $0.user == user && !user.isEmpty }) {
            return true
        }
        guard let auth else { return false }
        return try await auth.hasMiner(miner.description, of: user)
    }

    // MARK: - Changing

    /// Takes a miner with links, or changes its links.
    func save(_ entry: MinerEntry) async throws {
        try await store.save(entry)
        try await readLinks()
    }

    func remove(_ miner: Address) async throws {
        guard try await store.removeMiner(miner) else {
            throw MinerFailure("miner \(miner) has no link here")
        }
        try await readLinks()
    }

    /// Opens or closes mining; the auth service keeps it for its own miners.
    func setOpen(_ miners: [Address], _ isOpen: Bool) async throws {
        let wanted = try miners.isEmpty ? entries : miners.map { try entry($0) }
        for var entry in wanted {
            if entry.sealer != nil {
                entry.isOpen = isOpen
                try await store.save(entry)
            } else if let auth {
                try await auth.addMiner(
                    entry.miner.text(on: .mainnet),
                    to: entry.user,
                    openMining: isOpen
                )
            }
        }
        try await load()
    }

    private func readLinks() async throws {
        let links = try await store.miners()
        state.withLock { $0.links = links }
    }

    // MARK: - Errors

    /// Notes what went wrong for a miner.
    func note(_ error: String, of miner: Address) {
        let line = CivilTime(nanoseconds: now()).plain + " " + error
        state.withLock { state in
            let errors = state.errors[miner, default: []] + [line]
            state.errors[miner] = errors.suffix(Self.maximumErrors)
        }
    }

    /// Forgets a miner's errors after a success.
    func clearErrors(of miner: Address) { state.withLock { $0.errors[miner] = nil } }

    /// Whether miners mine; of those named, or of all.
    func states(_ miners: [Address]) -> [MinerState] {
        let known = entries
        let errors = state.withLock { $0.errors }
        let wanted = miners.isEmpty ? known.map(\.miner) : miners
        return wanted.map { miner in
            MinerState(
                miner: miner,
                isMining: known.contains { $0.miner == miner && $0.isOpen },
                errors: errors[miner] ?? []
            )
        }
    }
}
