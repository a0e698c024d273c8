/// The parts of an absolute URL that a client needs.
package struct HTTPURL: Hashable, Sendable, CustomStringConvertible {
    /// The protocols that the client speaks.
    package enum Scheme: String, Sendable {
        case http, https, ws, wss

        /// Whether the connection is encrypted.
        package var isSecure: Bool { self == .https || self == .wss }
        /// The port where none is given.
        package var defaultPort: UInt16 { isSecure ? 443 : 80 }
    }

    /// The protocol.
    package var scheme: Scheme
    /// A name or address; IPv6 without brackets.
    package var host: String
    /// The port.
    package var port: UInt16
    /// Path and query, beginning with a slash.
    package var target: String

    /// A URL from its parts.
    package init(_ scheme: Scheme, host: String, port: UInt16, target: String = "/") {
        self.scheme = scheme
        self.host = host
        self.port = port
        self.target = target
    }

    /// Reads `http://host:port/path?query`; `nil` if it is no such URL or holds user information.
    package init?(_ text: String) {
        guard let colon = text.range(of: "://"),
            let scheme = Scheme(rawValue: text[..<colon.lowerBound].lowercased())
        else { return nil }
        let rest = text[colon.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        var target = String(rest[authority.endIndex...].prefix { $0 != "#" })
        if !target.hasPrefix("/") { target = "/" + target }
        guard target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !authority.contains("@"),
            let (host, port) = Self.split(authority)
        else { return nil }
        self.init(scheme, host: host, port: port ?? scheme.defaultPort, target: target)
    }

    private static func split(_ authority: Substring) -> (host: String, port: UInt16?)? {
        var host = authority
        var port: UInt16?
        if let end = authority.lastIndex(of: ":"), authority.last != "]" {
            let digits = authority[authority.index(after: end)...]
            guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 &- 0x30 < 10 }),
                let number = UInt16(digits)
            else { return nil }
            port = number
            host = authority[..<end]
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        let isPlain = host.utf8.allSatisfy { byte in
            byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "/") && byte != UInt8(ascii: "[")
        }
        guard !host.isEmpty, isPlain else { return nil }
        return (String(host), port)
    }

    /// Host and port as the `Host` field wants them.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == scheme.defaultPort ? name : "\(name):\(port)"
    }

    package var description: String { "\(scheme.rawValue)://\(authority)\(target)" }
}

extension String {
    /// The range of the first occurrence of `other`.
    fileprivate func range(of other: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(other) {
                return start..<index(start, offsetBy: other.count)
            }
            start = index(after: start)
        }
        return nil
    }
}
