/// One `--name` of a command.
package struct Flag: Sendable {
    /// What a flag takes.
    package enum Kind: Sendable {
        /// Nothing, or `=true` / `=false`.
        case boolean
        case string
        /// A signed 64-bit number.
        case integer
        case number
        /// Text such as `1m30s`.
        case duration
        /// A string each time the flag is given.
        case list
    }

    package let name: String
    /// Other spellings; one-letter ones are written with one dash.
    package let aliases: [String]
    package let kind: Kind
    /// The value without the flag; empty for none.
    package let defaultValue: String
    /// One line for the help.
    package let usage: String
    /// Environment variables that give the value when the flag is absent, the first present one wins.
    package let environment: [String]
    package let isRequired: Bool
    package let isHidden: Bool

    package init(
        _ name: String,
        _ kind: Kind = .string,
        aliases: [String] = [],
        default defaultValue: String = "",
        usage: String = "",
        environment: [String] = [],
        isRequired: Bool = false,
        isHidden: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.aliases = aliases
        self.defaultValue = defaultValue
        self.usage = usage
        self.environment = environment
        self.isRequired = isRequired
        self.isHidden = isHidden
    }

    var names: [String] { [name] + aliases }

    /// Whether `text` is a value of the flag's kind.
    func accepts(_ text: String) -> Bool {
        switch kind {
        case .boolean: Self.boolean(text) != nil
        case .string, .list: true
        case .integer: Self.integer(text) != nil
        case .number: Double(text) != nil
        case .duration: GoDuration.parse(text) != nil
        }
    }

    static func boolean(_ text: String) -> Bool? {
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": true
        case "0", "f", "F", "false", "FALSE", "False": false
        default: nil
        }
    }

    static func integer(_ text: String) -> Int64? {
        if text.hasPrefix("0x") || text.hasPrefix("0X") {
            return Int64(text.dropFirst(2), radix: 16)
        }
        return Int64(text)
    }
}
