internal import Bytes
internal import Hashing

/// The name of an actor: its number, or something from which its number can be looked up.
///
/// | first byte | kind | payload | text |
/// |---|---|---|---|
/// | 0 | ID | the actor ID as a varint, at most 2^63 - 1 | `f0` and the number |
/// | 1 | secp256k1 | BLAKE2b-160 of the uncompressed public key | `f1` and base 32 |
/// | 2 | actor | BLAKE2b-160 of sender, nonce and a counter | `f2` and base 32 |
/// | 3 | BLS | the compressed public key, 48 bytes | `f3` and base 32 |
/// | 4 | delegated | namespace as a varint, up to 54 bytes | `f4`, namespace, `f` and base 32 |
///
/// The letter is `f` on the main network and `t` elsewhere; it is no part of the address, and every reader
/// takes both. Base 32 covers the payload and a checksum, the BLAKE2b-32 of the bytes of the address.
///
/// - SeeAlso: Filecoin specification, "Address".
public struct Address: Hashable, Sendable {
    /// How an address names its actor; the raw value is the first byte.
    public enum Kind: UInt8, Hashable, Sendable {
        case id = 0
        case secp256k1 = 1
        case actor = 2
        case bls = 3
        case delegated = 4
    }

    /// IDs are by far the most frequent and need no storage on the heap.
    enum Storage: Hashable, Sendable {
        case id(UInt64)
        case payload(Kind, [UInt8])
    }

    let storage: Storage

    init(storage: Storage) {
        self.storage = storage
    }
}

// MARK: - Making addresses

extension Address {
    /// The address of the actor with this number.
    public static func id(_ id: ActorID) -> Address { Address(storage: .id(id.rawValue)) }

    /// The address of an account whose key is on secp256k1.
    ///
    /// The public key is the uncompressed point: 65 bytes beginning with 4.
    public static func secp256k1(publicKey: [UInt8]) -> Address {
        Address(storage: .payload(.secp256k1, digest(publicKey, length: 20)))
    }

    /// The lasting address of an actor that a message created.
    ///
    /// The seed is the sender's key address, nonce and a counter, as the init actor joins them.
    public static func actor(seed: [UInt8]) -> Address {
        Address(storage: .payload(.actor, digest(seed, length: 20)))
    }

    /// The address of an account with a BLS key; the point itself is not checked.
    ///
    /// - Throws: ``AddressError/invalidPayload`` unless the compressed key has 48 bytes.
    public static func bls(publicKey: [UInt8]) throws(AddressError) -> Address {
        try Address(kind: .bls, payload: publicKey)
    }

    /// An address in the namespace of another actor, for example of the Ethereum address manager (10).
    ///
    /// - Throws: ``AddressError/invalidPayload`` if the subaddress has more than 54 bytes.
    public static func delegated(
        namespace: ActorID,
        subaddress: [UInt8]
    ) throws(AddressError) -> Address {
        try Address(kind: .delegated, payload: Varint.encode(namespace.rawValue) + subaddress)
    }

    /// The system actor.
    public static let system: Address = .id(.system)
    /// The init actor.
    public static let initActor: Address = .id(.initActor)
    /// The reward actor.
    public static let reward: Address = .id(.reward)
    /// The cron actor.
    public static let cron: Address = .id(.cron)
    /// The storage power actor.
    public static let power: Address = .id(.power)
    /// The storage market actor.
    public static let market: Address = .id(.market)
    /// The verified registry actor.
    public static let verifiedRegistry: Address = .id(.verifiedRegistry)
    /// The account that holds burnt funds.
    public static let burntFunds: Address = .id(.burntFunds)
    /// The BLS address whose key is the point at infinity; nobody can sign for it.
    public static let blsZero: Address = Address(
        storage: .payload(.bls, [0xc0] + [UInt8](repeating: 0, count: 47))
    )

    /// BLAKE2b of any length, as payloads (20) and checksums (4) need.
    static func digest(_ bytes: [UInt8], length: Int) -> [UInt8] {
        BLAKE2b.hash(bytes, outputLength: length)
    }
}

// MARK: - Parts

extension Address {
    /// How the address names its actor.
    public var kind: Kind {
        switch storage {
        case .id: .id
        case .payload(let kind, _): kind
        }
    }

    /// The bytes after the first one.
    public var payload: [UInt8] {
        switch storage {
        case .id(let id): Varint.encode(id)
        case .payload(_, let payload): payload
        }
    }

    /// The actor's number, if the address is one.
    public var actorID: ActorID? {
        switch storage {
        case .id(let id): ActorID(rawValue: id)
        case .payload: nil
        }
    }

    /// Whether this is a number or needs to be looked up.
    public var isID: Bool { actorID != nil }

    /// Whether a key stands behind the address, so that it can sign and an account may be made for it.
    public var isKey: Bool {
        switch kind {
        case .secp256k1, .bls: true
        case .id, .actor, .delegated: false
        }
    }
}

extension Address: Comparable {
    /// Orders addresses by their bytes, as the keys of a sorted map.
    public static func < (a: Self, b: Self) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }
}
