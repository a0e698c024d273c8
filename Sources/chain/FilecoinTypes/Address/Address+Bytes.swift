internal import Bytes

extension Address {
    /// How many bytes a subaddress of a delegated address may have.
    public static let maximumSubaddressByteCount = 54

    /// The kind's byte and the payload: what the chain stores and hashes.
    public var bytes: [UInt8] {
        switch storage {
        case .id(let id):
            var bytes: [UInt8] = [Kind.id.rawValue]
            Varint.append(id, to: &bytes)
            return bytes
        case .payload(let kind, let payload):
            return [kind.rawValue] + payload
        }
    }

    /// Reads the bytes of an address.
    ///
    /// - Throws: ``AddressError``, unless every byte fits the table above.
    public init(bytes: [UInt8]) throws(AddressError) {
        guard let first = bytes.first else { throw .invalidLength }
        guard let kind = Kind(rawValue: first) else { throw .unknownProtocol }
        try self.init(kind: kind, payload: [UInt8](bytes.dropFirst()))
    }

    /// Checks a payload that came from outside.
    init(kind: Kind, payload: [UInt8]) throws(AddressError) {
        switch kind {
        case .id:
            let (id, end) = try Self.number(payload)
            guard end == payload.count else { throw .invalidPayload }
            storage = .id(id)
        case .secp256k1, .actor:
            guard payload.count == 20 else { throw .invalidPayload }
            storage = .payload(kind, payload)
        case .bls:
            guard payload.count == 48 else { throw .invalidPayload }
            storage = .payload(kind, payload)
        case .delegated:
            let (_, end) = try Self.number(payload)
            guard payload.count - end <= Self.maximumSubaddressByteCount else {
                throw .invalidPayload
            }
            storage = .payload(kind, payload)
        }
    }

    /// Reads the varint at the start of a payload.
    static func number(_ payload: [UInt8]) throws(AddressError) -> (value: UInt64, end: Int) {
        var end = 0
        // Nine bytes are 63 bits, which is the bound for IDs.
        guard let value = try? Varint.decode(payload, at: &end) else { throw .invalidPayload }
        return (value, end)
    }
}
