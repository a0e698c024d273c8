import BLS12381
import Bytes
import Conformance
import Hashing
import JSON
import StorageProofs

extension JSONValue {
    /// Thirty-two bytes in hexadecimal.
    func node(_ name: String) throws -> Bytes32 {
        try Self.node(try member(name), name)
    }

    /// A whole number that is not negative.
    func unsigned(_ name: String) throws -> UInt64 {
        guard let number: UInt64 = try member(name).integer() else {
            throw TestDataError("\(name) is no whole number")
        }
        return number
    }

    /// A count or an index.
    func int(_ name: String) throws -> Int { Int(try integer(name)) }

    /// Whole numbers.
    func integers(_ name: String) throws -> [Int] { try member(name).asIntegers(name) }

    /// The whole numbers of a list; `what` names it in errors.
    func asIntegers(_ what: String) throws -> [Int] {
        guard let list = array else { throw TestDataError("\(what) is no list") }
        return try list.map { value in
            guard let number: Int = value.integer() else {
                throw TestDataError("\(what) has \(value), which is no whole number")
            }
            return number
        }
    }

    /// A field element, little-endian.
    func element(_ name: String) throws -> Fr { try Self.element(try member(name), name) }

    /// Field elements, little-endian.
    func elements(_ name: String) throws -> [Fr] { try member(name).asElements(name) }

    /// The field elements of a list; `what` names it in errors.
    func asElements(_ what: String) throws -> [Fr] {
        guard let list = array else { throw TestDataError("\(what) is no list") }
        return try list.map { try Self.element($0, what) }
    }

    /// A truth value.
    func flag(_ name: String) throws -> Bool {
        guard let flag = try member(name).bool else { throw TestDataError("\(name) is no flag") }
        return flag
    }

    /// Whether the reference accepted: true, and not false or the text of an error.
    func verdict(_ name: String) throws -> Bool {
        let value = try member(name)
        if let flag = value.bool { return flag }
        guard value.string != nil else { throw TestDataError("\(name) is no verdict") }
        return false
    }

    private static func node(_ value: JSONValue, _ what: String) throws -> Bytes32 {
        guard let text = value.string, let bytes = [UInt8](hex: text), bytes.count == 32,
            let node = Bytes32(bytes)
        else { throw TestDataError("\(what) is not 32 bytes in hexadecimal") }
        return node
    }

    private static func element(_ value: JSONValue, _ what: String) throws -> Fr {
        let node = try node(value, what)
        guard let element = Fr(littleEndian: node.bytes) else {
            throw TestDataError("\(what) has \(node), which is no field element")
        }
        return element
    }
}

/// The test value of a name: SHA-256 of it as a little-endian integer, the two top bits cleared.
func val(_ name: String) -> Fr {
    var bytes = SHA256.hash(Array(name.utf8))
    bytes[31] &= 0x3f
    return Fr(littleEndian: bytes) ?? .zero
}

/// The test data of a tag: SHA-256(tag || LE64(0)) || SHA-256(tag || LE64(1)) || ..., cut.
func generated(_ tag: String, count: Int) -> [UInt8] {
    if tag == "zeros" { return [UInt8](repeating: 0, count: count) }
    if tag == "0xff" { return [UInt8](repeating: 0xff, count: count) }
    var data: [UInt8] = []
    data.reserveCapacity(count + 32)
    var index: UInt64 = 0
    while data.count < count {
        data += SHA256.hash(Array(tag.utf8) + littleEndian(index))
        index += 1
    }
    return Array(data.prefix(count))
}

/// The eight bytes of a number, the lowest first.
func littleEndian(_ value: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

/// The bytes of a size as names have it, such as `8MiB`; nil if it is none.
func bytes(ofSize text: some StringProtocol) -> UInt64? {
    let units: [(String, UInt64)] = [("KiB", 10), ("MiB", 20), ("GiB", 30)]
    for (unit, shift) in units where text.hasSuffix(unit) {
        return UInt64(text.dropLast(3)).map { $0 << shift }
    }
    return nil
}

/// The number that follows `label` in a text; nil if there is none.
func number(after label: String, in text: String) -> Int? {
    guard let range = text.firstRange(of: label) else { return nil }
    return Int(text[range.upperBound...].prefix { $0.isNumber })
}

// MARK: - Comparing

/// Throws unless bytes are the recorded ones; says where they differ first.
func checkBytes(_ found: [UInt8], _ expected: [UInt8], _ what: @autoclosure () -> String) throws {
    guard found != expected else { return }
    guard found.count == expected.count else {
        throw TestDataError("\(what()): \(found.count) bytes, expected \(expected.count)")
    }
    let place = zip(found, expected).prefix { $0 == $1 }.count
    func shown(_ bytes: [UInt8]) -> String { Array(bytes[place...].prefix(8)).hex }
    throw TestDataError(
        "\(what()): differs from byte \(place) on: \(shown(found)), expected \(shown(expected))"
    )
}

/// Throws unless lists are equal; says which element differs first.
func checkList<Element: Equatable>(
    _ found: [Element],
    _ expected: [Element],
    _ what: @autoclosure () -> String
) throws {
    guard found != expected else { return }
    try checkEqual(found.count, expected.count, "number of \(what())")
    for (index, (ours, theirs)) in zip(found, expected).enumerated() where ours != theirs {
        throw TestDataError("\(what()) \(index): found \(ours), expected \(theirs)")
    }
}

/// Throws unless the SHA-256 of bytes is the recorded one.
func checkDigest(_ bytes: [UInt8], _ expected: String, _ what: @autoclosure () -> String) throws {
    try checkEqual(SHA256.hash(bytes).hex, expected, "SHA-256 of \(what())")
}
