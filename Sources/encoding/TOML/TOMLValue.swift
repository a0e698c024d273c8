/// One value of a TOML document.
public enum TOMLValue: Hashable, Sendable {
    case table(TOMLTable)
    case array([TOMLValue])
    case string(String)
    case integer(Int64)
    case float(Double)
    case boolean(Bool)
    /// A date, a time or both, as RFC 3339 text.
    case dateTime(String)
}

/// Where something stands in a text: line and column, both counted from 1.
public struct TOMLPosition: Hashable, Sendable, CustomStringConvertible {
    public var line: Int
    public var column: Int

    /// Names a place in a text.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    public var description: String { "line \(line), column \(column)" }
}

/// A table: its members in the order of the text, each with the position of its key.
public struct TOMLTable: Hashable, Sendable {
    /// One `key = value` of a table.
    public struct Member: Hashable, Sendable {
        public let key: String
        public let value: TOMLValue
        /// Where the key is written (for a `[table]` its first mention).
        public let position: TOMLPosition
    }

    /// The members in the order of the text.
    public let members: [Member]

    init(members: [Member]) { self.members = members }

    /// The value under exactly this key, or nil.
    public subscript(key: String) -> TOMLValue? { members.first { $0.key == key }?.value }
}

/// Why a text is not a TOML document that this reader takes.
public enum TOMLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text breaks the grammar; the reason is the parser's.
    case malformed(reason: String, at: TOMLPosition)
    /// The text is longer than ``TOMLDocument/maximumBytes``.
    case tooLong(bytes: Int)
    /// A line has more than ``TOMLDocument/maximumDotsPerLine`` dots, so a dotted key could nest too deep.
    case tooManyDots(line: Int)

    public var description: String {
        switch self {
        case .malformed(let reason, let position): "\(position): \(reason)"
        case .tooLong(let bytes):
            "\(bytes) bytes are more than the \(TOMLDocument.maximumBytes) of a configuration file"
        case .tooManyDots(let line):
            "line \(line), column 1: more than \(TOMLDocument.maximumDotsPerLine) dots on one line"
        }
    }
}
