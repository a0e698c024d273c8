/// What the source says of one remote method: a type that is an `RPCMethod` or an `RPCChannelMethod`.
struct MethodDeclaration: Hashable {
    /// The Swift type, by which a service registers it.
    let type: String
    /// The first sentence of its documentation.
    let summary: String
    /// The name on the wire.
    let name: String
    let parameterNames: [String]
    let parameterTypes: [String]
    /// The type of the result, or of the values of a channel.
    let result: String
    let isChannel: Bool
}

extension MethodDeclaration {
    /// Finds the declarations in a source file.
    ///
    /// The repository's formatter gives every declaration one layout, which this relies on: the type on a
    /// line of its own, and its end at the same indentation.
    ///
    /// - Throws: ``ReferenceFailure`` for a declaration that cannot be understood.
    static func all(in source: String, file: String) throws(ReferenceFailure) -> [MethodDeclaration]
    {
        let lines = source.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var found: [MethodDeclaration] = []
        for (number, line) in lines.enumerated() {
            guard let (type, isChannel) = head(line) else { continue }
            let end = lines[number...].firstIndex { $0.hasPrefix("}") || $0.hasPrefix("    }") }
            guard let end else { throw ReferenceFailure("\(file): \(type) has no end") }
            let body = lines[number..<end].joined(separator: " ").split(separator: " ")
                .joined(separator: " ")
            found.append(
                try declaration(type, isChannel, summary(before: number, lines), body, file)
            )
        }
        return found
    }

    /// The type that a line begins to declare, if it is a method.
    private static func head(_ line: String) -> (type: String, isChannel: Bool)? {
        let words = line.split(separator: " ").map(String.init)
        // Examples in comments declare nothing.
        guard words.first?.hasPrefix("//") == false,
            let keyword = words.firstIndex(where: { $0 == "enum" || $0 == "struct" }),
            words.count >= keyword + 4, words.last == "{", words[keyword + 1].hasSuffix(":")
        else { return nil }
        let type = String(words[keyword + 1].dropLast())
        switch words[keyword + 2] {
        case "RPCMethod": return (type, false)
        case "RPCChannelMethod": return (type, true)
        default: return nil
        }
    }

    /// The first sentence of the comment that ends above a line.
    private static func summary(before number: Int, _ lines: [String]) -> String {
        var first = number
        while first > 0, lines[first - 1].trimmingPrefix(while: \.isWhitespace).hasPrefix("///") {
            first -= 1
        }
        var words: [String] = []
        for line in lines[first..<number] {
            let text = line.trimmingPrefix(while: \.isWhitespace).dropFirst(3)
                .trimmingPrefix(while: \.isWhitespace)
            if text.isEmpty { break }
            words.append(String(text))
        }
        return words.joined(separator: " ").replacing("``", with: "`")
    }

    private static func declaration(
        _ type: String,
        _ isChannel: Bool,
        _ summary: String,
        _ body: String,
        _ file: String
    ) throws(ReferenceFailure) -> MethodDeclaration {
        let outcome = isChannel ? "Element" : "Result"
        guard let name = body.between("static let name", "\"", "\""),
            let names = body.between("static let parameterNames", "= [", "]"),
            let parameters = alias("Parameters", body),
            let inner = parameters.between("Positional", "<", nil), inner.hasSuffix(">")
        else {
            throw ReferenceFailure("\(file): \(type) does not say its name and parameters")
        }
        let types = String(inner.dropLast()).splitAtTopLevel(",")
        let parameterNames = names.split(separator: ",").map { part in
            part.filter { !$0.isWhitespace && $0 != "\"" }
        }.filter { !$0.isEmpty }
        guard parameterNames.count == types.count else {
            throw ReferenceFailure(
                "\(file): \(type) has \(types.count) parameters and \(parameterNames.count) names"
            )
        }
        return MethodDeclaration(
            type: type,
            summary: summary,
            name: name,
            parameterNames: parameterNames,
            parameterTypes: types,
            result: alias(outcome, body) ?? type + "." + outcome,
            isChannel: isChannel
        )
    }

    /// What a `typealias` stands for; it ends with its line, which the caller has joined with blanks.
    private static func alias(_ name: String, _ body: String) -> String? {
        guard let start = body.firstRange(of: "typealias \(name) = ")?.upperBound else {
            return nil
        }
        var depth = 0
        var text = ""
        for character in body[start...] {
            switch character {
            case "<", "[", "(": depth += 1
            case ">", "]", ")": depth -= 1
            case " " where depth == 0: return text
            default: break
            }
            text.append(character)
        }
        return text
    }
}

extension StringProtocol {
    /// The text between two marks, the first one behind `key`; to the end without a second mark.
    func between(_ key: String, _ open: String, _ close: String?) -> String? {
        guard let keyEnd = firstRange(of: key)?.upperBound,
            let start = self[keyEnd...].firstRange(of: open)?.upperBound
        else { return nil }
        guard let close else { return String(self[start...]) }
        guard let end = self[start...].firstRange(of: close)?.lowerBound else { return nil }
        return String(self[start..<end])
    }

    /// The parts between separators that stand in no bracket, without blanks around them.
    func splitAtTopLevel(_ separator: Character) -> [String] {
        var parts: [String] = [""]
        var depth = 0
        for character in self {
            switch character {
            case "<", "[", "(": depth += 1
            case ">", "]", ")": depth -= 1
            default: break
            }
            if character == separator, depth == 0 {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        return parts.map { part in
            String(
                part.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
            )
        }.filter { !$0.isEmpty }
    }
}
