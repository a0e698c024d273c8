/// Any DAG-CBOR item: what blocks of unknown shape are walked and shown with.
///
/// Reading enforces every rule of DAG-CBOR: shortest forms, definite lengths, map keys that are
/// texts in strictly ascending order, no tag but 42, no simple value but true, false and null,
/// finite 64-bit floats, UTF-8. Typed structures are read with ``CBORDecoder`` instead.
///
/// - SeeAlso: The IPLD specification "DAG-CBOR".
public indirect enum CBORValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// -2^64 to 2^64 - 1.
    case integer(Int128)
    case float(Double)
    case bytes([UInt8])
    case text(String)
    case list([CBORValue])
    case map(CBORMap)
    /// The binary CID, without the zero byte that stands before it on the wire.
    case link([UInt8])

    /// The deepest nesting that is read.
    public static let maximumDepth = 512
}

/// The pairs of a map in the order of DAG-CBOR: shorter keys first, then by bytes.
public struct CBORMap: Hashable, Sendable, RandomAccessCollection {
    /// A key and its value.
    public struct Entry: Hashable, Sendable {
        public let key: String
        public let value: CBORValue

        /// Puts a key and its value together.
        public init(_ key: String, _ value: CBORValue) {
            self.key = key
            self.value = value
        }
    }

    private let entries: [Entry]

    /// Puts pairs into order.
    ///
    /// - Returns: `nil` if a key occurs twice.
    public init?(_ entries: some Sequence<Entry>) {
        let sorted = entries.sorted { Self.isAscending($0.key, $1.key) }
        for (a, b) in zip(sorted, sorted.dropFirst()) where a.key.utf8.elementsEqual(b.key.utf8) {
            return nil
        }
        self.entries = sorted
    }

    /// Trusts that the pairs are in order.
    init(ascending entries: [Entry]) { self.entries = entries }

    /// Whether `a` stands before `b`.
    static func isAscending(_ a: String, _ b: String) -> Bool {
        let (a, b) = (a.utf8, b.utf8)
        return a.count == b.count ? a.lexicographicallyPrecedes(b) : a.count < b.count
    }

    public var startIndex: Int { entries.startIndex }
    public var endIndex: Int { entries.endIndex }
    public subscript(position: Int) -> Entry { entries[position] }

    /// The value of `key`.
    public subscript(key: String) -> CBORValue? {
        entries.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
    }
}

extension CBORValue {
    /// The value of a key if this is a map that has it.
    public subscript(key: String) -> CBORValue? {
        if case .map(let map) = self { map[key] } else { nil }
    }

    /// The item at a place if this is a list that is long enough.
    public subscript(index: Int) -> CBORValue? {
        guard case .list(let items) = self, items.indices.contains(index) else { return nil }
        return items[index]
    }

    /// Hands every link, in order, to `body`.
    public func forEachLink(_ body: ([UInt8]) -> Void) {
        switch self {
        case .null, .bool, .integer, .float, .bytes, .text: break
        case .link(let cid): body(cid)
        case .list(let items): for item in items { item.forEachLink(body) }
        case .map(let map): for entry in map { entry.value.forEachLink(body) }
        }
    }
}

// MARK: - Writing

extension CBORValue: CBOREncodable {
    /// Writes the item.
    ///
    /// - Precondition: An integer is between -2^64 and 2^64 - 1, and a float is finite.
    public func encode(to encoder: inout CBOREncoder) {
        switch self {
        case .null: encoder.null()
        case .bool(let value): encoder.bool(value)
        case .integer(let value):
            precondition(value >> 64 == 0 || ~value >> 64 == 0, "CBOR integers have 64 bits")
            if value >= 0 {
                encoder.header(.unsigned, UInt64(truncatingIfNeeded: value))
            } else {
                encoder.header(.negative, UInt64(truncatingIfNeeded: ~value))
            }
        case .float(let value):
            precondition(value.isFinite, "DAG-CBOR has no infinite floats")
            encoder.double(value)
        case .bytes(let value): encoder.bytes(value)
        case .text(let value): encoder.text(value)
        case .list(let items): encoder.list(items)
        case .map(let map):
            encoder.map(map.count)
            for entry in map {
                encoder.text(entry.key)
                entry.value.encode(to: &encoder)
            }
        case .link(let cid): encoder.link(cid)
        }
    }
}

// MARK: - Reading

extension CBORValue: CBORDecodable {
    public init(from decoder: inout CBORDecoder) throws(CBORError) {
        try self.init(from: &decoder, depth: 0)
    }

    private init(from decoder: inout CBORDecoder, depth: Int) throws(CBORError) {
        let start = decoder.offset
        guard depth <= Self.maximumDepth else {
            throw CBORError(.tooDeep(limit: Self.maximumDepth), at: start)
        }
        switch try decoder.peekType() {
        case .unsigned:
            self = .integer(Int128(try decoder.unsigned()))
        case .negative:
            self = .integer(-1 - Int128(try decoder.header(.negative)))
        case .bytes:
            self = .bytes(try decoder.bytes(max: .max))
        case .text:
            self = .text(try decoder.text(max: .max))
        case .array:
            let count = try decoder.arrayCount(max: decoder.remaining)
            var items: [CBORValue] = []
            items.reserveCapacity(count)
            for _ in 0..<count {
                items.append(try CBORValue(from: &decoder, depth: depth + 1))
            }
            self = .list(items)
        case .map:
            self = .map(try Self.map(from: &decoder, depth: depth))
        case .tag:
            self = .link(try decoder.link())
        case .simple:
            self = try Self.simple(from: &decoder)
        }
    }

    private static func map(
        from decoder: inout CBORDecoder,
        depth: Int
    ) throws(CBORError) -> CBORMap {
        let count = try decoder.mapCount(max: decoder.remaining / 2)
        var entries: [CBORMap.Entry] = []
        entries.reserveCapacity(count)
        for _ in 0..<count {
            let keyStart = decoder.offset
            let key = try decoder.text(max: .max)
            if let last = entries.last, !CBORMap.isAscending(last.key, key) {
                throw CBORError(.invalidKeyOrder, at: keyStart)
            }
            let value = try CBORValue(from: &decoder, depth: depth + 1)
            entries.append(CBORMap.Entry(key, value))
        }
        return CBORMap(ascending: entries)
    }

    private static func simple(from decoder: inout CBORDecoder) throws(CBORError) -> CBORValue {
        let start = decoder.offset
        let first = decoder.bytes[start]
        switch first {
        case 0xf4, 0xf5:
            return .bool(try decoder.bool())
        case 0xf6:
            decoder.offset += 1
            return .null
        case 0xfb:
            return .float(try decoder.double())
        case 0xf9, 0xfa:
            throw CBORError(.invalidFloat, at: start)
        default:
            throw CBORError(.invalidSimpleValue(first), at: start)
        }
    }
}
