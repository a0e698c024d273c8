import JSON
import TOML

/// A value of a configuration file, whether written in TOML or in JSON.
enum ConfigurationValue {
    case table([(key: String, value: ConfigurationValue, place: String)])
    case array([ConfigurationValue])
    case string(String)
    case integer(Int64)
    case number(Double)
    case boolean(Bool)
    case null

    /// What the value is, for messages.
    var kindName: String {
        switch self {
        case .table: "a table"
        case .array: "a list"
        case .string: "text"
        case .integer: "an integer"
        case .number: "a number"
        case .boolean: "true or false"
        case .null: "null"
        }
    }

    init(_ value: TOMLValue) {
        switch value {
        case .table(let table): self.init(table)
        case .array(let list): self = .array(list.map { ConfigurationValue($0) })
        case .string(let text), .dateTime(let text): self = .string(text)
        case .integer(let number): self = .integer(number)
        case .float(let number): self = .number(number)
        case .boolean(let flag): self = .boolean(flag)
        }
    }

    init(_ table: TOMLTable) {
        self = .table(
            table.members.map { ($0.key, ConfigurationValue($0.value), ", \($0.position)") }
        )
    }

    init(_ value: JSONValue) {
        switch value {
        case .object(let object):
            self = .table(object.members.map { ($0.name, ConfigurationValue($0.value), "") })
        case .array(let list): self = .array(list.map { ConfigurationValue($0) })
        case .string(let text): self = .string(text)
        case .number(let number):
            if let integer = number.integer(as: Int64.self) {
                self = .integer(integer)
            } else {
                self = Double(number.text).map { .number($0) } ?? .null
            }
        case .bool(let flag): self = .boolean(flag)
        case .null: self = .null
        }
    }
}

/// Why a configuration file cannot be used.
package struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    package let message: String

    package init(_ message: String) { self.message = message }

    package var description: String { message }
}
