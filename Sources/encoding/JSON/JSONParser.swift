/// How much a document may ask of the reader.
public struct JSONLimits: Hashable, Sendable {
    /// The deepest nesting of lists and objects.
    public var depth: Int
    /// The most bytes of text.
    public var bytes: Int
    /// The most values in all, which bounds memory: `[[],[],…` takes two bytes of text for each.
    public var values: Int

    /// Limits of one's own.
    public init(depth: Int = 512, bytes: Int = 256 << 20, values: Int = 16 << 20) {
        self.depth = depth
        self.bytes = bytes
        self.values = values
    }

    /// 512 levels, 256 MiB, 16 Mi values.
    public static let standard: JSONLimits = JSONLimits()
}

extension JSONValue {
    /// Reads one document: exactly one value with white space around it.
    ///
    /// Follows RFC 8259 strictly, except that bytes that are no UTF-8 and escaped lone surrogates
    /// become U+FFFD, as in Go.
    ///
    /// - Throws: ``JSONError`` with the offset of the first byte that does not fit.
    public init(
        parsing bytes: [UInt8],
        limits: JSONLimits = .standard
    ) throws(JSONError) {
        var parser = JSONParser(limits: limits)
        let span = bytes.span
        self = try parser.firstValue(span)
        parser.skipWhiteSpace(span)
        guard parser.position == bytes.count else {
            throw JSONError(.trailingBytes(offset: parser.position))
        }
    }

    /// Reads one document from text.
    ///
    /// - Throws: ``JSONError`` as ``init(parsing:limits:)-([UInt8],_)``.
    public init(parsing text: String, limits: JSONLimits = .standard) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }

    /// Reads the value that begins at `offset` (after white space) and moves `offset` behind it.
    ///
    /// What follows is left unread, as Go's streaming decoder does.
    ///
    /// - Throws: ``JSONError`` with the offset of the first byte that does not fit.
    public init(
        parsingPrefixOf bytes: [UInt8],
        at offset: inout Int,
        limits: JSONLimits = .standard
    ) throws(JSONError) {
        var parser = JSONParser(limits: limits)
        parser.position = offset
        self = try parser.firstValue(bytes.span)
        offset = parser.position
    }
}

/// The reader: a position in a span of bytes and what is left of the limits.
struct JSONParser {
    var position: Int = 0
    private var depthLeft: Int
    private var valuesLeft: Int
    private let limits: JSONLimits

    init(limits: JSONLimits) {
        self.limits = limits
        depthLeft = limits.depth
        valuesLeft = limits.values
    }

    mutating func firstValue(_ text: Span<UInt8>) throws(JSONError) -> JSONValue {
        guard text.count <= limits.bytes else { throw JSONError(.tooLarge(limit: limits.bytes)) }
        skipWhiteSpace(text)
        return try value(text)
    }

    @inline(__always)
    mutating func skipWhiteSpace(_ text: Span<UInt8>) {
        while position < text.count {
            let byte = text[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position += 1
        }
    }

    /// Reads the value that begins at this position.
    private mutating func value(_ text: Span<UInt8>) throws(JSONError) -> JSONValue {
        guard position < text.count else { throw JSONError(.truncated) }
        valuesLeft -= 1
        guard valuesLeft >= 0 else { throw JSONError(.tooLarge(limit: limits.values)) }
        switch text[position] {
        case UInt8(ascii: "\""):
            return .string(try string(text))
        case UInt8(ascii: "{"):
            return .object(try object(text))
        case UInt8(ascii: "["):
            return .array(try array(text))
        case UInt8(ascii: "t"):
            try expect("true", text)
            return .bool(true)
        case UInt8(ascii: "f"):
            try expect("false", text)
            return .bool(false)
        case UInt8(ascii: "n"):
            try expect("null", text)
            return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            let start = position
            let end = try skipNumber(text)
            return .number(JSONNumber(trusted: ascii(text, start, end)))
        default:
            throw JSONError(.syntax(offset: position, expected: "a value"))
        }
    }

    private mutating func expect(_ word: StaticString, _ text: Span<UInt8>) throws(JSONError) {
        for place in 0..<word.utf8CodeUnitCount {
            guard position < text.count else { throw JSONError(.truncated) }
            guard unsafe text[position] == word.utf8Start[place] else {
                throw JSONError(.syntax(offset: position, expected: "\(word)"))
            }
            position += 1
        }
    }

    private mutating func enter() throws(JSONError) {
        position += 1
        depthLeft -= 1
        guard depthLeft >= 0 else { throw JSONError(.tooDeep(limit: limits.depth)) }
    }

    // MARK: Containers

    private mutating func array(_ text: Span<UInt8>) throws(JSONError) -> [JSONValue] {
        try enter()
        defer { depthLeft += 1 }
        var elements: [JSONValue] = []
        skipWhiteSpace(text)
        if position < text.count, text[position] == UInt8(ascii: "]") {
            position += 1
            return elements
        }
        while true {
            skipWhiteSpace(text)
            elements.append(try value(text))
            if try endsAfterElement(text, with: UInt8(ascii: "]")) { return elements }
        }
    }

    private mutating func object(_ text: Span<UInt8>) throws(JSONError) -> JSONObject {
        try enter()
        defer { depthLeft += 1 }
        skipWhiteSpace(text)
        if position < text.count, text[position] == UInt8(ascii: "}") {
            position += 1
            return JSONObject()
        }
        var members: [JSONObject.Member] = []
        members.reserveCapacity(4)
        while true {
            skipWhiteSpace(text)
            guard position < text.count else { throw JSONError(.truncated) }
            guard text[position] == UInt8(ascii: "\"") else {
                throw JSONError(.syntax(offset: position, expected: "a member name"))
            }
            let name = try string(text)
            skipWhiteSpace(text)
            guard position < text.count else { throw JSONError(.truncated) }
            guard text[position] == UInt8(ascii: ":") else {
                throw JSONError(.syntax(offset: position, expected: "':'"))
            }
            position += 1
            skipWhiteSpace(text)
            members.append(JSONObject.Member(name: name, value: try value(text)))
            if try endsAfterElement(text, with: UInt8(ascii: "}")) {
                return JSONObject(members: members)
            }
        }
    }

    /// Reads the comma or the end of a container; returns whether it was the end.
    private mutating func endsAfterElement(
        _ text: Span<UInt8>,
        with end: UInt8
    ) throws(JSONError) -> Bool {
        skipWhiteSpace(text)
        guard position < text.count else { throw JSONError(.truncated) }
        let byte = text[position]
        guard byte == end || byte == UInt8(ascii: ",") else {
            let wanted = "',' or '\(Character(Unicode.Scalar(end)))'"
            throw JSONError(.syntax(offset: position, expected: wanted))
        }
        position += 1
        return byte == end
    }

    // MARK: Numbers

    /// Moves over a number and returns the offset behind it.
    mutating func skipNumber(_ text: Span<UInt8>) throws(JSONError) -> Int {
        if position < text.count, text[position] == UInt8(ascii: "-") { position += 1 }
        if position < text.count, text[position] == UInt8(ascii: "0") {
            position += 1
        } else {
            try skipDigits(text)
        }
        if position < text.count, text[position] == UInt8(ascii: ".") {
            position += 1
            try skipDigits(text)
        }
        if position < text.count, text[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < text.count,
                text[position] == UInt8(ascii: "+") || text[position] == UInt8(ascii: "-")
            {
                position += 1
            }
            try skipDigits(text)
        }
        return position
    }

    private mutating func skipDigits(_ text: Span<UInt8>) throws(JSONError) {
        let start = position
        while position < text.count, text[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        guard position > start else {
            throw position < text.count
                ? JSONError(.syntax(offset: position, expected: "a digit")) : JSONError(.truncated)
        }
    }
}
