import EventLoop
package import HTTP

/// Runs services of a pool: as processes, or inside this one.
package protocol ServiceHost: Sendable {
    /// Starts a service and returns when it answers.
    ///
    /// - Throws: Why it does not.
    func start(_ service: ServiceName) async throws
    /// Stops a service and returns when it has ended; one that does not run is left alone.
    func stop(_ service: ServiceName) async
    /// Where a service stands.
    func status(of service: ServiceName) async -> ServiceStatus
}

/// Where a service stands, as far as its host knows.
package struct ServiceStatus: Hashable, Sendable {
    package var phase: Supervision.Phase
    /// How often it was started again.
    package var restarts: Int
    /// The process; nil for a service inside this one.
    package var processID: Int32?

    package init(phase: Supervision.Phase, restarts: Int = 0, processID: Int32? = nil) {
        self.phase = phase
        self.restarts = restarts
        self.processID = processID
    }
}

/// Asks services whether they live.
package struct HealthCheck: Sendable {
    private let http: HTTPClient

    package init(http: HTTPClient) { self.http = http }

    /// Whether a service answers its `/healthcheck` with 200.
    package func isHealthy(port: UInt16, timeout: Duration = .seconds(2)) async -> Bool {
        let url = HTTPURL(.http, host: "127.0.0.1", port: port, target: "/healthcheck")
        let request = HTTPRequest(.get, url.target)
        return (try? await http.send(request, to: url, timeout: timeout).status) == .ok
    }
}
