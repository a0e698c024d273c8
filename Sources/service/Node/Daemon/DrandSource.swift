import Bytes
import Consensus
import FilecoinTypes
import HTTP
import JSON

/// Why a drand server gave no entry.
struct DrandSourceError: Error, CustomStringConvertible {
    let description: String
}

/// A drand server over HTTP: `/info` and `/public/{round}`.
struct DrandSource: BeaconSource {
    private static let timeout: Duration = .seconds(20)

    let url: HTTPURL
    let http: HTTPClient

    func entry(round: UInt64) async throws -> BeaconEntry {
        let value = try await get("/public/\(round)")
        guard let found = value["round"]?.integer(as: UInt64.self),
            let text = value["signature"]?.string, let signature = [UInt8](hex: text)
        else {
            throw DrandSourceError(description: "drand at \(url): round \(round) has no signature")
        }
        return BeaconEntry(round: found, data: signature)
    }

    /// What the server says about its network; the caller compares it with what it expects.
    func info() async throws -> DrandChainInfo { try DrandChainInfo(from: try await get("/info")) }

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
            throw DrandSourceError(description: "drand at \(url)\(path): status \(status)")
        }
        return try JSONValue(parsing: response.bytes)
    }
}
