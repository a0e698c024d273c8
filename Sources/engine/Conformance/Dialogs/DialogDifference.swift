package import JSON

/// How an answer of ours differs from the recorded one.
package struct DialogDifference: Sendable {
    /// In what: places in the answer such as `$.result[*].name`, or such as `status 401, not 200`.
    package let parts: [String]
    /// For people.
    package let text: String

    package init(_ part: String, _ text: String) { self.init(parts: [part], text) }

    package init(parts: [String], _ text: String) {
        self.parts = parts
        self.text = text
    }

    /// Compares two answers, in which the order of members and of lists makes no difference.
    ///
    /// - Returns: The places that differ, each once; `[]` behind one stands for how many elements it has.
    package static func places(_ ours: JSONValue, _ recorded: JSONValue) -> [String] {
        var found: Set<String> = []
        collect(ours, recorded, "$", &found)
        return found.sorted()
    }

    private static func collect(
        _ ours: JSONValue,
        _ recorded: JSONValue,
        _ path: String,
        _ found: inout Set<String>
    ) {
        if JSONPath.canonical(ours) == JSONPath.canonical(recorded) { return }
        if let a = ours.object, let b = recorded.object {
            for name in Set(a.members.map(\.name)).union(b.members.map(\.name)) {
                guard let left = a[name], let right = b[name] else {
                    found.insert("\(path).\(name)")
                    continue
                }
                collect(left, right, "\(path).\(name)", &found)
            }
        } else if let a = ours.array, let b = recorded.array {
            guard a.count == b.count else {
                found.insert("\(path)[]")
                return
            }
            // What both have is set aside; the rest is compared as it stands.
            var rest = b
            let left = a.filter { item in
                let text = JSONPath.canonical(item)
                guard let index = rest.firstIndex(where: { JSONPath.canonical($0) == text }) else {
                    return true
                }
                rest.remove(at: index)
                return false
            }
            for (item, other) in zip(left, rest) { collect(item, other, "\(path)[*]", &found) }
        } else {
            found.insert(path)
        }
    }
}

extension DialogDifference {
    /// What a step asks: `GET /user/list`, `Filecoin.WalletSign`, `command token list`, `rows of messages`; a
    /// request that carries no token says so behind it.
    static func subject(_ step: JSONValue, hasToken: Bool) -> String {
        if let request = step["request"] {
            let bytes = request["body"].map { $0.string ?? $0.jsonText() } ?? ""
            return subject(
                request["method"]?.string ?? "GET",
                request["path"]?.string ?? "/",
                calls: (try? JSONValue(parsing: Array(bytes.utf8)))?["method"]?.string,
                hasToken: hasToken
            )
        }
        if let words = step["cli"]?["argv"]?.array?.compactMap(\.string) {
            let arguments = words.dropFirst()
            let names = arguments.prefix(2).prefix { word in
                word.first != "-" && word.allSatisfy { $0.isASCII && ($0.isLetter || $0 == "-") }
            }
            return (["command"] + (names.isEmpty ? arguments.prefix(1) : names))
                .joined(separator: " ")
        }
        if let table = step["db"]?["table"]?.string { return "rows of \(table)" }
        return step["asked"] == nil ? "step" : "pushes"
    }

    /// What a request asks, which may call a remote method.
    package static func subject(
        _ http: String,
        _ path: String,
        calls method: String?,
        hasToken: Bool
    ) -> String {
        let place = path.prefix { $0 != "?" }
        let isRemote = place.hasPrefix("/rpc/v0") || place.hasPrefix("/rpc/v1")
        let name = isRemote ? method : nil
        return (name ?? "\(http) \(place)") + (hasToken ? "" : " without a token")
    }
}
