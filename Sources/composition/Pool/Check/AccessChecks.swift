import FilecoinTypes
import HTTP
import JSON
import JSONRPC
import ServiceKit
import VenusAPI

/// Check 1: every service answers, to those only who may ask.
struct AccessChecks: Sendable {
    let pool: PoolUnderTest
    let report: CheckReport

    func run() async {
        await report.check("1.1 every service answers, and shows its figures") {
            let health = HealthCheck(http: pool.http)
            for service in pool.plan.services {
                let isHealthy = await health.isHealthy(port: pool.plan.port(service))
                try require(isHealthy, "\(service) does not answer /healthcheck with 200")
                try await checkMetrics(of: service)
            }
        }
        await report.check("1.2 each caller has the token that the handbook gives it") {
            try await checkTokens()
        }
        await report.check("1.3 no token and a wrong token are refused by every service") {
            try await checkStrangers()
        }
        await report.check("1.4 too small a permission is refused and changes nothing") {
            try await checkPermissions()
        }
        await report.check("1.5 a revoked token stops working within a minute, WebSockets too") {
            try await checkRevocation()
        }
    }

    /// The Prometheus text at `/metrics`; only auth, which knows every user, asks for a token.
    private func checkMetrics(of service: ServiceName) async throws {
        let url = HTTPURL(
            .http,
            host: "127.0.0.1",
            port: pool.plan.port(service),
            target: "/metrics"
        )
        var request = HTTPRequest(.get, url.target)
        if service == .auth {
            request.headers.set("Authorization", "Bearer \(try pool.localToken(service))")
        }
        let response = try await pool.http.send(request, to: url)
        let text = String(decoding: response.bytes, as: UTF8.self)
        try require(
            response.status == .ok && text.contains("# TYPE "),
            "\(service) answers /metrics with \(response.status.rawValue) and: \(text.prefix(200))"
        )
    }

    // MARK: - Tokens

    /// Tokens of auth towards node and messager, of wallet and sealer towards themselves.
    private func checkTokens() async throws {
        let auth = try pool.auth()
        func owner(of path: String, _ file: String) async throws -> String {
            let text = String(decoding: try AtomicFile.read(file), as: UTF8.self)
            let token = try AtomicFile.word(path)
            try require(text.contains(token), "\(file) does not hold the token in \(path)")
            return try await auth.verify(Secret(token)).name
        }
        let folder = pool.folder
        for (service, name) in [(ServiceName.messager, "messager"), (.miner, "miner")] {
            let file = folder.repository(service) + "/config.toml"
            let found = try await owner(of: folder.authToken(name), file)
            try requireEqual(found, name, "the owner of the token in \(file)")
        }
        for number in 1...pool.plan.miners.count {
            let sealer = ServiceName.sealer(number)
            let file = folder.repository(sealer) + "/config.toml"
            let found = try await owner(of: folder.authToken("\(sealer)"), file)
            try requireEqual(found, "\(sealer)", "the owner of the token in \(file)")

            let own = try pool.localToken(sealer)
            _ = try await pool.client(sealer, token: own).call(ActorAddress.self)
            let wallet = try AtomicFile.word(folder.authToken("\(ServiceName.wallet(number))"))
            _ = try await pool.client(.wallet(number), token: wallet).call(WalletList.self)
            for token in [own, wallet] {
                let claims = try? await auth.verify(Secret(token))
                try require(claims == nil, "auth knows a token of \(sealer) or its wallet")
            }
        }
    }

    /// One call of each service that needs a token.
    private func probes() -> [(ServiceName, String, [JSONValue])] {
        var probes: [(ServiceName, String, [JSONValue])] = [
            (.node, ChainHead.name, []), (.messager, MessagerGetSharedParams.name, []),
            (.miner, NodeVersion.name, []),
        ]
        for number in 1...pool.plan.miners.count {
            probes.append((.wallet(number), WalletList.name, []))
            probes.append((.sealer(number), ActorAddress.name, []))
        }
        return probes
    }

    private func checkStrangers() async throws {
        // Of the right form, signed by nobody who counts.
        let forged = AuthClaims(name: "miner", permission: "admin").token(secret: [1, 2, 3])
        for token in [nil, forged.revealed, "nonsense"] {
            for (service, method, parameters) in probes() {
                let client = try pool.client(service, token: token)
                do {
                    _ = try await client.call(method, parameters)
                    throw CheckFailure("\(service) answers \(method) to a stranger")
                } catch let error as RPCClientError where error.code == .unauthorized {}
            }
            do {
                _ = try await pool.auth(token: token).users()
                throw CheckFailure("auth lists users to a stranger")
            } catch let error as AuthServiceError where error.status == 401 {}
        }
    }

    /// A call that must be refused for its permission.
    private func refused(_ what: String, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as RPCError {
            try require(
                error.message.contains("permission"),
                "\(what) is refused for another reason: \(error)"
            )
            return
        }
        throw CheckFailure("\(what) is allowed")
    }

    private func checkPermissions() async throws {
        let auth = try pool.auth()
        let reader = try await auth.generateToken(name: "reader", permission: "read")
        let token = reader.revealed
        let account = pool.accounts[0]

        let messager = try pool.client(.messager, token: token)
        let admin = try pool.client(.messager, token: pool.localToken(.messager))
        let before = try await admin.call(MessagerListMessage.self, MessagerQuery()).count
        try await refused("a push with a token that may read") {
            let message = Message(to: account, from: account)
            _ = try await messager.call(MessagerPushMessage.self, message, nil)
        }
        let after = try await admin.call(MessagerListMessage.self, MessagerQuery()).count
        try requireEqual(after, before, "the number of messages")

        let node = try pool.client(.node, token: token)
        let block = try await pool.head().cids[0]
        try await refused("SyncMarkBad with a token that may read") {
            _ = try await node.call(SyncMarkBad.self, block)
        }
        let reason = try await node.call(SyncCheckBad.self, block)
        try requireEqual(reason, "", "why the head is bad")

        let signer = try await pool.client(.wallet(1), token: pool.walletToken(1, .sign))
        let keys = try await signer.call(WalletList.self)
        try await refused("WalletNew with a token that may sign") {
            _ = try await signer.call(WalletNew.self, "bls")
        }
        try await refused("WalletExport with a token that may sign") {
            _ = try await signer.call(WalletExport.self, OptionalAddress(account))
        }
        try requireEqual(try await signer.call(WalletList.self), keys, "the keys of wallet 1")

        try await checkPermissionsOfMiners(token)
        do {
            _ = try await pool.auth(token: token).addUser("intruder")
            throw CheckFailure("auth adds a user for a token that may read")
        } catch let error as AuthServiceError {
            try require(error.isRefusal, "auth gives no refusal but \(error)")
        }
        try require(try await !auth.hasUser("intruder"), "auth added a user all the same")
        try await auth.removeToken(reader)
    }

    private func checkPermissionsOfMiners(_ token: String) async throws {
        let sealer = ServiceName.sealer(1)
        let own = try pool.client(sealer, token: pool.localToken(sealer))
        let made = try await own.call(AuthNew.self, ["read"])
        let reader = try pool.client(sealer, token: String(decoding: made.bytes, as: UTF8.self))
        let stores = try await own.call(StorageLocal.self)
        try await refused("StorageAddLocal with a token that may read") {
            _ = try await reader.call(StorageAddLocal.self, "/tmp")
        }
        try requireEqual(try await own.call(StorageLocal.self), stores, "the folders of \(sealer)")

        let miner = try pool.client(.miner, token: token)
        let operating = try pool.client(.miner, token: pool.localToken(.miner))
        let states = try await operating.call(MinerStatesForMining.self, MinerSelection([]))
        try await refused("Stop with a token that may read") {
            _ = try await miner.call(MinerStop.self, MinerSelection([]))
        }
        let now = try await operating.call(MinerStatesForMining.self, MinerSelection([]))
        try requireEqual(now.map(\.isMining), states.map(\.isMining), "which miners mine")
    }

    private func checkRevocation() async throws {
        let auth = try pool.auth()
        let token = try await auth.generateToken(name: "leaver", permission: "read")
        let http = try pool.client(.node, token: token.revealed)
        let socket = try pool.client(.node, token: token.revealed, isSocket: true)
        _ = try await http.call(ChainHead.self)
        let changes = try await socket.open(ChainNotify.self)
        let listening = Task { for try await _ in changes {} }
        defer { listening.cancel() }
        _ = try await socket.call(ChainHead.self)
        try await auth.removeToken(token)

        let deadline = ContinuousClock.now + .seconds(60)
        func refusal(_ client: RPCClient, _ what: String) async throws {
            while true {
                do { _ = try await client.call(ChainHead.self) } catch { return }
                try require(ContinuousClock.now < deadline, "\(what) still works after a minute")
                try await Task.sleep(for: .seconds(1))
            }
        }
        try await refusal(http, "the token")
        try await refusal(socket, "the open WebSocket")
        let left = deadline - ContinuousClock.now
        try await withThrowingTaskGroup { group in
            group.addTask { _ = await listening.result }
            group.addTask {
                try await Task.sleep(for: left)
                throw CheckFailure("head changes still come over the open WebSocket")
            }
            try await group.next()
            group.cancelAll()
        }
        await socket.close()
    }
}
