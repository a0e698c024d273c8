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

    /// How long a wallet may take to say which keys it has.
    static let lookTime: Duration = .seconds(5)
    /// How long a wallet may take for one signature.
    static let signingTime: Duration = .seconds(10)

    func has(_ address: Address, accounts: [String]) async throws -> Bool {
        let (wallet, silent) = try await linked(address)
        if wallet != nil { return true }
        for gateway in gateways where !accounts.isEmpty {
            let client = try connections.client(gateway, token: gatewayToken, path: "/rpc/v2")
            if try await client.call(GatewayWalletHas.self, address, accounts) { return true }
        }
        guard silent.isEmpty else { throw Self.silence(address, silent) }
        return false
    }

    func sign(_ message: Message, accounts: [String]) async throws -> Signature {
        let bytes = JSONBytes(message.cid.bytes)
        let meta = SigningMeta(.message, extra: message.cborBytes())
        let (wallet, silent) = try await linked(message.from)
        if let wallet {
            return try await wallet.call(
                WalletSign.self,
                OptionalAddress(message.from),
                bytes,
                meta,
                timeout: Self.signingTime
            )
        }
        var refusal: any Error =
            silent.isEmpty
            ? MessagerFailure("no wallet has the key of \(message.from)")
            : Self.silence(message.from, silent)
        for gateway in gateways where !accounts.isEmpty {
            let client = try connections.client(gateway, token: gatewayToken, path: "/rpc/v2")
            do {
                return try await client.call(
                    GatewayWalletSign.self,
                    message.from,
                    accounts,
                    bytes,
                    meta,
                    timeout: Self.signingTime
                )
            } catch {
                refusal = error
            }
        }
        throw refusal
    }

    /// The linked wallet that has a key, and why others could not be asked.
    private func linked(
        _ address: Address
    ) async throws -> (wallet: RPCClient?, silent: [String]) {
        var silent: [String] = []
        for wallet in try await store.wallets() {
            do {
                let client = try connections.client(
                    wallet.url,
                    token: wallet.token,
                    path: "/rpc/v0"
                )
                let has = try await client.call(
                    WalletHas.self,
                    OptionalAddress(address),
                    timeout: Self.lookTime
                )
                if has { return (client, []) }
            } catch {
                silent.append("wallet \(wallet.name): \(error)")
            }
        }
        return (nil, silent)
    }

    private static func silence(_ address: Address, _ reasons: [String]) -> MessagerFailure {
        MessagerFailure(
            "no wallet that answers has the key of \(address); \(reasons.joined(separator: "; "))"
        )
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
