import EventLoop
import Foundation
import HTTP
import JSONRPC
import Miner
import SectorManager
import ServiceKit
import VenusAPI
import Wallet

/// Starts the services of a pool one after the other, and introduces them to each other.
///
/// What is done before a service starts and after it answers is done once: a start that was killed goes on
/// where it was.
package struct PoolLaunch: Sendable {
    package let folder: PoolFolder
    package let plan: PoolPlan
    let host: any ServiceHost
    /// Is told which service starts.
    let note: @Sendable (ServiceName, String) -> Void
    private let http = HTTPClient()

    package init(
        folder: PoolFolder,
        plan: PoolPlan,
        host: any ServiceHost,
        note: @escaping @Sendable (ServiceName, String) -> Void
    ) {
        self.folder = folder
        self.plan = plan
        self.host = host
        self.note = note
    }

    /// Starts all services, in their order.
    ///
    /// - Throws: Why one does not start; the others go on running.
    package func start() async throws {
        for service in plan.services {
            note(service, "starts")
            try await prepare(service)
            try await host.start(service)
            do { try await introduce(service) } catch {
                throw CommandFailure("\(service) is up but cannot be set up: \(error)")
            }
        }
    }

    /// Stops all services, in the opposite order.
    package func stop() async {
        for service in plan.services.reversed() {
            if await host.status(of: service).phase != .idle { note(service, "stops") }
            await host.stop(service)
        }
    }

    // MARK: - Before a service starts

    private func prepare(_ service: ServiceName) async throws {
        switch service {
        case .beacon, .auth, .wallet, .node: break
        case .messager: try prepareMessager()
        case .sealer(let number): try await prepareSealer(number)
        case .miner: try await prepareMiner()
        }
    }

    /// Writes the messager's configuration with its token towards node and auth.
    private func prepareMessager() throws {
        let repository = folder.repository(.messager)
        let path = repository + "/config.toml"
        guard !FileManager.default.fileExists(atPath: path) else { return }
        try Repository.createFolder(repository)
        let token = try AtomicFile.word(folder.authToken("messager"))
        let text = """
            # Configuration of the messager of a devnet pool. The pool gives it its addresses.

            [jwt]
              authURL = "\(plan.url(.auth))"
              token = "\(token)"

            [node]
              url = "\(plan.multiaddr(.node))"
              token = "\(token)"

            [messageService]
              WaitingChainHeadStableDuration = "1s"

            """
        try AtomicFile.write(text, to: path, mode: 0o600)
    }

    /// Has a sealer make its folder for its miner, with the sectors that the chain begins with, and gives it
    /// a place for further ones.
    private func prepareSealer(_ number: Int) async throws {
        let service = ServiceName.sealer(number)
        let repository = folder.repository(service)
        let miner = plan.miners[number - 1].id
        if !FileManager.default.fileExists(atPath: repository + "/config.toml") {
            let token = try AtomicFile.word(folder.authToken("\(service)"))
            _ = try await ProgramCall.run(
                SealerProgram.application,
                [
                    "--repo", repository, "init", "--actor", "\(miner)", "--network", "devnet",
                    "--node-url", plan.multiaddr(.node), "--node-token", token, "--messager-url",
                    plan.url(.messager) + "/rpc/v0", "--messager-token", token, "--wallet-name",
                    "\(ServiceName.wallet(number))", "--no-local-storage", "--genesis-miner",
                    "--pre-sealed-sectors", folder.sectors(number), "--pre-sealed-metadata",
                    "\(folder.sectors(number))/pre-seal-\(miner).json",
                ]
            )
        }
        let store = folder.path + "/store-\(number)"
        if !FileManager.default.fileExists(atPath: store + "/sectorstore.json") {
            _ = try await ProgramCall.run(
                SealerProgram.application,
                ["--repo", repository, "storage", "attach", "--init", "--store", "--seal", store]
            )
        }
    }

    private func prepareMiner() async throws {
        let repository = folder.repository(.miner)
        guard !FileManager.default.fileExists(atPath: repository + "/config.toml") else { return }
        _ = try await ProgramCall.run(
            MinerProgram.application,
            [
                "--repo", repository, "init", "--listen", plan.hostAndPort(.miner), "--api",
                plan.multiaddr(.node), "--token",
                try AtomicFile.word(folder.authToken("miner")), "--auth-api", plan.url(.auth),
            ]
        )
        // A slow pace is for slow provers; the service's own limit ends at 15 seconds.
        let path = repository + "/config.toml"
        let text = String(decoding: try AtomicFile.read(path), as: UTF8.self)
        let timeout = max(1, plan.blockDelaySeconds * 7 / 10)
        try AtomicFile.write("MinerOnceTimeout = \"\(timeout)s\"\n" + text, to: path, mode: 0o600)
    }

    // MARK: - Once it answers

    private func introduce(_ service: ServiceName) async throws {
        switch service {
        case .beacon, .wallet, .node: break
        case .auth: try await makeTokens()
        case .messager: try await linkWallets()
        case .sealer: break
        case .miner: try await addMiners()
        }
    }

    /// Has auth issue the tokens of the other services, as the first handbook does, and makes the users whose
    /// miners and signers they are.
    private func makeTokens() async throws {
        guard let url = HTTPURL(plan.url(.auth)) else { return }
        let local = try AtomicFile.word(folder.repository(.auth) + "/token")
        let client = AuthClient(url: url, token: Secret(local), http: http, service: "venus-pool")
        for name in ["miner", "messager"] { try await makeToken(name, .admin, client) }
        for (index, miner) in plan.miners.enumerated() {
            let user = "sealer-\(index + 1)"
            try await makeToken(user, .admin, client)
            if let worker = miner.worker {
                try await client.registerSigners(["\(worker)"], of: user)
            }
        }
        try await makeToken("client", .sign, client)
        try await client.registerSigners(plan.accounts.map { "\($0.address)" }, of: "client")
    }

    private func makeToken(
        _ name: String,
        _ permission: Permission,
        _ client: AuthClient
    ) async throws {
        let path = folder.authToken(name)
        guard !FileManager.default.fileExists(atPath: path) else { return }
        // A start that was killed may have made it.
        let known = try await client.tokens(of: name).first { $0.permission == permission.rawValue }
        let token: Secret
        if let known {
            token = Secret(known.token)
        } else {
            token = try await client.generateToken(name: name, permission: permission.rawValue)
        }
        try AtomicFile.write(token.revealed + "\n", to: path)
    }

    /// Links every wallet to the messager, with a token of its own that may have things signed.
    private func linkWallets() async throws {
        let token = try AtomicFile.word(folder.repository(.messager) + "/token")
        guard let info = APIInfo(address: plan.url(.messager), token: token) else { return }
        let client = RPCClient(info, path: "/rpc/v0", http: http)
        let known = try await client.call(MessagerListWallet.self).map(\.name)
        for number in 1...plan.miners.count {
            let name = "\(ServiceName.wallet(number))"
            guard !known.contains(name) else { continue }
            let wallet = MessagerWallet(
                name: name,
                url: plan.multiaddr(.wallet(number)) + "/http",
                token: try await walletToken(number)
            )
            _ = try await client.call(MessagerSaveWallet.self, wallet)
        }
        await client.close()
    }

    /// Adds every miner with its sealer's and its wallet's own tokens; each has to prove once.
    private func addMiners() async throws {
        let repository = folder.repository(.miner)
        let known = try await ProgramCall.run(
            MinerProgram.application,
            ["--repo", repository, "address", "list"]
        )
        for (index, miner) in plan.miners.enumerated() where !known.contains("\(miner.id)\"") {
            let (sealer, wallet) = (ServiceName.sealer(index + 1), ServiceName.wallet(index + 1))
            note(.miner, "has \(miner.id) prove once")
            _ = try await ProgramCall.run(
                MinerProgram.application,
                [
                    "--repo", repository, "address", "add", "--addr", "\(miner.id)",
                    "--sealer-listen-api", plan.multiaddr(sealer) + "/http", "--sealer-token",
                    try AtomicFile.word(folder.repository(sealer) + "/token"),
                    "--wallet-listen-api", plan.multiaddr(wallet) + "/http", "--wallet-token",
                    try await walletToken(index + 1),
                ]
            )
        }
    }

    /// A token of a wallet, as `venus-wallet auth api-info --perm sign` prints it.
    private func walletToken(_ number: Int) async throws -> String {
        let path = folder.authToken("\(ServiceName.wallet(number))")
        if FileManager.default.fileExists(atPath: path) { return try AtomicFile.word(path) }
        let token = try await ProgramCall.run(
            WalletProgram.application,
            [
                "--repo", folder.repository(.wallet(number)), "auth", "create-token", "--perm",
                "sign",
            ]
        )
        try AtomicFile.write(token + "\n", to: path)
        return token
    }
}
