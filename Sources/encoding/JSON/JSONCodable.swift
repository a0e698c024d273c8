/// A type with a JSON form.
public protocol JSONEncodable {
    /// Writes exactly one value.
    func encode(to writer: inout JSONWriter)
}

/// A type that can be read from JSON.
public protocol JSONDecodable {
    /// Reads the value.
    ///
    /// - Throws: ``JSONError``, with the path from `value` to what did not fit.
    init(from value: JSONValue) throws(JSONError)
}

/// A type with a JSON form that can be read back.
public typealias JSONCodable = JSONEncodable & JSONDecodable

extension JSONEncodable {
    /// The JSON text as bytes.
    public func jsonBytes(_ format: JSONFormat = .compact) -> [UInt8] {
        var writer = JSONWriter(format: format)
        encode(to: &writer)
        return writer.bytes
    }

    /// The JSON text.
    public func jsonText(_ format: JSONFormat = .compact) -> String {
        String(decoding: jsonBytes(format), as: UTF8.self)
    }

    /// The JSON form as a value, for code that wants to look inside.
    ///
    /// - Throws: ``JSONError`` if the type wrote something that is not JSON.
    public func jsonValue() throws(JSONError) -> JSONValue { try JSONValue(parsing: jsonBytes()) }
}

extension JSONDecodable {
    /// Reads a document.
    ///
    /// - Throws: ``JSONError`` if the text is no JSON or not this type.
    public init(json bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) {
        try self.init(from: JSONValue(parsing: bytes, limits: limits))
    }

    /// Reads a document from text.
    ///
    /// - Throws: ``JSONError`` if the text is no JSON or not this type.
    public init(json text: String, limits: JSONLimits = .standard) throws(JSONError) {
        try self.init(json: Array(text.utf8), limits: limits)
    }
}

// MARK: - Expecting a kind

extension JSONValue {
    /// The members, where an object is needed.
    ///
    /// - Throws: ``JSONError/Reason/wrongKind(expected:found:)``.
    public func expectObject() throws(JSONError) -> JSONObject {
        guard case .object(let object) = self else { throw wrongKind("an object") }
        return object
    }

    /// The elements, where a list is needed; `null` is an empty list, as for a Go slice.
    ///
    /// - Throws: ``JSONError/Reason/wrongKind(expected:found:)``.
    public func expectArray() throws(JSONError) -> [JSONValue] {
        switch self {
        case .array(let elements): return elements
        case .null: return []
        case .bool, .number, .string, .object: throw wrongKind("an array")
        }
    }

    /// The text, where a string is needed.
    ///
    /// - Throws: ``JSONError/Reason/wrongKind(expected:found:)``.
    public func expectString() throws(JSONError) -> String {
        guard case .string(let text) = self else { throw wrongKind("a string") }
        return text
    }

    /// The integer, where one is needed that fits the type.
    ///
    /// - Throws: ``JSONError/Reason/wrongKind(expected:found:)`` or
    ///   ``JSONError/Reason/outOfRange(type:text:)``.
    public func expectInteger<T: FixedWidthInteger>(as type: T.Type = T.self) throws(JSONError) -> T
    {
        guard case .number(let number) = self else { throw wrongKind("an integer") }
        guard let value = T(number.text) else {
            throw JSONError(.outOfRange(type: "\(T.self)", text: number.text))
        }
        return value
    }

    private func wrongKind(_ expected: String) -> JSONError {
        JSONError(.wrongKind(expected: expected, found: kindName))
    }
}

// MARK: - Standard types

extension JSONValue: JSONEncodable, JSONDecodable {
    public init(from value: JSONValue) { self = value }

    public func encode(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let flag): writer.bool(flag)
        case .number(let number): writer.number(number)
        case .string(let text): writer.string(text)
        case .array(let elements):
            writer.array { writer in for element in elements { element.encode(to: &writer) } }
        case .object(let object): object.encode(to: &writer)
        }
    }
}

extension JSONObject: JSONEncodable, JSONDecodable {
    public init(from value: JSONValue) throws(JSONError) { self = try value.expectObject() }

    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in for member in members { writer.member(member.name, member.value) }
        }
    }
}

extension Bool: JSONEncodable, JSONDecodable {
    public init(from value: JSONValue) throws(JSONError) {
        guard case .bool(let flag) = value else {
            throw JSONError(.wrongKind(expected: "a bool", found: value.kindName))
        }
        self = flag
    }

    public func encode(to writer: inout JSONWriter) { writer.bool(self) }
}

extension String: JSONEncodable, JSONDecodable {
    public init(from value: JSONValue) throws(JSONError) { self = try value.expectString() }
    public func encode(to writer: inout JSONWriter) { writer.string(self) }
}

extension Double: JSONEncodable, JSONDecodable {
    public init(from value: JSONValue) throws(JSONError) {
        guard case .number(let number) = value else {
            throw JSONError(.wrongKind(expected: "a number", found: value.kindName))
        }
        guard let double = number.double else {
            throw JSONError(.outOfRange(type: "Double", text: number.text))
        }
        self = double
    }

    public func encode(to writer: inout JSONWriter) { writer.double(self) }
}

extension FixedWidthInteger where Self: JSONEncodable & JSONDecodable {
    public init(from value: JSONValue) throws(JSONError) { self = try value.expectInteger() }
    public func encode(to writer: inout JSONWriter) { writer.integer(self) }
}

// UInt8 is left out on purpose: Go writes a list of bytes as Base64 text, see ``JSONBytes``.
extension Int: JSONEncodable, JSONDecodable {}
extension Int8: JSONEncodable, JSONDecodable {}
extension Int16: JSONEncodable, JSONDecodable {}
extension Int32: JSONEncodable, JSONDecodable {}
extension Int64: JSONEncodable, JSONDecodable {}
extension UInt: JSONEncodable, JSONDecodable {}
extension UInt16: JSONEncodable, JSONDecodable {}
extension UInt32: JSONEncodable, JSONDecodable {}
extension UInt64: JSONEncodable, JSONDecodable {}

extension Optional: JSONEncodable where Wrapped: JSONEncodable {
    public func encode(to writer: inout JSONWriter) {
        if let self { self.encode(to: &writer) } else { writer.null() }
    }
}

extension Optional: JSONDecodable where Wrapped: JSONDecodable {
    public init(from value: JSONValue) throws(JSONError) {
        self = value.isNull ? nil : try Wrapped(from: value)
    }
}

extension Array: JSONEncodable where Element: JSONEncodable {
    public func encode(to writer: inout JSONWriter) {
        writer.array { writer in for element in self { element.encode(to: &writer) } }
    }
}

extension Array: JSONDecodable where Element: JSONDecodable {
    /// Reads a list; `null` is an empty one.
    public init(from value: JSONValue) throws(JSONError) {
        let values = try value.expectArray()
        self = []
        reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            do {
                append(try Element(from: value))
            } catch {
                throw error.below(.element(index))
            }
        }
    }
}

extension Dictionary: JSONEncodable where Key == String, Value: JSONEncodable {
    /// Writes the members sorted by name, as Go writes a map.
    public func encode(to writer: inout JSONWriter) {
        let sorted = self.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        writer.object { writer in for (name, value) in sorted { writer.member(name, value) } }
    }
}

extension Dictionary: JSONDecodable where Key == String, Value: JSONDecodable {
    /// Reads an object; `null` is an empty one.
    public init(from value: JSONValue) throws(JSONError) {
        self = [:]
        guard !value.isNull else { return }
        for member in try value.expectObject().members {
            do {
                self[member.name] = try Value(from: member.value)
            } catch {
                throw error.below(.member(member.name))
            }
        }
    }
}
