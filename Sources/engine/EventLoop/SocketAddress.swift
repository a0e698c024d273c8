internal import CUV
internal import Glibc

/// Where a socket is: an IP address with a port, or a path.
package enum SocketAddress: Hashable, Sendable, CustomStringConvertible {
    /// An IPv4 address in dotted form.
    case ip4(String, port: UInt16)
    /// An IPv6 address in its usual form, without brackets.
    case ip6(String, port: UInt16)
    /// A Unix socket.
    case unix(path: String)

    /// This machine only.
    package static func loopback(port: UInt16) -> SocketAddress { .ip4("127.0.0.1", port: port) }

    /// The port, or `nil` for a Unix socket.
    package var port: UInt16? {
        switch self {
        case .ip4(_, let port), .ip6(_, let port): port
        case .unix: nil
        }
    }

    /// The address without the port.
    package var host: String {
        switch self {
        case .ip4(let host, _), .ip6(let host, _): host
        case .unix(let path): path
        }
    }

    /// Whether only programs on this machine can reach it.
    package var isLoopback: Bool {
        switch self {
        case .ip4(let host, _): host.hasPrefix("127.")
        case .ip6(let host, _): host == "::1"
        case .unix: true
        }
    }

    package var description: String {
        switch self {
        case .ip4(let host, let port): "\(host):\(port)"
        case .ip6(let host, let port): "[\(host)]:\(port)"
        case .unix(let path): path
        }
    }

    /// Reads an IP address that needs no look-up, or returns `nil`.
    package init?(ip host: String, port: UInt16) {
        var storage: sockaddr_storage = sockaddr_storage()
        let found: SocketAddress? = unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            guard let base = bytes.baseAddress else { return nil }
            if unsafe uv_ip4_addr(host, 0, base.assumingMemoryBound(to: sockaddr_in.self)) == 0 {
                return .ip4(host, port: port)
            }
            if unsafe uv_ip6_addr(host, 0, base.assumingMemoryBound(to: sockaddr_in6.self)) == 0 {
                return .ip6(host, port: port)
            }
            return nil
        }
        guard let found else { return nil }
        self = found
    }

    /// Reads what the system filled in; `nil` for a family that is no IP.
    init?(_ address: UnsafePointer<sockaddr>) {
        var name: [CChar] = [CChar](repeating: 0, count: 64)
        switch unsafe Int32(address.pointee.sa_family) {
        case AF_INET:
            let ip4 = unsafe UnsafeRawPointer(address).assumingMemoryBound(to: sockaddr_in.self)
            unsafe uv_ip4_name(ip4, &name, name.count)
            let port = unsafe UInt16(bigEndian: ip4.pointee.sin_port)
            self = .ip4(Self.text(name), port: port)
        case AF_INET6:
            let ip6 = unsafe UnsafeRawPointer(address).assumingMemoryBound(to: sockaddr_in6.self)
            unsafe uv_ip6_name(ip6, &name, name.count)
            let port = unsafe UInt16(bigEndian: ip6.pointee.sin6_port)
            self = .ip6(Self.text(name), port: port)
        default: return nil
        }
    }

    private static func text(_ name: [CChar]) -> String {
        String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Calls `body` with the system's form of an IP address; returns `UV_EINVAL` for other text.
    func withSystemAddress(_ body: (UnsafePointer<sockaddr>) -> Int32) -> Int32 {
        var storage: sockaddr_storage = sockaddr_storage()
        return unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            guard let base = bytes.baseAddress else { return UV_EINVAL.rawValue }
            let status: Int32
            switch self {
            case .ip4(let host, let port):
                let ip4 = unsafe base.assumingMemoryBound(to: sockaddr_in.self)
                status = unsafe uv_ip4_addr(host, Int32(port), ip4)
            case .ip6(let host, let port):
                let ip6 = unsafe base.assumingMemoryBound(to: sockaddr_in6.self)
                status = unsafe uv_ip6_addr(host, Int32(port), ip6)
            case .unix: status = UV_EINVAL.rawValue
            }
            guard status == 0 else { return status }
            return unsafe body(base.assumingMemoryBound(to: sockaddr.self))
        }
    }
}
