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

    private func value(of field: Field) -> String {
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
            output += bytes[Int(field.nameStart)..<Int(field.nameEnd)]
            output += [0x3A, 0x20]
            output += bytes[Int(field.valueStart)..<Int(field.valueEnd)]
            output += [0x0D, 0x0A]
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
