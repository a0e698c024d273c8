import CBOR
import FilecoinTypes
import JSON
import JSONRPC
import Multiformats
import VenusAPI

/// Signs with the wallets that are linked, and with those behind gateways.
struct WalletRoutes: MessagerSigner {
    let store: MessagerStore
    let connections: RPCConnections
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
