import JSON
import Synchronization
import TOML

/// A configuration file that is read key by key and knows which keys nobody asked for.
///
/// Keys match in any case, as in the originals. Every table is read through the same value, so
/// ``unknownKeys()`` is asked once, after everything was read.
///
/// ```swift
/// let file = try Configuration(toml: text, name: path)
/// let port = try file.string("Port") ?? "8989"
/// let type = try file.table("DB")?.string("Type") ?? "badger"
/// for key in file.unknownKeys() { logger.warning("unknown key", ["key": key]) }
/// ```
package final class Configuration: Sendable {
    private struct Entry: Sendable {
        let key: String
        let value: Value
        let place: String
    }

    /// What a key holds; tables are configurations of their own.
    private enum Value: Sendable {
        case table(Configuration)
        case tables([Configuration])
        case plain([Plain], isList: Bool)
    }

    private enum Plain: Sendable {
        case string(String)
        case integer(Int64)
        case number(Double)
        case boolean(Bool)
        case null

        var kindName: String {
            switch self {
            case .string: "text"
            case .integer: "an integer"
            case .number: "a number"
            case .boolean: "true or false"
            case .null: "null"
            }
        }
    }

    /// The file's name, for messages.
    private let file: String
    /// The keys that lead to this table, each with a dot behind.
    private let prefix: String
    private let entries: [Entry]
    private let read = Mutex<Set<String>>([])

    /// Parses a TOML file.
    ///
    /// - Throws: ``ConfigurationError`` with the line and column.
    package convenience init(toml text: String, name: String) throws(ConfigurationError) {
        do {
            try self.init(ConfigurationValue(TOMLDocument.parse(text)), file: name, prefix: "")
        } catch let error as TOMLError {
            throw ConfigurationError("\(name), \(error)")
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw ConfigurationError("\(name): \(error)")
        }
    }

    /// Parses a JSON file.
    ///
    /// - Throws: ``ConfigurationError``.
    package convenience init(json text: String, name: String) throws(ConfigurationError) {
        do {
            try self.init(ConfigurationValue(JSONValue(parsing: text)), file: name, prefix: "")
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw ConfigurationError("\(name): \(error)")
        }
    }

    private init(
        _ value: ConfigurationValue,
        file: String,
        prefix: String
    ) throws(ConfigurationError) {
        self.file = file
        self.prefix = prefix
        guard case .table(let members) = value else {
            throw ConfigurationError("\(file): \(prefix) is \(value.kindName), not a table")
        }
        var entries: [Entry] = []
        for member in members {
            entries.append(
                Entry(
                    key: member.key,
                    value: try Self.value(member.value, file, prefix + member.key),
                    place: member.place
                )
            )
        }
        self.entries = entries
    }

    private static func value(
        _ value: ConfigurationValue,
        _ file: String,
        _ path: String
    ) throws(ConfigurationError) -> Value {
        switch value {
        case .table: return .table(try Configuration(value, file: file, prefix: path + "."))
        case .array(let list):
            if case .table = list.first {
                var tables: [Configuration] = []
                for (index, item) in list.enumerated() {
                    tables.append(try Configuration(item, file: file, prefix: "\(path)[\(index)]."))
                }
                return .tables(tables)
            }
            var items: [Plain] = []
            for item in list {
                guard let plain = plain(item) else {
                    throw ConfigurationError("\(file): \(path) is a list of \(item.kindName)")
                }
                items.append(plain)
            }
            return .plain(items, isList: true)
        default: return .plain(plain(value).map { [$0] } ?? [], isList: false)
        }
    }

    private static func plain(_ value: ConfigurationValue) -> Plain? {
        switch value {
        case .string(let text): .string(text)
        case .integer(let number): .integer(number)
        case .number(let number): .number(number)
        case .boolean(let flag): .boolean(flag)
        case .null: .null
        case .table, .array: nil
        }
    }

    // MARK: - Reading

    package func string(_ key: String) throws(ConfigurationError) -> String? {
        guard let value = try plain(key) else { return nil }
        guard case .string(let text) = value else { throw wrong(key, value.kindName, "text") }
        return text
    }

    package func integer(_ key: String) throws(ConfigurationError) -> Int64? {
        guard let value = try plain(key) else { return nil }
        guard case .integer(let number) = value else {
            throw wrong(key, value.kindName, "an integer")
        }
        return number
    }

    package func number(_ key: String) throws(ConfigurationError) -> Double? {
        switch try plain(key) {
        case nil: return nil
        case .number(let number): return number
        case .integer(let number): return Double(number)
        case let value?: throw wrong(key, value.kindName, "a number")
        }
    }

    package func boolean(_ key: String) throws(ConfigurationError) -> Bool? {
        guard let value = try plain(key) else { return nil }
        guard case .boolean(let flag) = value else {
            throw wrong(key, value.kindName, "true or false")
        }
        return flag
    }

    /// A length of time: text such as `1m30s`, or an integer of nanoseconds.
    package func duration(_ key: String) throws(ConfigurationError) -> Duration? {
        switch try plain(key) {
        case nil: return nil
        case .integer(let nanoseconds): return .nanoseconds(nanoseconds)
        case .string(let text):
            guard let duration = GoDuration.parse(text) else {
                throw wrong(key, "\"\(text)\"", "a duration such as 1m30s")
            }
            return duration
        case let value?: throw wrong(key, value.kindName, "a duration such as 1m30s")
        }
    }

    /// A list of texts.
    package func strings(_ key: String) throws(ConfigurationError) -> [String]? {
        guard let entry = take(key) else { return nil }
        guard case .plain(let items, let isList) = entry.value else {
            throw wrong(key, "a table", "a list of texts")
        }
        if !isList, items.isEmpty { return nil }
        if !isList, case .null = items[0] { return nil }
        var texts: [String] = []
        for item in items {
            guard isList, case .string(let text) = item else {
                throw wrong(key, item.kindName, "a list of texts")
            }
            texts.append(text)
        }
        return texts
    }

    /// The table under a key.
    package func table(_ key: String) throws(ConfigurationError) -> Configuration? {
        guard let entry = take(key) else { return nil }
        switch entry.value {
        case .table(let table): return table
        case .plain(let items, false) where items.isEmpty: return nil
        default: throw wrong(key, "something else", "a table")
        }
    }

    /// The tables of a list; empty when the key is absent.
    package func tables(_ key: String) throws(ConfigurationError) -> [Configuration] {
        guard let entry = take(key) else { return [] }
        switch entry.value {
        case .tables(let tables): return tables
        case .plain(let items, _) where items.isEmpty: return []
        default: throw wrong(key, "something else", "a list of tables")
        }
    }

    /// The keys of this table, in the order of the file; for tables whose keys are names.
    package var keys: [String] { entries.map(\.key) }

    /// Takes note of keys that are known but not used, with everything below them.
    package func ignore(_ keys: String...) {
        for key in keys {
            guard let entry = take(key) else { continue }
            switch entry.value {
            case .table(let table): for key in table.keys { table.ignore(key) }
            case .tables(let tables):
                for table in tables { for key in table.keys { table.ignore(key) } }
            case .plain: break
            }
        }
    }

    /// The keys that were never asked for, with their places, here and in the tables below.
    package func unknownKeys() -> [String] {
        let read = read.withLock { $0 }
        return entries.flatMap { entry -> [String] in
            guard read.contains(entry.key.lowercased()) else {
                return ["\(prefix)\(entry.key) (\(file)\(entry.place))"]
            }
            switch entry.value {
            case .table(let table): return table.unknownKeys()
            case .tables(let tables): return tables.flatMap { $0.unknownKeys() }
            case .plain: return []
            }
        }
    }

    private func take(_ key: String) -> Entry? {
        let folded = key.lowercased()
        _ = read.withLock { $0.insert(folded) }
        return entries.last { $0.key.lowercased() == folded }
    }

    private func plain(_ key: String) throws(ConfigurationError) -> Plain? {
        guard let entry = take(key) else { return nil }
        guard case .plain(let items, false) = entry.value else {
            throw wrong(key, "a table or a list", "a single value")
        }
        if case .null = items.first { return nil }
        return items.first
    }

    private func wrong(_ key: String, _ have: String, _ want: String) -> ConfigurationError {
        ConfigurationError("\(file): \(prefix)\(key) is \(have), wanted \(want)")
    }
}
