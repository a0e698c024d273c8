import EventLoop
package import ServiceKit

/// Finds free ports on the loopback interface, and says who has one that should be free.
package enum PortAllocation {
    /// The most storage miners of a pool.
    package static let maximumMiners = 16

    /// Where the search begins: below the ports that systems give to outgoing connections.
    package static let firstPort: UInt16 = 21_000
    private static let lastPort: UInt16 = 30_000

    /// Gives every service a free port, one after the other from a random place on.
    ///
    /// - Parameters:
    ///   - services: Who needs one.
    ///   - random: Chooses the place, so that two pools hardly ever meet.
    ///   - isFree: Tells whether nobody listens on a port.
    /// - Returns: The port of each.
    /// - Throws: `CommandFailure` if there are not enough.
    package static func allocate(
        for services: [ServiceName],
        random: any RandomSource,
        isFree: (UInt16) async -> Bool = isFree
    ) async throws -> [ServiceName: UInt16] {
        var ports: [ServiceName: UInt16] = [:]
        let width = UInt64(lastPort - firstPort)
        let offset = random.bytes(4).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % width
        var rest = services[...]
        for step in 0..<width {
            guard let service = rest.first else { return ports }
            let port = firstPort + UInt16((offset + step) % width)
            if await isFree(port) {
                ports[service] = port
                rest.removeFirst()
            }
        }
        guard rest.isEmpty else {
            throw CommandFailure(
                "no free port for \(rest.map(\.description).joined(separator: ", ")) "
                    + "from \(firstPort) to \(lastPort)"
            )
        }
        return ports
    }

    /// Whether nobody listens on a port of the loopback interface.
    package static func isFree(_ port: UInt16) async -> Bool {
        do {
            let listener = try await SocketListener.listen(on: .loopback(port: port)) { stream in
                // Nobody waits for a connection to a port that is only tried.
                Task { await stream.close() }
            }
            await listener.close()
            return true
        } catch { return false }
    }

    /// Checks that the port of every service is free.
    ///
    /// - Throws: `CommandFailure` that names each busy port with its service.
    package static func check(_ plan: PoolPlan) async throws {
        var busy: [String] = []
        for service in plan.services where await !isFree(plan.port(service)) {
            busy.append("port \(plan.port(service)) of \(service)")
        }
        guard busy.isEmpty else {
            throw CommandFailure(
                "another program listens on \(busy.joined(separator: ", ")); stop it, or change the "
                    + "port in pool.json"
            )
        }
    }
}
