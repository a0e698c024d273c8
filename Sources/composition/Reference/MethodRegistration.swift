/// What the source of a service says of one registration: `api.on(WalletSign.self, need: .sign) { … }`.
struct MethodRegistration: Hashable {
    /// The Swift type of the method.
    let type: String
    /// The level that a caller needs.
    let need: String
    /// The version of the API that alone has it; `nil` for a method of all versions.
    let version: String?
}

extension MethodRegistration {
    /// What a service registers a method with.
    private static let calls = [".on(", ".onImmediate("]

    /// Finds the registrations in a source file.
    ///
    /// A registration inside `case .v0:` or `case .v1:` belongs to that version.
    ///
    /// - Throws: ``ReferenceFailure`` for a registration without a level.
    static func all(
        in source: String,
        file: String
    ) throws(ReferenceFailure) -> [MethodRegistration] {
        let lines = source.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var found: [MethodRegistration] = []
        var version: (name: String, indentation: Int)?
        for (number, line) in lines.enumerated() {
            let indentation = line.prefix { $0 == " " }.count
            let text = line.dropFirst(indentation)
            if let inside = version?.indentation, !text.isEmpty, indentation <= inside {
                version = nil
            }
            if text == "case .v0:" || text == "case .v1:" {
                version = (String(text.dropFirst(6).dropLast()), indentation)
            }
            guard !text.hasPrefix("//"),
                let start = calls.compactMap({ line.firstRange(of: $0)?.upperBound }).first
            else { continue }
            // The arguments may go over several lines, up to the handler.
            let rest =
                String(line[start...]) + " "
                + lines[(number + 1)...].prefix(8).joined(separator: " ")
            guard let type = methodType(rest) else { continue }
            let arguments = rest.prefix { $0 != "{" }
            guard let need = arguments.between("need", ".", nil)?.prefix(while: \.isLetter) else {
                throw ReferenceFailure(
                    "\(file):\(number + 1): \(type) is registered without a level"
                )
            }
            found.append(
                MethodRegistration(type: type, need: String(need), version: version?.name)
            )
        }
        return found
    }

    /// The type before `.self`, if that is what comes first.
    private static func methodType(_ text: String) -> String? {
        let text = text.trimmingPrefix(while: \.isWhitespace)
        let type = text.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        guard !type.isEmpty, text[type.endIndex...].hasPrefix(".self") else { return nil }
        return String(type)
    }
}
