import EventLoop
import FilecoinTypes
import HTTP
import JSON
import JSONRPC
import ServiceKit
import VenusAPI

/// The wallet's methods at `/rpc/v0`, with the permissions of venus-wallet v1.2.0.
struct WalletAPI: Sendable {
    let keeper: WalletKeeper
    /// The secret of the wallet's tokens.
    let secret: [UInt8]
    let log: LogSystem

    /// The version of the API: 1.1.0.
    static let apiVersion: UInt32 = 1 << 16 | 1 << 8
    /// What logs.
    static let subsystems = ["main", "rpc", "wallet"]

    func router() -> HTTPRouter {
        let metrics = MetricsRegistry(prefix: "venus_wallet")
        var service = RPCService(dialect: .fork2021, metrics: RPCMetrics(metrics))
        serveKeys(&service)
        serveLock(&service)
        serveRest(&service)
        var router = HTTPRouter()
        router.serveOperations(metrics)
        service.mount(on: &router, at: "/rpc/v0", verifier: AllowTokenVerifier(secret: secret))
        return router
    }

    private func serveKeys(_ service: inout RPCService) {
        let keeper = keeper
        service.on(WalletNew.self, need: .admin) { _, type in
            try await keeper.generate(SignatureType(name: type))
        }
        service.on(WalletHas.self, need: .write) { _, address in
            guard let address = address.address else { return false }
            return try await keeper.contains(address)
        }
        service.on(WalletList.self, need: .write) { _ in try await keeper.addresses() }
        service.on(WalletSign.self, need: .sign) { _, signer, bytes, meta in
            try await keeper.sign(bytes.bytes, meta, by: try Self.known(signer))
        }
        service.on(WalletListSignedRecord.self, need: .read) { _, query in
            try await keeper.records(query)
        }
        service.on(WalletExport.self, need: .admin) { _, address in
            try await keeper.export(try Self.known(address))
        }
        service.on(WalletImport.self, need: .admin) { _, key in
            switch key.content {
            case .key(let info): return try await keeper.add(info)
            case .unknownType(let name): throw WalletFailure("invalid key type: \(name)")
            }
        }
        service.on(WalletDelete.self, need: .admin) { _, address in
            if let address = address.address { try await keeper.remove(address) }
            return NoResult()
        }
    }

    private func serveLock(_ service: inout RPCService) {
        let keeper = keeper
        service.on(WalletSetPassword.self, need: .admin) { context, password in
            try Self.requireLoopback(context)
            try await keeper.setPassword(Secret(password))
            return NoResult()
        }
        service.on(WalletUnlock.self, need: .admin) { context, password in
            try Self.requireLoopback(context)
            try await keeper.unlock(Secret(password))
            return NoResult()
        }
        service.on(WalletLock.self, need: .admin) { context, password in
            try Self.requireLoopback(context)
            try await keeper.lock(Secret(password))
            return NoResult()
        }
        service.on(WalletVerifyPassword.self, need: .admin) { context, password in
            try Self.requireLoopback(context)
            try await keeper.verify(Secret(password))
            return NoResult()
        }
        service.on(WalletLockState.self, need: .admin) { _ in await keeper.isLocked }
    }

    private func serveRest(_ service: inout RPCService) {
        let (secret, log) = (secret, log)
        let version = WalletVersion.Result(
            version: WalletService.version,
            apiVersion: Self.apiVersion
        )
        service.onImmediate(WalletVersion.self, need: .read) { _ in version }
        service.on(WalletAuthVerify.self, need: .read) { _, token in
            do throws(JWTError) {
                return try AllowClaims.verify(Secret(token), secret: secret).allow
            } catch {
                throw WalletFailure("JWT Verification failed: \(error)")
            }
        }
        service.on(WalletAuthNew.self, need: .admin) { _, permissions in
            let token = AllowClaims(allow: permissions).token(secret: secret)
            return JSONBytes(Array(token.revealed.utf8))
        }
        service.onImmediate(LogList.self, need: .write) { _ in Self.subsystems }
        service.on(LogSetLevel.self, need: .write, runs: .loop) { _, subsystem, level in
            try log.setLevel(level, of: subsystem, among: Self.subsystems)
        }
    }

    private static func known(_ address: OptionalAddress) throws(WalletFailure) -> Address {
        guard let address = address.address else { throw WalletFailure.notFound }
        return address
    }

    /// Passwords are taken from the same machine only: the connection is not encrypted.
    private static func requireLoopback(_ context: RPCContext) throws(WalletFailure) {
        guard context.peer?.isLoopback == true else {
            throw WalletFailure(
                "without permission: passwords are taken on the wallet's machine only"
            )
        }
    }
}

/// Verifies tokens of the `Allow` family under the wallet's secret; the other family means nothing here.
struct AllowTokenVerifier: TokenVerifier {
    private let secret: [UInt8]
    private let verified = VerifiedTokens()

    init(secret: [UInt8]) { self.secret = secret }

    nonisolated(nonsending) func verify(
        _ token: String,
        peer: SocketAddress?
    ) async throws -> Caller? {
        guard let claims = try? AllowClaims.verify(Secret(token), secret: secret) else {
            return nil
        }
        verified.keep(claims.caller, for: token)
        return claims.caller
    }

    func remembered(_ token: String) -> Caller? { verified.caller(of: token) }
}
