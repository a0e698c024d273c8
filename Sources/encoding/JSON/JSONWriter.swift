/// The layout of written JSON.
public struct JSONFormat: Hashable, Sendable {
    /// What one level is indented by; `nil` puts everything on one line without spaces.
    public var indent: String?
    /// Whether `<`, `>` and `&` are written as escapes, as Go does unless told otherwise.
    public var escapesHTML: Bool

    /// A layout of one's own.
    public init(indent: String? = nil, escapesHTML: Bool = true) {
        self.indent = indent
        self.escapesHTML = escapesHTML
    }

    /// One line without spaces: Go's `json.Marshal`.
    public static let compact: JSONFormat = JSONFormat()

    /// One member or element a line: Go's `json.MarshalIndent` with an empty prefix.
    public static func indented(_ indent: String = "  ") -> JSONFormat {
        JSONFormat(indent: indent)
    }
}

/// Writes JSON text in the order of the calls, byte for byte as Go's `encoding/json`.
///
/// ```swift
/// func encode(to writer: inout JSONWriter) {
///     writer.object { writer in
///         writer.member("Version", version)
///         writer.member("To", to)
///     }
/// }
/// ```
/// The caller keeps the grammar: one value at the top, a key before each value of an object.
public struct JSONWriter {
    /// The text written so far.
    public private(set) var bytes: [UInt8] = []
    private let format: JSONFormat
    private let indentBytes: [UInt8]?
    private var level: Int = 0
    /// Whether a value stands before the next one in the same container.
    private var needsComma: Bool = false
    /// Whether the next value belongs to the key just written.
    private var followsKey: Bool = false

    /// A writer without text.
    public init(format: JSONFormat = .compact) {
        self.format = format
        indentBytes = format.indent.map { Array($0.utf8) }
        bytes.reserveCapacity(256)
    }

    /// The text written so far, as a string.
    public var text: String { String(decoding: bytes, as: UTF8.self) }
}

// MARK: - Values

extension JSONWriter {
    /// Writes a value of any type that knows how.
    public mutating func value(_ value: some JSONEncodable) { value.encode(to: &self) }

    /// Writes `null`.
    public mutating func null() { token("null") }

    /// Writes `true` or `false`.
    public mutating func bool(_ flag: Bool) { token(flag ? "true" : "false") }

    /// Writes an integer.
    public mutating func integer(_ value: some BinaryInteger) { token(String(value)) }

    /// Writes a number as it was read.
    public mutating func number(_ number: JSONNumber) { token(number.text) }

    /// Writes a floating-point number as Go does; `null` if it is infinite or no number.
    public mutating func double(_ value: Double) {
        token(value.isFinite ? GoFloat.text(value) : "null")
    }

    /// Writes a string.
    public mutating func string(_ text: String) {
        startValue()
        appendQuoted(text)
    }

    /// Writes text that is already JSON; the caller vouches for it.
    public mutating func raw(_ json: [UInt8]) {
        startValue()
        bytes += json
    }

    private mutating func token(_ text: String) {
        startValue()
        bytes.append(contentsOf: text.utf8)
    }

    /// Writes the comma and line break that belong before a value.
    private mutating func startValue() {
        if followsKey {
            followsKey = false
        } else {
            separate()
        }
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        if level > 0 { breakLine() }
    }

    private mutating func breakLine() {
        guard let indentBytes else { return }
        bytes.append(0x0A)
        for _ in 0..<level { bytes += indentBytes }
    }
}

// MARK: - Containers

extension JSONWriter {
    /// Writes an object whose members `body` writes.
    public mutating func object(_ body: (inout JSONWriter) -> Void) {
        begin(UInt8(ascii: "{"))
        body(&self)
        end(UInt8(ascii: "}"))
    }

    /// Writes a list whose elements `body` writes.
    public mutating func array(_ body: (inout JSONWriter) -> Void) {
        begin(UInt8(ascii: "["))
        body(&self)
        end(UInt8(ascii: "]"))
    }

    /// Writes the name of the member whose value is written next.
    public mutating func key(_ name: String) {
        separate()
        appendQuoted(name)
        bytes.append(UInt8(ascii: ":"))
        if indentBytes != nil { bytes.append(0x20) }
        followsKey = true
    }

    /// Writes a member.
    public mutating func member(_ name: String, _ value: some JSONEncodable) {
        key(name)
        value.encode(to: &self)
    }

    /// Writes a member unless the value is `nil`: Go's `omitempty` on a pointer.
    public mutating func memberIfPresent(_ name: String, _ value: (some JSONEncodable)?) {
        if let value { member(name, value) }
    }

    /// Writes a list, `null` where it is empty: Go's slice that was never filled.
    public mutating func nullIfEmpty(_ list: [some JSONEncodable]) {
        if list.isEmpty { null() } else { value(list) }
    }

    private mutating func begin(_ bracket: UInt8) {
        startValue()
        bytes.append(bracket)
        level += 1
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        level -= 1
        if needsComma { breakLine() }
        bytes.append(bracket)
        needsComma = true
    }
}

// MARK: - Strings

extension JSONWriter {
    private mutating func appendQuoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        if Self.mayNeedEscapes(text) {
            appendEscaped(text)
        } else {
            bytes.append(contentsOf: text.utf8)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Whether a byte of the text is, or begins, a character that is written as an escape.
    private static func mayNeedEscapes(_ text: String) -> Bool {
        let span = text.utf8Span.span
        for place in span.indices {
            switch span[place] {
            case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "<"),
                UInt8(ascii: ">"), UInt8(ascii: "&"), 0xE2:
                return true
            default: continue
            }
        }
        return false
    }

    private mutating func appendEscaped(_ text: String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": bytes += [UInt8(ascii: "\\"), UInt8(ascii: "\"")]
            case "\\": bytes += [UInt8(ascii: "\\"), UInt8(ascii: "\\")]
            case "\n": bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case "\r": bytes += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
            case "\t": bytes += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
            case "<" where format.escapesHTML, ">" where format.escapesHTML,
                "&" where format.escapesHTML, "\u{2028}", "\u{2029}", "\0"..<" ":
                appendUnicodeEscape(UInt16(scalar.value))
            default:
                bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
    }

    private mutating func appendUnicodeEscape(_ unit: UInt16) {
        bytes += [UInt8(ascii: "\\"), UInt8(ascii: "u")]
        for shift in [12, 8, 4, 0] {
            let digit = UInt8(truncatingIfNeeded: unit >> shift) & 0xF
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
