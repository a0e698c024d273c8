package import HTTP

/// Where a service is and the token to use there: `<jwt>:<multiaddr or URL>`, as in lotus and venus.
package struct APIInfo: Hashable, Sendable, CustomStringConvertible {
    /// The token; `nil` if the text had none.
    package let token: String?
    /// The address as it was written.
    package let address: String
    private let base: HTTPURL

    /// Joins an address and a token; `nil` if the address is neither a multiaddr of a TCP service nor
    /// an http, https, ws or wss URL.
    package init?(address: String, token: String?) {
        guard let base = Self.parse(address) else { return nil }
        self.base = base
        self.address = address
        self.token = token
    }

    /// Reads `<jwt>:<address>` or `<address>`; `nil` if the address is none.
    package init?(_ text: String) {
        if let colon = text.firstIndex(of: ":"), Self.isToken(text[..<colon]) {
            let address = String(text[text.index(after: colon)...])
            self.init(address: address, token: String(text[..<colon]))
        } else {
            self.init(address: text, token: nil)
        }
    }

    /// Three parts of Base64 for URLs, the last may be empty: the test that lotus makes.
    private static func isToken(_ text: Substring) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, !parts[1].isEmpty else { return false }
        return text.utf8.allSatisfy { byte in
            byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                || byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26
        }
    }

    private static func parse(_ address: String) -> HTTPURL? {
        guard address.hasPrefix("/") else { return HTTPURL(address) }
        let parts = address.split(separator: "/").map(String.init)
        guard parts.count >= 4, parts.count <= 5,
            ["ip4", "ip6", "dns", "dns4", "dns6"].contains(parts[0]), parts[2] == "tcp",
            let port = UInt16(parts[3])
        else { return nil }
        let scheme = parts.count == 5 ? HTTPURL.Scheme(rawValue: parts[4]) : .ws
        guard let scheme else { return nil }
        return HTTPURL(scheme, host: parts[1], port: port)
    }

    /// The URL of a path, such as `/rpc/v1`, for calls over a WebSocket.
    package func webSocketURL(_ path: String) -> HTTPURL {
        url(path, base.scheme.isSecure ? .wss : .ws)
    }

    /// The URL of a path for calls over plain HTTP.
    package func httpURL(_ path: String) -> HTTPURL {
        url(path, base.scheme.isSecure ? .https : .http)
    }

    /// The URL of a path with the protocol that the address names; a bare multiaddr means WebSocket.
    package func url(_ path: String) -> HTTPURL { url(path, base.scheme) }

    private func url(_ path: String, _ scheme: HTTPURL.Scheme) -> HTTPURL {
        var url = base
        url.scheme = scheme
        let prefix = base.target.hasSuffix("/") ? String(base.target.dropLast()) : base.target
        // An address that already names the path is left as it is.
        url.target = prefix.hasSuffix(path) ? prefix : prefix + path
        return url
    }

    /// The address, without the token.
    package var description: String { address }
}
