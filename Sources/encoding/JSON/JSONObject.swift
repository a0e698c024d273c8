/// The members of a JSON object, in the order in which they were read or set.
///
/// Names are unique: reading a name twice keeps the last value, as Go does. Looking up a name takes
/// time in proportion to the number of members; objects of the protocols here have a few dozen.
public struct JSONObject: Hashable, Sendable {
    /// A name and its value.
    public struct Member: Hashable, Sendable {
        /// The name, without quotes and escapes.
        public let name: String
        /// The value.
        public var value: JSONValue

        /// Pairs a name with a value.
        public init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// The members, first to last.
    public private(set) var members: [Member]

    /// An object without members.
    public init() { members = [] }

    /// The members in this order; a name that comes twice keeps its last value.
    public init(_ members: [(String, JSONValue)]) {
        self.init(members: members.map { Member(name: $0.0, value: $0.1) })
    }

    /// The members in this order; a name that comes twice keeps its first place and last value.
    init(members: [Member]) {
        self.members = members
        guard members.count > 1, Self.hasDuplicates(members) else { return }
        var places: [String: Int] = [:]
        var unique: [Member] = []
        for member in members {
            if let place = places[member.name] {
                unique[place].value = member.value
            } else {
                places[member.name] = unique.count
                unique.append(member)
            }
        }
        self.members = unique
    }

    /// Whether a name comes twice; hashing pays only for large objects.
    private static func hasDuplicates(_ members: [Member]) -> Bool {
        guard members.count <= 12 else {
            return Set(members.map(\.name)).count != members.count
        }
        for later in 1..<members.count {
            let name = members[later].name
            for earlier in 0..<later where members[earlier].name == name { return true }
        }
        return false
    }

    /// How many members there are.
    public var count: Int { members.count }

    /// Whether there are no members.
    public var isEmpty: Bool { members.isEmpty }

    /// The value under exactly this name; setting a new name adds it at the end, `nil` removes it.
    public subscript(name: String) -> JSONValue? {
        get {
            for member in members where member.name == name { return member.value }
            return nil
        }
        set {
            let place = members.firstIndex { $0.name == name }
            switch (place, newValue) {
            case (let place?, let value?): members[place].value = value
            case (let place?, nil): members.remove(at: place)
            case (nil, let value?): members.append(Member(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    /// The value that Go would put into the field `name`: ASCII letters match in either case, and of
    /// several members that match, the last one wins.
    public func value(forField name: String) -> JSONValue? {
        var folded: JSONValue?
        for member in members.reversed() where Self.matches(member.name, name) {
            folded = member.value
            break
        }
        return folded
    }

    /// Whether two names are equal when the case of ASCII letters is ignored.
    private static func matches(_ a: String, _ b: String) -> Bool {
        guard a != b else { return true }
        guard a.utf8.count == b.utf8.count else { return false }
        return zip(a.utf8, b.utf8).allSatisfy { lowered($0) == lowered($1) }
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

// MARK: - Decoding members

extension JSONObject {
    /// Decodes the field `name`, found as Go finds it.
    ///
    /// - Throws: ``JSONError`` if it is absent or not a `T`; the path names the field.
    public func decode<T: JSONDecodable>(
        _ name: String,
        as type: T.Type = T.self
    ) throws(JSONError) -> T {
        guard let value = value(forField: name) else {
            throw JSONError(.missing, path: [.member(name)])
        }
        do {
            return try T(from: value)
        } catch {
            throw error.below(.member(name))
        }
    }

    /// Decodes the field `name`, or returns `fallback` where it is absent or `null`, as Go leaves the
    /// zero value of a field.
    ///
    /// - Throws: ``JSONError`` if it is there and not a `T`.
    public func decode<T: JSONDecodable>(
        _ name: String,
        default fallback: @autoclosure () -> T
    ) throws(JSONError) -> T {
        try decodeIfPresent(name, as: T.self) ?? fallback()
    }

    /// Decodes the field `name`, or returns `nil` where it is absent or `null`.
    ///
    /// - Throws: ``JSONError`` if it is there and not a `T`.
    public func decodeIfPresent<T: JSONDecodable>(
        _ name: String,
        as type: T.Type = T.self
    ) throws(JSONError) -> T? {
        guard let value = value(forField: name), !value.isNull else { return nil }
        do {
            return try T(from: value)
        } catch {
            throw error.below(.member(name))
        }
    }
}
