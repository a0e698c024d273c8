/// A type that writes itself as CBOR.
public protocol CBOREncodable {
    /// Appends exactly one item.
    func encode(to encoder: inout CBOREncoder)
}

/// A type that reads itself from CBOR.
public protocol CBORDecodable {
    /// Reads exactly one item.
    ///
    /// - Throws: ``CBORError``, with the offset of the defect.
    init(from decoder: inout CBORDecoder) throws(CBORError)
}

/// A type with a CBOR form. Chain structures are arrays ("tuples") of their fields in order:
/// ```swift
/// struct Deadline: CBORCodable {
///     var partitions: CID
///     var expirations: CID
///     var lastProof: Int64
///     var isLate: Bool
///     var fee: BigInt
///     var payee: CID?
///
///     func encode(to encoder: inout CBOREncoder) {
///         encoder.array(6)
///         encoder.encode(partitions)
///         encoder.encode(expirations)
///         encoder.signed(lastProof)
///         encoder.bool(isLate)
///         encoder.bigInt(fee)
///         encoder.optional(payee)
///     }
///
///     init(from decoder: inout CBORDecoder) throws(CBORError) {
///         try decoder.array(count: 6)
///         partitions = try decoder.value()
///         expirations = try decoder.value()
///         lastProof = try decoder.signed()
///         isLate = try decoder.bool()
///         fee = try decoder.bigInt()
///         payee = try decoder.optional()
///     }
/// }
/// ```
public typealias CBORCodable = CBOREncodable & CBORDecodable

extension CBOREncodable {
    /// Returns the CBOR form.
    @inlinable
    public func cborBytes() -> [UInt8] {
        var encoder = CBOREncoder()
        encode(to: &encoder)
        return encoder.bytes
    }

    /// Returns the CBOR form of a value that may be over a limit of its form.
    ///
    /// - Throws: ``CBORError``, if a large integer or bit field in it could not be read back.
    @inlinable
    public func checkedCBORBytes() throws(CBORError) -> [UInt8] {
        var encoder = CBOREncoder()
        encode(to: &encoder)
        if let defect = encoder.defect { throw defect }
        return encoder.bytes
    }
}

extension CBORDecodable {
    /// Reads the value that `bytes` consist of.
    ///
    /// - Throws: ``CBORError``, also if bytes are left over.
    @inlinable
    public init(cbor bytes: [UInt8]) throws(CBORError) {
        var decoder = CBORDecoder(bytes)
        self = try Self(from: &decoder)
        try decoder.finish()
    }

    /// Reads the value that `bytes` begin with and ignores the rest.
    ///
    /// The reference reads message parameters and state blocks like this, so what runs on chain
    /// data must too.
    @inlinable
    public init(cborPrefixOf bytes: [UInt8]) throws(CBORError) {
        var decoder = CBORDecoder(bytes)
        self = try Self(from: &decoder)
    }
}
