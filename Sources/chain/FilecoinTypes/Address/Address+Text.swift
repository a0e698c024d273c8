internal import Bytes

extension Address: CustomStringConvertible, LosslessStringConvertible {
    /// How many characters an address may have: a delegated one with the longest parts.
    static let maximumTextLength = 2 + 19 + 1 + 96

    /// The text with the letter of ``AddressNetwork/current``.
    public var description: String { text(on: .current) }

    /// The text of the address with the letter of a network.
    public func text(on network: AddressNetwork) -> String {
        let prefix = "\(network.letter)\(kind.rawValue)"
        switch storage {
        case .id(let id):
            return prefix + String(id)
        case .payload(.delegated, let payload):
            guard let (namespace, end) = try? Self.number(payload) else { return prefix }
            let subaddress = [UInt8](payload.dropFirst(end))
            return "\(prefix)\(namespace)f\(Base32.encode(subaddress + checksum))"
        case .payload(_, let payload):
            return prefix + Base32.encode(payload + checksum)
        }
    }

    /// Reads text; `nil` instead of the reason.
    public init?(_ description: String) {
        try? self.init(text: description)
    }

    /// Reads the text of an address, with either letter.
    ///
    /// - Throws: ``AddressError`` with the first rule that does not hold.
    public init(text: some StringProtocol) throws(AddressError) {
        guard (3...Self.maximumTextLength).contains(text.utf8.count) else { throw .invalidLength }
        let characters = text.utf8
        let second = characters.index(after: characters.startIndex)
        switch characters[characters.startIndex] {
        case UInt8(ascii: "f"), UInt8(ascii: "t"): break
        default: throw .unknownNetwork
        }
        guard (UInt8(ascii: "0")...UInt8(ascii: "4")).contains(characters[second]),
            let kind = Kind(rawValue: characters[second] - UInt8(ascii: "0"))
        else { throw .unknownProtocol }
        let rest = String(text[characters.index(after: second)...])
        switch kind {
        case .id: self.init(storage: .id(try Self.id(rest)))
        case .secp256k1, .actor, .bls: try self.init(kind: kind, encoded: rest, namespace: [])
        case .delegated:
            guard let separator = rest.utf8.firstIndex(of: UInt8(ascii: "f")) else {
                throw .invalidPayload
            }
            let namespace = Varint.encode(try Self.id(rest[..<separator]))
            let encoded = rest[rest.utf8.index(after: separator)...]
            try self.init(kind: kind, encoded: String(encoded), namespace: namespace)
        }
    }

    /// Reads base 32 of the payload, less a namespace that precedes it, and the checksum.
    private init(kind: Kind, encoded: String, namespace: [UInt8]) throws(AddressError) {
        guard let decoded = try? Base32.decode(encoded) else { throw .invalidEncoding }
        // The bits that fill the last character are zero in the only valid form.
        guard Base32.encode(decoded) == encoded else { throw .invalidEncoding }
        guard decoded.count >= 4 else { throw .invalidLength }
        try self.init(kind: kind, payload: namespace + decoded.dropLast(4))
        guard checksum.elementsEqual(decoded.suffix(4)) else { throw .invalidChecksum }
    }

    /// Reads the number of an ID address: decimal digits, at most 2^63 - 1.
    private static func id(_ digits: some StringProtocol) throws(AddressError) -> UInt64 {
        guard digits.utf8.count <= 19 else { throw .invalidLength }
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let id = UInt64(digits), id <= UInt64(Int64.max)
        else { throw .invalidPayload }
        return id
    }

    /// The four bytes that protect the text against typing mistakes.
    private var checksum: [UInt8] { Self.digest(bytes, length: 4) }
}
