/// Why text or bytes are no address.
public enum AddressError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text does not begin with `f` or `t`.
    case unknownNetwork
    /// The kind is none of 0 to 4.
    case unknownProtocol
    /// There are too few or too many characters or bytes.
    case invalidLength
    /// The payload does not fit the kind.
    case invalidPayload
    /// The text is no base 32, or not its only form.
    case invalidEncoding
    /// The checksum is that of another address: a typing mistake.
    case invalidChecksum

    public var description: String {
        switch self {
        case .unknownNetwork: "unknown address network"
        case .unknownProtocol: "unknown address protocol"
        case .invalidLength: "invalid address length"
        case .invalidPayload: "invalid address payload"
        case .invalidEncoding: "invalid address encoding"
        case .invalidChecksum: "invalid address checksum"
        }
    }
}
