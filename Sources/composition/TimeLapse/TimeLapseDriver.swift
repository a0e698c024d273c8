package import ServiceKit

/// Why the protocol clock could not move on.
package struct TimeLapseStall: Error, CustomStringConvertible {
    package let description: String
}

/// Lets the protocol clock of a pool in one process jump from one moment that matters to the next.
///
/// The clock stands still while anything is under way: a service works, a sleeper that was woken has not gone on,
/// or a service has not acted on the node's head yet. Then it jumps to the earliest moment that a service must
/// not sleep through. Nothing takes a shorter path than in real time; what is left out is the waiting.
package struct TimeLapseDriver: Sendable {
    /// A service under the driver's eyes.
    package struct Service: Sendable {
        /// What it is called when it does not come to rest.
        package let name: String
        package let state: any Quiescent

        package init(_ name: String, _ state: any Quiescent) {
            self.name = name
            self.state = state
        }
    }

    /// How long, in real time, a pool may work before the driver gives up.
    package static let patience: Duration = .seconds(180)
    /// How often it looks while the pool works.
    private static let pollInterval: Duration = .milliseconds(2)
    /// How many looks in a row must find the pool at rest: a call that travels between two services leaves both
    /// at rest for an instant.
    private static let looksAtRest = 4

    private let clock: ManualClock
    private let services: @Sendable () async -> [Service]
    private let head: @Sendable () async throws -> String

    /// - Parameters:
    ///   - clock: The clock of all services.
    ///   - services: Everything that acts by the clock; asked each time, for services come and go.
    ///   - head: The key of the node's head, as text.
    package init(
        clock: ManualClock,
        services: @escaping @Sendable () async -> [Service],
        head: @escaping @Sendable () async throws -> String
    ) {
        self.clock = clock
        self.services = services
        self.head = head
    }

    /// Returns when every service is at rest.
    ///
    /// - Throws: ``TimeLapseStall``, which names who is not, after ``patience``; `CancellationError`.
    package func settle() async throws {
        let start = ContinuousClock.now
        var calm = 0
        while calm < Self.looksAtRest {
            let busy = try await busyServices()
            calm = busy.isEmpty ? calm + 1 : 0
            if ContinuousClock.now - start > Self.patience {
                throw TimeLapseStall(
                    description: "at \(clock.now) still busy after \(Self.patience): "
                        + busy.joined(separator: ", ")
                )
            }
            try await ContinuousClock().sleep(for: Self.pollInterval)
        }
    }

    /// Lets the pool come to rest, then moves the clock to the next moment that matters.
    ///
    /// - Parameter limit: A moment that is not passed over either.
    /// - Returns: The time that the clock shows now.
    /// - Throws: What ``settle()`` throws.
    @discardableResult
    package func step(limit: ProtocolTime) async throws -> ProtocolTime {
        try await settle()
        let target = min(clock.nextWake ?? limit, limit)
        clock.advance(to: target)
        return clock.now
    }

    private func busyServices() async throws -> [String] {
        if clock.isWaking { return ["a sleeper that was woken"] }
        let head = try await head()
        var busy: [String] = []
        for service in await services() {
            if await !service.state.isIdle {
                busy.append(service.name)
            } else if let acted = await service.state.actedHead, acted != head {
                busy.append("\(service.name) (acted on \(acted), the head is \(head))")
            }
        }
        return busy
    }
}
