package import HTTP
internal import Synchronization

/// Clients of other services, one for each address, token and path.
///
/// Clients stay until ``close()``: there are as many as an operator's configuration names.
package final class RPCConnections: Sendable {
    private struct Key: Hashable {
        let address: String
        let token: String
        let path: String
        let isSocket: Bool
    }

    private let http: HTTPClient
    private let clients = Mutex<[Key: RPCClient]>([:])

    /// Creates connections that share an HTTP client.
    package init(http: HTTPClient) { self.http = http }

    /// The client of a service.
    ///
    /// - Parameters:
    ///   - address: A multiaddr or a URL, with or without `<token>:` before it.
    ///   - token: The token, unless the address carries one; empty for none.
    ///   - path: The path of the API, such as `/rpc/v1`.
    ///   - isSocket: Whether it calls over a WebSocket, whatever protocol the address names.
    /// - Returns: The same client for the same arguments.
    /// - Throws: `RPCError` if the address is neither a multiaddr nor a URL.
    package func client(
        _ address: String,
        token: String,
        path: String,
        isSocket: Bool = false
    ) throws(RPCError) -> RPCClient {
        let key = Key(address: address, token: token, path: path, isSocket: isSocket)
        if let client = clients.withLock({ $0[key] }) { return client }
        guard let info = APIInfo(address: address, token: token.isEmpty ? nil : token) else {
            throw RPCError("\"\(address)\" is neither a multiaddr nor a URL")
        }
        let url = isSocket ? info.webSocketURL(path) : info.url(path)
        let client = RPCClient(url, token: info.token, http: http)
        return clients.withLock { clients in
            if let other = clients[key] { return other }
            clients[key] = client
            return client
        }
    }

    /// Closes all clients.
    package func close() async {
        for client in clients.withLock({ $0.values.map { $0 } }) { await client.close() }
    }
}
