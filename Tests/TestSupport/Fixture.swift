#if WITH_JSON
import Bytes
public import JSON

/// A read-only view of a JSON file of test data, for short paths such as `file["sectors"][0]["comm_d"]`.
///
/// What is missing reads as null, zero or empty, so that the comparison in the test fails and shows it.
public struct Fixture: Sendable, CustomStringConvertible {
    /// The value itself; null if the path leads nowhere.
    public let value: JSONValue

    /// Wraps a value.
    public init(_ value: JSONValue?) { self.value = value ?? .null }

    /// Reads a file of the test data, by its path below the vectors' folder.
    public init(file path: String) throws {
        value = try JSONValue(parsing: Vectors.bytes(path))
    }

    public subscript(name: String) -> Fixture { Fixture(value[name]) }
    public subscript(index: Int) -> Fixture { Fixture(value[index]) }

    /// The elements of a list.
    public var list: [Fixture] { (value.array ?? []).map { Fixture($0) } }
    /// The members of an object, in the order of the file.
    public var members: [(name: String, value: Fixture)] {
        (value.object?.members ?? []).map { ($0.name, Fixture($0.value)) }
    }
    /// The text of a string.
    public var text: String { value.string ?? "" }
    /// The bytes of a string of hexadecimal digits.
    public var hex: [UInt8] { [UInt8](hex: text) ?? [] }
    /// An integer.
    public var integer: Int { value.integer() ?? 0 }
    /// An unsigned integer.
    public var unsigned: UInt64 { value.integer() ?? 0 }
    /// The truth value.
    public var bool: Bool { value.bool ?? false }
    /// Whether there is nothing here.
    public var isNull: Bool { value.isNull }

    public var description: String { value.jsonText() }
}

extension Vectors {
    /// Reads a file of JSON lines, unpacked if its name ends in `.gz`.
    public static func lines(_ path: String) throws -> [Fixture] {
        let bytes = try path.hasSuffix(".gz") ? gunzipped(path) : bytes(path)
        return try bytes.split(separator: UInt8(ascii: "\n")).map {
            Fixture(try JSONValue(parsing: Array($0)))
        }
    }
}
#endif
