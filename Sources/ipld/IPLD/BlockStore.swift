public import CBOR
public import Multiformats

/// Keeps blocks by their CIDs.
///
/// A store takes the caller's word that a block belongs to its CID; whoever brings blocks from outside
/// checks them (``Block/verify()``).
public protocol BlockStore: AnyObject {
    /// Returns the block, or nil if the store does not have it.
    ///
    /// - Throws: What the medium below answers.
    func get(_ cid: CID) throws -> [UInt8]?

    /// Whether the store has the block.
    ///
    /// - Throws: What the medium below answers.
    func has(_ cid: CID) throws -> Bool

    /// Keeps a block; a second time does nothing.
    ///
    /// - Throws: What the medium below answers.
    func put(_ block: [UInt8], cid: CID) throws

    /// Keeps several blocks, together if the medium can do that.
    ///
    /// - Throws: What the medium below answers.
    func put(_ blocks: [Block]) throws
}

/// A block and its CID.
public struct Block: Hashable, Sendable {
    public let cid: CID
    public let bytes: [UInt8]

    /// Joins the two; nothing is checked.
    public init(cid: CID, bytes: [UInt8]) {
        self.cid = cid
        self.bytes = bytes
    }

    /// Checks that the bytes are what the CID stands for.
    ///
    /// - Throws: ``IPLDError/hashMismatch(_:)`` or ``IPLDError/unknownHash(_:code:)``.
    public func verify() throws(IPLDError) {
        switch cid.matches(bytes) {
        case true: return
        case false: throw .hashMismatch(cid)
        case nil: throw .unknownHash(cid, code: cid.hashCode.rawValue)
        }
    }
}

extension BlockStore {
    public func has(_ cid: CID) throws -> Bool { try get(cid) != nil }

    public func put(_ blocks: [Block]) throws {
        for block in blocks { try put(block.bytes, cid: block.cid) }
    }

    /// Returns the block.
    ///
    /// - Throws: ``IPLDError/blockNotFound(_:)`` if the store does not have it.
    public func require(_ cid: CID) throws -> [UInt8] {
        guard let block = try get(cid) else { throw IPLDError.blockNotFound(cid) }
        return block
    }

    /// Reads a value.
    ///
    /// - Throws: ``IPLDError/blockNotFound(_:)``, the `CBORError` of the value, or what the store throws.
    public func value<Value: CBORDecodable>(
        _ cid: CID,
        as type: Value.Type = Value.self
    ) throws -> Value {
        try Value(cbor: require(cid))
    }

    /// Encodes a value and keeps it as a dag-cbor block under its BLAKE2b-256 hash.
    ///
    /// - Returns: The CID of the block.
    /// - Throws: What the store throws.
    @discardableResult
    public func put(value: some CBOREncodable) throws -> CID {
        let block = value.cborBytes()
        let cid = CID.dagCBOR(hashing: block)
        try put(block, cid: cid)
        return cid
    }
}
