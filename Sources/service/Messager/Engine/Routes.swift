import CBOR
import FilecoinTypes
import HTTP
import JSON
import JSONRPC
import Multiformats
import Synchronization
import VenusAPI

/// Clients of other services, one for each address and token.
final class Connections: Sendable {
    private struct Key: Hashable {
        let address: String
        let token: String
        let path: String
        let isSocket: Bool
    }

    private let http: HTTPClient
    private let clients = Mutex<[Key: RPCClient]>([:])

    init(http: HTTPClient) { self.http = http }

    /// The client of a service.
    ///
    /// With `isSocket` it calls over a WebSocket, whatever protocol the address names.
    func client(
        _ address: String,
        token: String,
        path: String,
        isSocket: Bool = false
    ) throws -> RPCClient {
        let key = Key(address: address, token: token, path: path, isSocket: isSocket)
        if let client = clients.withLock({ $0[key] }) { return client }
        guard let info = APIInfo(address: address, token: token.isEmpty ? nil : token) else {
            throw MessagerFailure("\"\(address)\" is neither a multiaddr nor a URL")
        }
        let url = isSocket ? info.webSocketURL(path) : info.url(path)
        let client = RPCClient(url, token: info.token, http: http)
        return clients.withLock { clients in
            if let other = clients[key] { return other }
            clients[key] = client
            return client
        }
    }

    func close() async {
        for client in clients.withLock({ $0.values.map { $0 } }) { await client.close() }
    }
}

/// Signs with the wallets that are linked, and with those behind gateways.
struct WalletRoutes: MessagerSigner {
    let store: MessagerStore
    let connections: Connections
    /// Addresses of gateways.
    let gateways: [String]
    let gatewayToken: String

    func has(_ address: Address, accounts: [String]) async throws -> Bool {
        if try await linked(address) != nil { return true }
        for gateway in gateways where !accounts.isEmpty {
            let client = try connections.client(gateway, token: gatewayToken, path: "/rpc/v2")
            if try await client.call(GatewayWalletHas.self, address, accounts) { return true }
        }
        return false
    }

    func sign(_ message: Message, accounts: [String]) async throws -> Signature {
        let bytes = JSONBytes(message.cid.bytes)
        let meta = SigningMeta(.message, extra: message.cborBytes())
        if let wallet = try await linked(message.from) {
            return try await wallet.call(
                WalletSign.self,
                OptionalAddress(message.from),
                bytes,
                meta
            )
        }
        var refusal: any Error = MessagerFailure("no wallet has the key of \(message.from)")
        for gateway in gateways where !accounts.isEmpty {
            let client = try connections.client(gateway, token: gatewayToken, path: "/rpc/v2")
            do {
                return try await client.call(
                    GatewayWalletSign.self,
                    message.from,
                    accounts,
                    bytes,
                    meta
                )
            } catch {
                refusal = error
            }
        }
        throw refusal
    }

    /// The linked wallet that has a key; one that does not answer counts as without.
    private func linked(_ address: Address) async throws -> RPCClient? {
        for wallet in try await store.wallets() {
            let client = try connections.client(wallet.url, token: wallet.token, path: "/rpc/v0")
            let has = try? await client.call(WalletHas.self, OptionalAddress(address))
            if has == true { return client }
        }
        return nil
    }
}

/// Whose a signer is, as the auth service says.
struct AuthAccounts: MessagerAccounts {
    let client: AuthClient

    func accounts(of signer: Address) async throws -> [String] {
        do {
            return try await client.users(ofSigner: signer.description).map(\.name)
        } catch let error as AuthServiceError where error.isRefusal {
            return []
        }
    }

    func owns(_ account: String, _ signer: Address) async throws -> Bool {
        try await client.hasSigner(signer.description, of: account)
    }
}

/// Without an auth service every signer belongs to its messager's administrator.
struct NoAccounts: MessagerAccounts {
    func accounts(of signer: Address) async throws -> [String] { [] }
    func owns(_ account: String, _ signer: Address) async throws -> Bool { false }
}
