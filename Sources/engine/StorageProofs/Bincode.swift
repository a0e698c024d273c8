internal import Bytes

/// Writes the binary form of Rust's bincode 1: fixed-width little-endian integers, lengths of 64 bits.
struct BincodeWriter {
    private(set) var bytes: [UInt8] = []

    mutating func unsigned32(_ value: UInt32) { bytes.appendLittleEndian(value) }
    mutating func unsigned64(_ value: UInt64) { bytes.appendLittleEndian(value) }
    mutating func count(_ value: Int) { unsigned64(UInt64(value)) }
    mutating func node(_ value: Bytes32) { value.append(to: &bytes) }

    mutating func text(_ value: String) {
        count(value.utf8.count)
        bytes += value.utf8
    }

    /// An optional integer: one byte of presence, then the value.
    mutating func optional(_ value: UInt64?) {
        bytes.append(value == nil ? 0 : 1)
        if let value { unsigned64(value) }
    }

    mutating func list<Element>(_ list: [Element], _ body: (inout BincodeWriter, Element) -> Void) {
        count(list.count)
        for element in list { body(&self, element) }
    }
}

/// Reads what ``BincodeWriter`` writes; every length is checked before anything is allocated.
struct BincodeReader {
    private let bytes: [UInt8]
    private var offset: Int = 0
    private let name: String

    /// Starts at the beginning of `bytes`; `name` says in errors what they are.
    init(_ bytes: [UInt8], name: String) {
        self.bytes = bytes
        self.name = name
    }

    private func failure(_ what: String) -> SealError {
        SealError(.malformedFile, "\(name): \(what) at byte \(offset)")
    }

    private mutating func take(_ count: Int) throws(SealError) -> ArraySlice<UInt8> {
        guard count >= 0, bytes.count - offset >= count else { throw failure("ends early") }
        defer { offset += count }
        return bytes[offset..<offset + count]
    }

    mutating func unsigned32() throws(SealError) -> UInt32 {
        try take(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func unsigned64() throws(SealError) -> UInt64 {
        try take(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// A length, each unit of which takes at least `unit` bytes.
    mutating func count(unit: Int) throws(SealError) -> Int {
        let count = try unsigned64()
        guard count <= UInt64((bytes.count - offset) / unit) else {
            throw failure("a length of \(count) is longer than what follows")
        }
        return Int(count)
    }

    mutating func node() throws(SealError) -> Bytes32 {
        Bytes32(Array(try take(32))) ?? Bytes32()
    }

    mutating func text() throws(SealError) -> String {
        let length = try count(unit: 1)
        guard let text = String(validating: try take(length), as: UTF8.self) else {
            throw failure("text is not UTF-8")
        }
        return text
    }

    mutating func optional() throws(SealError) -> UInt64? {
        switch try take(1).first {
        case 0: return nil
        case 1: return try unsigned64()
        default: throw failure("an option is neither 0 nor 1")
        }
    }

    mutating func list<Element>(
        unit: Int,
        _ body: (inout BincodeReader) throws(SealError) -> Element
    ) throws(SealError) -> [Element] {
        let count = try count(unit: unit)
        var list: [Element] = []
        list.reserveCapacity(count)
        for _ in 0..<count { list.append(try body(&self)) }
        return list
    }

    /// Checks that nothing is left.
    func finish() throws(SealError) {
        guard offset == bytes.count else { throw failure("\(bytes.count - offset) bytes too many") }
    }
}
