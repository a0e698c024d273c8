/// A JSON document as a value: what was read, or what will be written.
///
/// Numbers keep their text, so that 64-bit nonces and large integers survive; objects keep the order
/// of their members, because Go prints fields in declaration order and clients compare text.
public enum JSONValue: Hashable, Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number, kept as the text that was read.
    case number(JSONNumber)
    /// A string, without its quotes and escapes.
    case string(String)
    /// A list.
    case array([JSONValue])
    /// Members with names, in order.
    case object(JSONObject)
}

// MARK: - Looking inside

extension JSONValue {
    /// Whether the value is `null`.
    public var isNull: Bool { self == .null }

    /// The text of a string, or `nil` for anything else.
    public var string: String? { if case .string(let text) = self { text } else { nil } }

    /// The Boolean, or `nil` for anything else.
    public var bool: Bool? { if case .bool(let flag) = self { flag } else { nil } }

    /// The elements of a list, or `nil` for anything else.
    public var array: [JSONValue]? { if case .array(let list) = self { list } else { nil } }

    /// The members of an object, or `nil` for anything else.
    public var object: JSONObject? { if case .object(let object) = self { object } else { nil } }

    /// The number, or `nil` for anything else.
    public var number: JSONNumber? { if case .number(let number) = self { number } else { nil } }

    /// The integer that the value is exactly, or `nil`.
    public func integer<T: FixedWidthInteger>(as type: T.Type = T.self) -> T? {
        number?.integer(as: type)
    }

    /// The member with exactly this name, or `nil` if there is none or this is no object.
    public subscript(name: String) -> JSONValue? { object?[name] }

    /// The element at `index`, or `nil` if there is none or this is no list.
    public subscript(index: Int) -> JSONValue? {
        guard let list = array, list.indices.contains(index) else { return nil }
        return list[index]
    }

    /// What the value is, in the words of Go's error messages: `object`, `array`, `string` and so on.
    public var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

// MARK: - Literals

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByNilLiteral, ExpressibleByFloatLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .number(JSONNumber(value)) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(nilLiteral: ()) { self = .null }
    public init(floatLiteral value: Double) { self = .number(JSONNumber(value) ?? JSONNumber(0)) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements))
    }
}

extension JSONValue: CustomStringConvertible {
    /// The compact text.
    public var description: String { jsonText() }
}
