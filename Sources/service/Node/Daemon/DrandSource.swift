import Bytes
import Consensus
package import FilecoinTypes
package import HTTP
import JSON

/// Why a drand server gave no entry.
struct DrandSourceError: Error, CustomStringConvertible {
    let description: String
    /// Whether the server may have the entry soon.
    var isEarly = false
}

/// A drand server over HTTP: `/info` and `/public/{round}`.
package struct DrandSource: BeaconSource {
    private static let timeout: Duration = .seconds(20)
    /// How often an entry that is not there yet is asked for, and how long apart.
    private static let attempts = 10
    private static let pause: Duration = .milliseconds(500)

    private let url: HTTPURL
    private let http: HTTPClient

    /// - Parameters:
    ///   - url: Where the server is.
    ///   - http: Makes the requests.
    package init(url: HTTPURL, http: HTTPClient) {
        self.url = url
        self.http = http
    }

    package func entry(round: UInt64) async throws -> BeaconEntry {
        let value = try await entryThere("/public/\(round)")
        guard let found = value["round"]?.integer(as: UInt64.self),
            let text = value["signature"]?.string, let signature = [UInt8](hex: text)
        else {
            throw DrandSourceError(description: "drand at \(url): round \(round) has no signature")
        }
        return BeaconEntry(round: found, data: signature)
    }

    /// What the server says about its network; the caller compares it with what it expects.
    func info() async throws -> DrandChainInfo { try DrandChainInfo(from: try await get("/info")) }

    /// Asks again for an entry that is about to come.
    private func entryThere(_ path: String) async throws -> JSONValue {
        for _ in 1..<Self.attempts {
            do { return try await get(path) } catch let error as DrandSourceError
                where error.isEarly
            {
                try await Task.sleep(for: Self.pause)
            }
        }
        return try await get(path)
    }

    private func get(_ path: String) async throws -> JSONValue {
        let base = url.target.hasSuffix("/") ? String(url.target.dropLast()) : url.target
        var target = url
        target.target = base + path
        let response = try await http.send(
            HTTPRequest(.get, target.target),
            to: target,
            timeout: Self.timeout
        )
        guard response.status == .ok else {
            let status = response.status.rawValue
            throw DrandSourceError(
                description: "drand at \(url)\(path): status \(status)",
                // 404 Not Found or 425 Too Early.
                isEarly: status == 404 || status == 425
            )
        }
        return try JSONValue(parsing: response.bytes)
    }
}
