internal import CUV
internal import Glibc

/// Looks up names, on libuv's own threads.
package enum Resolver {
    @safe
    private final class Waiting {
        let finish: (Int32, UnsafeMutablePointer<addrinfo>?) -> Void
        init(finish: @escaping (Int32, UnsafeMutablePointer<addrinfo>?) -> Void) {
            unsafe self.finish = finish
        }
    }

    /// Returns the addresses of a name, in the order in which the system prefers them.
    ///
    /// - Throws: ``IOError`` with code `unknownHost`.
    package static func addresses(
        of host: String,
        port: UInt16,
        loop: EventLoop = .shared
    ) async throws(IOError) -> [SocketAddress] {
        if let address = SocketAddress(ip: host, port: port) { return [address] }
        let found: Result<[SocketAddress], IOError> = await loop.awaiting { finish in
            let request: UnsafeMutablePointer<uv_getaddrinfo_t> = .allocate(capacity: 1)
            let waiting = unsafe Waiting { status, list in
                guard status == 0 else {
                    return finish(.failure(IOError(uv: status, "look up \(host)")))
                }
                unsafe finish(.success(read(list, port: port)))
                unsafe uv_freeaddrinfo(list)
            }
            unsafe request.pointee.data = Unmanaged.passRetained(waiting).toOpaque()
            var hints: addrinfo = unsafe addrinfo()
            unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
            let status = unsafe uv_getaddrinfo(
                loop.uv,
                request,
                { request, status, list in
                    guard let request = unsafe request else { return }
                    let waiting = unsafe Unmanaged<Waiting>.fromOpaque(request.pointee.data)
                        .takeRetainedValue()
                    unsafe request.deallocate()
                    unsafe waiting.finish(status, list)
                },
                host,
                nil,
                &hints
            )
            guard status != 0 else { return }
            unsafe Unmanaged<Waiting>.fromOpaque(request.pointee.data).release()
            unsafe request.deallocate()
            finish(.failure(IOError(uv: status, "look up \(host)")))
        }
        return try found.get()
    }

    private static func read(
        _ list: UnsafeMutablePointer<addrinfo>?,
        port: UInt16
    ) -> [SocketAddress] {
        var found: [SocketAddress] = []
        var next = unsafe list
        while let entry = unsafe next {
            if let system = unsafe entry.pointee.ai_addr,
                let address = unsafe SocketAddress(UnsafePointer(system))
            {
                found.append(address.withPort(port))
            }
            unsafe next = entry.pointee.ai_next
        }
        return found
    }
}

extension SocketAddress {
    /// The same host at another port.
    package func withPort(_ port: UInt16) -> SocketAddress {
        switch self {
        case .ip4(let host, _): .ip4(host, port: port)
        case .ip6(let host, _): .ip6(host, port: port)
        case .unix: self
        }
    }
}
