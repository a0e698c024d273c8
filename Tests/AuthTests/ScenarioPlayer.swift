import HTTP
import JSON
import TestSupport

/// Plays the requests of a recorded dialog (`reference/services`) against a router.
struct ScenarioPlayer {
    let router: HTTPRouter
    /// Sent with requests that have no such header.
    let authorization: String
    /// The values that our answers gave to the recording's names.
    var values: [String: String] = [:]
    private var recorded: [String: String] = [:]

    init(router: HTTPRouter, authorization: String) {
        self.router = router
        self.authorization = authorization
    }

    /// Plays a file and returns what differs, by step.
    mutating func play(_ path: String) async throws -> [Int: String] {
        let bytes = path.hasSuffix(".gz") ? try Vectors.gunzipped(path) : try Vectors.bytes(path)
        let scenario = try JSONValue(parsing: bytes)
        for member in scenario["vars"]?.object?.members ?? [] {
            recorded[member.name] = member.value.string
        }
        var differences: [Int: String] = [:]
        for step in scenario["steps"]?.array ?? [] {
            guard let request = step["request"], let wanted = step["response"] else { continue }
            let number = step["step"]?.integer(as: Int.self) ?? 0
            let answer = await router.respond(to: self.request(request))
            capture(step["captures"]?.object, answer.bytes)
            if let difference = compare(answer, wanted, step) { differences[number] = difference }
        }
        return differences
    }

    private func request(_ json: JSONValue) -> HTTPRequest {
        var headers = HTTPHeaders()
        for member in json["headers"]?.object?.members ?? [] {
            headers.set(member.name, filled(member.value.string ?? ""))
        }
        if headers["Authorization"] == nil { headers.set("Authorization", authorization) }
        return HTTPRequest(
            HTTPMethod(rawValue: json["method"]?.string ?? "") ?? .get,
            filled(json["path"]?.string ?? ""),
            headers: headers,
            body: Array(filled(json["body"]?.string ?? "").utf8)
        )
    }

    private func filled(_ text: String) -> String {
        values.reduce(text) { $0.replacing("{{\($1.key)}}", with: $1.value) }
    }

    private mutating func capture(_ rules: JSONObject?, _ body: [UInt8]) {
        guard let value = try? JSONValue(parsing: body) else { return }
        for rule in rules?.members ?? [] {
            let found =
                rule.value.string == "$"
                ? value : value[String(rule.value.string?.dropFirst(2) ?? "")]
            if let text = found?.string { values[rule.name] = text }
        }
    }

    private func compare(_ answer: HTTPResponse, _ wanted: JSONValue, _ step: JSONValue) -> String?
    {
        let status = wanted["status"]?.integer(as: Int.self) ?? 0
        // The original crashed there; any answer is better.
        if status == 0 { return nil }
        let text = String(decoding: answer.bytes, as: UTF8.self)
        if answer.status.rawValue != status {
            return "status \(answer.status.rawValue), wanted \(status): \(text)"
        }
        if status >= 400 { return nil }
        var want = wanted["body"]?.string ?? ""
        for (name, value) in values {
            if let old = recorded[name] { want = want.replacing(old, with: value) }
        }
        let varies = step["varies"]?.array?.compactMap(\.string) ?? []
        guard var wantedValue = try? JSONValue(parsing: want),
            var value = try? JSONValue(parsing: text)
        else {
            return text == want || !varies.isEmpty ? nil : "\(text), wanted \(want)"
        }
        for path in varies {
            wantedValue = Self.masked(wantedValue, Self.steps(path))
            value = Self.masked(value, Self.steps(path))
        }
        if varies.contains("$") || Self.canonical(value) == Self.canonical(wantedValue) {
            return nil
        }
        return "\(text), wanted \(want)"
    }

    private static func steps(_ path: String) -> [Substring] {
        path.dropFirst().split { ".[]".contains($0) }
    }

    private static func masked(_ value: JSONValue, _ path: [Substring]) -> JSONValue {
        guard let first = path.first else { return .null }
        let rest = Array(path.dropFirst())
        if let list = value.array {
            return .array(
                list.enumerated().map { index, item in
                    String(index) == first ? masked(item, rest) : item
                }
            )
        }
        guard var object = value.object, let item = object[String(first)] else { return value }
        object[String(first)] = masked(item, rest)
        return .object(object)
    }

    /// A text in which the order of members and of lists makes no difference.
    private static func canonical(_ value: JSONValue) -> String {
        if let list = value.array {
            return "[" + list.map(canonical).sorted().joined(separator: ",") + "]"
        }
        guard let object = value.object else { return value.jsonText() }
        return "{" + object.members.map { "\($0.name):\(canonical($0.value))" }.sorted().joined()
            + "}"
    }
}
