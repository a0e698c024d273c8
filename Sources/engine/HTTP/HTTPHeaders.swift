/// The header fields of a message, in order, as bytes; text is made only for the fields that are read.
package struct HTTPHeaders: Sendable, ExpressibleByDictionaryLiteral {
    /// Where one field lies in `bytes`.
    struct Field: Sendable {
        var nameStart: Int32
        var nameEnd: Int32
        var valueStart: Int32
        var valueEnd: Int32
    }

    private(set) var bytes: [UInt8]
    private(set) var fields: [Field]

    /// No fields.
    package init() {
        bytes = []
        fields = []
    }

    /// Fields that were parsed out of `bytes`.
    init(bytes: [UInt8], fields: [Field]) {
        self.bytes = bytes
        self.fields = fields
    }

    package init(dictionaryLiteral elements: (String, String)...) {
        self.init()
        for (name, value) in elements { add(name, value) }
    }

    /// How many fields there are.
    package var count: Int { fields.count }

    /// Adds a field behind the others.
    ///
    /// Control characters are dropped, so that a value from outside cannot add fields of its own.
    package mutating func add(_ name: String, _ value: String) {
        let start = Int32(bytes.count)
        bytes.append(contentsOf: name.utf8.filter { $0 > 0x20 && $0 != 0x7F && $0 != 0x3A })
        let middle = Int32(bytes.count)
        bytes.append(contentsOf: value.utf8.filter { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 })
        let end = Int32(bytes.count)
        fields.append(
            Field(nameStart: start, nameEnd: middle, valueStart: middle, valueEnd: end)
        )
    }

    /// Replaces every field of this name by one.
    package mutating func set(_ name: String, _ value: String) {
        fields = fields.filter { !matches($0, name) }
        add(name, value)
    }

    /// The value of the first field of this name, in any case; `nil` if there is none.
    package subscript(name: String) -> String? {
        for field in fields where matches(field, name) { return value(of: field) }
        return nil
    }

    /// The values of all fields of this name, in order.
    package func values(_ name: String) -> [String] {
        fields.filter { matches($0, name) }.map(value(of:))
    }

    /// How many fields have this name.
    func count(of name: String) -> Int {
        fields.count { matches($0, name) }
    }

    /// The names and values, in order.
    package var pairs: [(name: String, value: String)] {
        fields.map { field in
            let name = bytes[Int(field.nameStart)..<Int(field.nameEnd)]
            return (String(decoding: name, as: UTF8.self), value(of: field))
        }
    }

    /// Whether a comma-separated field has this token, in any case: `Connection: keep-alive, Upgrade`.
    package func hasToken(_ name: String, _ token: String) -> Bool {
        values(name).contains { value in
            value.split(separator: ",").contains { part in
                part.trimmed.lowercased() == token.lowercased()
            }
        }
    }

    /// Calls `body` with the bytes of the first field of this name; `nil` if there is none.
    func withValue<T>(_ name: StaticString, _ body: (Span<UInt8>) -> T) -> T? {
        for field in fields where matches(field, name) {
            return body(bytes.span.extracting(Int(field.valueStart)..<Int(field.valueEnd)))
        }
        return nil
    }

    /// Whether a field has this name, which is written without capitals.
    private func matches(_ field: Field, _ name: StaticString) -> Bool {
        let count = Int(field.nameEnd - field.nameStart)
        guard name.utf8CodeUnitCount == count else { return false }
        let span = bytes.span
        for place in 0..<count {
            let byte = Self.lowered(span[Int(field.nameStart) + place])
            guard unsafe byte == name.utf8Start[place] else { return false }
        }
        return true
    }

    /// The fields that say where a message ends, found in one pass.
    struct Framing {
        var lengths: Int = 0
        var length: Field?
        var codings: Int = 0
        var coding: Field?
        var hosts: Int = 0
        var expects: Bool = false
    }

    /// Finds the fields that matter to every message.
    var framing: Framing {
        var found = Framing()
        for field in fields {
            switch field.nameEnd - field.nameStart {
            case 4 where matches(field, "host"): found.hosts += 1
            case 6 where matches(field, "expect"): found.expects = true
            case 14 where matches(field, "content-length"):
                found.lengths += 1
                found.length = field
            case 17 where matches(field, "transfer-encoding"):
                found.codings += 1
                found.coding = field
            default: break
            }
        }
        return found
    }

    /// The number of a field of digits alone, at most 18 of them; `nil` for anything else.
    func number(of field: Field) -> Int? {
        guard field.valueEnd - field.valueStart <= 18, field.valueEnd > field.valueStart else {
            return nil
        }
        var number = 0
        let span = bytes.span
        for place in Int(field.valueStart)..<Int(field.valueEnd) {
            let digit = span[place] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            number = number * 10 + Int(digit)
        }
        return number
    }

    /// The text of a field.
    func value(of field: Field) -> String {
        String(decoding: bytes[Int(field.valueStart)..<Int(field.valueEnd)], as: UTF8.self)
    }

    private func matches(_ field: Field, _ name: String) -> Bool {
        let count = Int(field.nameEnd - field.nameStart)
        guard name.utf8.count == count else { return false }
        var place = Int(field.nameStart)
        for byte in name.utf8 {
            guard Self.lowered(bytes[place]) == Self.lowered(byte) else { return false }
            place += 1
        }
        return true
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }

    /// Appends the fields as they go over the wire.
    func append(to output: inout [UInt8]) {
        for field in fields {
            output.append(contentsOf: bytes[Int(field.nameStart)..<Int(field.nameEnd)])
            output.append(0x3A)
            output.append(0x20)
            output.append(contentsOf: bytes[Int(field.valueStart)..<Int(field.valueEnd)])
            output.append(0x0D)
            output.append(0x0A)
        }
    }
}

extension StringProtocol {
    /// The text without blanks and tabs at either end.
    var trimmed: SubSequence {
        var rest = self[...]
        while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
        while rest.last == " " || rest.last == "\t" { rest.removeLast() }
        return rest
    }
}
