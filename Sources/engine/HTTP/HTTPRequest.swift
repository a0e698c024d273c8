package import EventLoop

/// The methods that the server accepts; others are answered with 501.
package enum HTTPMethod: String, Sendable, CaseIterable {
    /// Read.
    case get = "GET"
    /// Read the head only.
    case head = "HEAD"
    /// Do something.
    case post = "POST"
    /// Store.
    case put = "PUT"
    /// Remove.
    case delete = "DELETE"
    /// Change a part.
    case patch = "PATCH"
    /// Ask what is allowed.
    case options = "OPTIONS"
}

/// A request, with its whole body.
package struct HTTPRequest: Sendable {
    /// What to do.
    package var method: HTTPMethod
    /// What to do it with, as sent: path and query.
    package var target: String
    /// The header fields.
    package var headers: HTTPHeaders
    /// The body, empty if there is none.
    package var body: [UInt8]
    /// Who asks; `nil` over a Unix socket and for requests that are being made.
    package var peer: SocketAddress?

    /// A request to send, or to hand to a handler in a test.
    package init(
        _ method: HTTPMethod,
        _ target: String,
        headers: HTTPHeaders = HTTPHeaders(),
        body: [UInt8] = [],
        peer: SocketAddress? = nil
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.peer = peer
    }

    /// The path, still percent-encoded.
    package var path: Substring {
        // Bytes, not characters: this runs for every request.
        target[..<(target.utf8.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex)]
    }

    /// The first value of a query parameter, decoded; `nil` if it is not there.
    package func query(_ name: String) -> String? {
        queryItems.first { $0.name == name }?.value
    }

    /// The query parameters, decoded, in order.
    package var queryItems: [(name: String, value: String)] {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return [] }
        return URLEncoding.decodeForm(target[target.index(after: mark)...])
    }

    /// The token of `Authorization: Bearer …`, or else of the query parameter `token`.
    ///
    /// The scheme is compared exactly, as go-jsonrpc does; an empty header counts as absent.
    package var bearerToken: BearerToken {
        let header = headers.withValue("authorization") { value -> BearerToken in
            guard !value.isEmpty else { return .absent }
            guard value.count >= 7 else { return .malformed }
            let scheme: StaticString = "Bearer "
            for place in 0..<7 {
                guard unsafe value[place] == scheme.utf8Start[place] else { return .malformed }
            }
            return .token(String(repairing: value.extracting(7...)))
        }
        if let header, header != .absent { return header }
        guard let token = query("token"), !token.isEmpty else { return .absent }
        return .token(token)
    }
}

extension String {
    /// The text of bytes; what is no UTF-8 becomes U+FFFD.
    init(repairing bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
}

/// What a request says about who asks.
package enum BearerToken: Equatable, Sendable {
    /// Nothing.
    case absent
    /// An `Authorization` header that is no bearer token.
    case malformed
    /// This token, not verified.
    case token(String)
}

/// Percent and form encoding (WHATWG URL, `application/x-www-form-urlencoded`).
package enum URLEncoding {
    /// Decodes `a=1&b=two+words`; what is no valid escape stays as it is.
    package static func decodeForm(_ text: some StringProtocol) -> [(name: String, value: String)] {
        text.split(separator: "&").map { part in
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = sides.count > 1 ? decode(sides[1], plusIsBlank: true) : ""
            return (decode(sides[0], plusIsBlank: true), value)
        }
    }

    /// Decodes `%41` and, if asked, `+`.
    package static func decode(_ text: some StringProtocol, plusIsBlank: Bool = false) -> String {
        let bytes = Array(text.utf8)
        var decoded: [UInt8] = []
        var place = 0
        while place < bytes.count {
            let byte = bytes[place]
            if byte == UInt8(ascii: "%"), place + 2 < bytes.count,
                let high = digit(bytes[place + 1]), let low = digit(bytes[place + 2])
            {
                decoded.append(high << 4 | low)
                place += 3
            } else {
                decoded.append(plusIsBlank && byte == UInt8(ascii: "+") ? 0x20 : byte)
                place += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    /// Encodes a query value or path segment: all but letters, digits and `-._~`.
    package static func encode(_ text: String) -> String {
        let hex: [UInt8] = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                encoded.append(byte)
            default:
                encoded += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
