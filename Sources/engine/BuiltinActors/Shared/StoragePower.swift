package import BigIntegers
package import CBOR

/// Storage power as a whole parameter or value, in bytes.
///
/// CBOR: a bigint.
package struct StoragePower: Hashable, Sendable, CBORCodable {
    package var bytes: BigInt

    package init(_ bytes: BigInt) { self.bytes = bytes }

    package func encode(to encoder: inout CBOREncoder) { encoder.bigInt(bytes) }

    package init(from decoder: inout CBORDecoder) throws(CBORError) { bytes = try decoder.bigInt() }
}
