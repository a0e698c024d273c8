internal import Foundation
internal import HTTP
package import JSON

/// What a dialog is played against.
package protocol DialogTarget {
    /// `http://host:port`.
    var base: String { get }
    /// The folder of the service, for which recordings write `<REPO>`.
    var repository: String { get }
    /// The token that requests carry which have none of their own; empty for none.
    var token: String { get }
    /// Our values of names that the recording was given, such as tokens.
    var given: [String: String] { get }
    /// What stands in the recording, and what we have in its place.
    var replacements: [String: String] { get }

    /// What commands find in their environment, unless the recording says otherwise.
    var environment: [String: String] { get }

    /// Where one of the recording's programs lies.
    func program(_ name: String) -> String
    /// Ends the service.
    func stop() throws
    /// Starts it again.
    func start() throws
    /// Plays a step that is neither a request nor a command, in our values.
    ///
    /// - Returns: How it differs, or nil.
    func play(_ step: JSONValue) throws -> DialogDifference?
    /// A text without what may differ between equal answers.
    func plain(_ text: String) -> String
}

extension DialogTarget {
    package var given: [String: String] { [:] }
    package var replacements: [String: String] { [:] }
    package var environment: [String: String] { [:] }
    package func play(_ step: JSONValue) throws -> DialogDifference? { nil }
    package func plain(_ text: String) -> String { text }
}

/// Plays the requests and commands of a recorded dialog, in order, and compares the answers.
///
/// What counts: the status; the body as JSON, but for the values that vary and those that were captured; for
/// refusals the status and the JSON-RPC error code, not the wording. For commands: success or failure, and on
/// success what was printed, blanks and times aside.
package struct DialogPlayer {
    /// A step that differs.
    package struct Finding {
        package let step: Int
        /// What it asks.
        package let subject: String
        package let difference: DialogDifference

        package init(step: Int, subject: String, difference: DialogDifference) {
            self.step = step
            self.subject = subject
            self.difference = difference
        }
    }

    private let service: any DialogTarget
    /// Our values of the recording's names.
    private var values: [String: String]
    /// The recording's values.
    private var recorded: [String: String] = [:]

    package init(service: any DialogTarget) {
        self.service = service
        values = service.given
        if !service.token.isEmpty { values["admin"] = service.token }
    }

    /// Plays all steps and returns the differences.
    ///
    /// - Throws: ``DialogError`` when the service cannot be reached.
    package mutating func play(_ scenario: JSONValue) throws -> [Finding] {
        for member in scenario["vars"]?.object?.members ?? [] {
            recorded[member.name] = member.value.string
        }
        let steps = scenario["steps"]?.array ?? []
        // A name that no step captures was given: a token made under a known secret, for instance.
        let captured = Set(steps.flatMap { $0["captures"]?.object?.members.map(\.name) ?? [] })
        for (name, value) in recorded where values[name] == nil && !captured.contains(name) {
            values[name] = value
        }
        var found: [Finding] = []
        for step in steps {
            let difference: DialogDifference?
            if let action = step["action"]?.string { try perform(action) }
            if let request = step["request"], let wanted = step["response"] {
                difference = try playRequest(request, wanted, step)
            } else if let command = step["cli"], let wanted = step["result"] {
                difference = try playCommand(command, wanted, step)
            } else {
                difference = try service.play(try JSONValue(parsing: ours(step.jsonText())))
            }
            guard let difference else { continue }
            found.append(
                Finding(
                    step: step["step"]?.integer(as: Int.self) ?? 0,
                    subject: DialogDifference.subject(step, hasToken: carriesToken(step)),
                    difference: difference
                )
            )
        }
        return found
    }

    private func carriesToken(_ step: JSONValue) -> Bool {
        let headers = step["request"]?["headers"]?.object?.members ?? []
        return !service.token.isEmpty
            || headers.contains { $0.name.lowercased() == "authorization" }
            || step["request"]?["path"]?.string?.contains("token=") == true
    }

    /// What the recording did to the process between requests.
    private mutating func perform(_ action: String) throws {
        if action.hasPrefix("stop") || action.hasPrefix("restart") { try service.stop() }
        if action.hasPrefix("start") || action.hasPrefix("restart") { try service.start() }
        if !service.token.isEmpty { values["admin"] = service.token }
        values.merge(service.given) { $1 }
    }

    private func filled(_ text: String) -> String {
        values.reduce(text) { $0.replacing("{{\($1.key)}}", with: $1.value) }
            .replacing("<REPO>", with: service.repository)
    }

    /// Puts our captured values where the recording has its own.
    private func ours(_ text: String) -> String {
        let captured = recorded.reduce(text) { text, entry in
            guard let value = values[entry.key], entry.value.count > 3 else { return text }
            return text.replacing(entry.value, with: value)
        }
        return service.replacements.reduce(captured) { $0.replacing($1.key, with: $1.value) }
    }

    private mutating func capture(_ rules: JSONObject?, _ text: String) {
        for rule in rules?.members ?? [] {
            guard let pattern = rule.value.string else { continue }
            if pattern.hasPrefix("re:") {
                guard let expression = try? Regex(String(pattern.dropFirst(3))),
                    let match = text.firstMatch(of: expression), match.output.count > 1,
                    let part = match.output[1].substring
                else { continue }
                values[rule.name] = String(part)
            } else if let json = try? JSONValue(parsing: text),
                let found = JSONPath.look(json, pattern)
            {
                values[rule.name] = found.string ?? found.jsonText()
            }
        }
    }

    // MARK: - Requests

    private mutating func playRequest(
        _ request: JSONValue,
        _ wanted: JSONValue,
        _ step: JSONValue
    ) throws -> DialogDifference? {
        let (status, answer) = try send(request)
        capture(step["captures"]?.object, answer)
        let text = service.plain(answer)
        let wantedStatus = wanted["status"]?.integer(as: Int.self) ?? 0
        // The original crashed there; any answer is better.
        if wantedStatus == 0 { return nil }
        if status != wantedStatus {
            let part = "status \(status), not \(wantedStatus)"
            return DialogDifference(part, "\(part): \(text.prefix(200))")
        }
        let want = service.plain(ours(wanted["body"]?.string ?? ""))
        let value = try? JSONValue(parsing: text)
        let wantedValue = try? JSONValue(parsing: want)
        if status >= 400 || wantedValue?["error"]?.isNull == false {
            let code = wantedValue?["error"]?["code"]
            let have = value?["error"]?["code"]
            let part = "error code \(have ?? .null), not \(code ?? .null)"
            return have == code ? nil : DialogDifference(part, "\(part): \(text.prefix(200))")
        }
        var varies = step["varies"]?.array?.compactMap(\.string) ?? []
        if step["unordered"]?.isNull == false {
            // What varies in one element varies in all, since they may stand in another order.
            varies = varies.map { $0.replacing(/\[\d+\]/, with: "[*]") }
        }
        if varies.contains("$") || varies.contains(where: { $0.hasPrefix("line:") }) { return nil }
        guard let value, let wantedValue else {
            let isEqual = value == nil && wantedValue == nil && Self.words(text) == Self.words(want)
            return isEqual
                ? nil : DialogDifference("text", "\(text.prefix(200)), wanted \(want.prefix(200))")
        }
        let places = DialogDifference.places(
            JSONPath.masked(value, varies),
            JSONPath.masked(wantedValue, varies)
        )
        return places.isEmpty
            ? nil
            : DialogDifference(parts: places, "\(text.prefix(300)), wanted \(want.prefix(300))")
    }

    private static func words(_ text: String) -> [Substring] {
        text.split(whereSeparator: \.isWhitespace)
    }

    private func send(_ json: JSONValue) throws -> (status: Int, body: String) {
        var headers = HTTPHeaders()
        for member in json["headers"]?.object?.members ?? [] {
            headers.set(member.name, filled(member.value.string ?? ""))
        }
        if headers["Authorization"] == nil, !service.token.isEmpty {
            headers.set("Authorization", "Bearer \(service.token)")
        }
        let method = HTTPMethod(rawValue: json["method"]?.string ?? "") ?? .get
        let target = filled(json["path"]?.string ?? "/")
        let body = json["body"].map { $0.string ?? $0.jsonText() } ?? ""
        guard let url = HTTPURL(service.base + target) else {
            throw DialogError("\(target) is no path")
        }
        let request = HTTPRequest(method, target, headers: headers, body: Array(filled(body).utf8))
        let response = try PlainThread.waiting { try await HTTPClient().send(request, to: url) }
        return (response.status.rawValue, String(decoding: response.bytes, as: UTF8.self))
    }

    // MARK: - Commands

    private mutating func playCommand(
        _ command: JSONValue,
        _ wanted: JSONValue,
        _ step: JSONValue
    ) throws -> DialogDifference? {
        let words = command["argv"]?.array?.compactMap(\.string).map(filled) ?? []
        guard let name = words.first else { throw DialogError("a command without a name") }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: service.program(name))
        process.arguments = Array(words.dropFirst())
        var environment = ProcessInfo.processInfo.environment.merging(service.environment) { $1 }
        for member in command["env"]?.object?.members ?? [] {
            environment[member.name] = filled(member.value.string ?? "")
        }
        process.environment = environment
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        try input.fileHandleForWriting.write(
            contentsOf: Data((command["stdin"]?.string ?? "").utf8)
        )
        try input.fileHandleForWriting.close()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self)
        capture(step["captures"]?.object, text)
        let status = process.terminationStatus
        let wantedStatus = wanted["rc"]?.integer(as: Int32.self) ?? 0
        if (status == 0) != (wantedStatus == 0) {
            let part = "exit status \(status), not \(wantedStatus)"
            return DialogDifference(part, "\(part): \(text.prefix(200))")
        }
        // How a failure is worded is not compared.
        if wantedStatus != 0 { return nil }
        let changing = Set(
            step["varies"]?.array?.compactMap(\.string).map { $0.replacing("stdout:", with: "") }
                ?? []
        )
        let have = lines(service.plain(text), changing)
        let want = lines(service.plain(ours(wanted["stdout"]?.string ?? "")), changing)
        return have == want ? nil : DialogDifference("output", "prints \(have), wanted \(want)")
    }

    /// The lines that do not vary, without blanks, times, identifiers and tokens.
    private func lines(_ text: String, _ changing: Set<String>) -> [String] {
        var lines: [String] = []
        let plain = text.replacing(service.repository, with: "<REPO>")
        for (index, line) in plain.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            if changing.contains("line:\(index)") { continue }
            let words = Self.words(Self.withoutChanging(String(line))).joined(separator: " ")
            if !words.isEmpty { lines.append(words) }
        }
        return lines
    }

    private static func withoutChanging(_ line: String) -> String {
        line.replacing(/\w{3}, \d\d? \w{3} \d{4} \d\d:\d\d:\d\d \S+/, with: "<varies>")
            .replacing(
                /\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d([.,]\d+)?(Z|[ ]?[+\-]\d\d:?\d\d)?( [A-Z]{3,4}\b)?/,
                with: "<varies>"
            )
            .replacing(
                /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/,
                with: "<varies>"
            )
            .replacing(/eyJ[\w\-]+\.[\w\-]+\.[\w\-]+/, with: "<varies>")
    }
}

/// Paths such as `$.result[0].name` in recorded answers.
package enum JSONPath {
    static func look(_ value: JSONValue, _ path: String) -> JSONValue? {
        var value = value
        for step in steps(path) {
            guard let next = value[String(step)] ?? Int(step).flatMap({ value[$0] }) else {
                return nil
            }
            value = next
        }
        return value
    }

    /// The value with `null` in the places that the paths name; `*` stands for every element.
    package static func masked(_ value: JSONValue, _ paths: [String]) -> JSONValue {
        paths.reduce(value) { masked($0, steps($1)[...]) }
    }

    private static func masked(_ value: JSONValue, _ path: ArraySlice<Substring>) -> JSONValue {
        guard let first = path.first else { return .null }
        let rest = path.dropFirst()
        if let list = value.array {
            return .array(
                list.enumerated().map { index, item in
                    first == "*" || String(index) == first ? masked(item, rest) : item
                }
            )
        }
        guard var object = value.object else { return value }
        for member in object.members where first == "*" || member.name == first {
            object[member.name] = masked(member.value, rest)
        }
        return .object(object)
    }

    private static func steps(_ path: String) -> [Substring] {
        path.dropFirst().split { ".[]".contains($0) }
    }

    /// A text in which the order of members and of lists makes no difference.
    static func canonical(_ value: JSONValue) -> String {
        if let list = value.array {
            return "[" + list.map(canonical).sorted().joined(separator: ",") + "]"
        }
        guard let object = value.object else { return value.jsonText() }
        let members = object.members.map { "\($0.name):\(canonical($0.value))" }
        return "{" + members.sorted().joined(separator: ",") + "}"
    }
}
