package import HTTP
package import ServiceKit

/// Counts the calls of one service, over HTTP and WebSocket alike.
package struct RPCMetrics: Sendable {
    private let started: MetricValue
    private let refused: MetricValue

    /// Adds `rpc_calls_total` to a service's figures.
    package init(_ registry: MetricsRegistry) {
        let help = "calls with a valid token: run, or refused before anything ran"
        started = registry.counter("rpc_calls_total", help: help, labels: ["result": "run"])
        refused = registry.counter("rpc_calls_total", help: help, labels: ["result": "refused"])
    }

    func count(isRefused: Bool) { (isRefused ? refused : started).increment() }
}

extension HTTPRouter {
    /// Serves `GET /healthcheck` and `GET /metrics`, the latter in the Prometheus text format.
    ///
    /// Neither needs a token: they tell how much is done, not for whom.
    package mutating func serveOperations(_ metrics: MetricsRegistry) {
        on(.get, "/healthcheck", starting: { _ in .now(.text(.ok, "ok\n")) })
        on(.get, "/metrics") { _ in
            HTTPResponse(
                .ok,
                headers: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8"],
                body: Array(metrics.text().utf8)
            )
        }
    }
}
