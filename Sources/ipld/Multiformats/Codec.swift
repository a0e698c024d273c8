/// The code that says how a block's bytes are to be read.
///
/// - SeeAlso: The multicodec table, tags "ipld", "multihash" and "filecoin".
@frozen
public struct Codec: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt64

    @inlinable
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The bytes as they are.
    public static let raw = Codec(rawValue: 0x55)
    /// MerkleDAG protobuf: UnixFS files and folders.
    public static let dagPB = Codec(rawValue: 0x70)
    /// DAG-CBOR: every block of a Filecoin chain.
    public static let dagCBOR = Codec(rawValue: 0x71)
    /// A libp2p public key.
    public static let libp2pKey = Codec(rawValue: 0x72)
    /// CBOR without DAG rules.
    public static let cbor = Codec(rawValue: 0x51)
    /// DAG-JSON.
    public static let dagJSON = Codec(rawValue: 0x0129)
    /// JSON without DAG rules.
    public static let json = Codec(rawValue: 0x0200)
    /// The root of an unsealed sector or piece (CommD, CommP).
    public static let filCommitmentUnsealed = Codec(rawValue: 0xf101)
    /// The root of a sealed sector (CommR).
    public static let filCommitmentSealed = Codec(rawValue: 0xf102)
}
