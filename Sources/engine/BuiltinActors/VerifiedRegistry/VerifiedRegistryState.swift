package import BigIntegers
package import CBOR
package import FilecoinTypes
package import Multiformats

/// How many bytes a client may store, or a verifier may give.
///
/// CBOR: a bigint.
package struct DataCap: Hashable, Sendable, CBORCodable {
    package var bytes: BigInt

    package init(_ bytes: BigInt) { self.bytes = bytes }

    package func encode(to encoder: inout CBOREncoder) { encoder.bigInt(bytes) }

    package init(from decoder: inout CBORDecoder) throws(CBORError) { bytes = try decoder.bigInt() }
}

/// The state of the verified registry.
///
/// CBOR: a tuple of the fields in the order of declaration; three in actors v6, four in v7.
package struct VerifiedRegistryState: Hashable, Sendable, CBORCodable {
    package var rootKey: Address
    /// HAMT of data caps by verifier.
    package var verifiers: CID
    /// HAMT of data caps by client.
    package var verifiedClients: CID
    /// HAMT of counters by verifier and client; nil in actors v6.
    package var removeDataCapProposalIDs: CID?

    package init(
        rootKey: Address,
        verifiers: CID,
        verifiedClients: CID,
        removeDataCapProposalIDs: CID?
    ) {
        self.rootKey = rootKey
        self.verifiers = verifiers
        self.verifiedClients = verifiedClients
        self.removeDataCapProposalIDs = removeDataCapProposalIDs
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(removeDataCapProposalIDs == nil ? 3 : 4)
        encoder.encode(rootKey)
        encoder.encode(verifiers)
        encoder.encode(verifiedClients)
        if let removeDataCapProposalIDs { encoder.encode(removeDataCapProposalIDs) }
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        let count = try decoder.arrayCount(max: 4)
        guard count >= 3 else { throw decoder.invalid("\(count) fields, expected 3 or 4") }
        rootKey = try decoder.value()
        verifiers = try decoder.value()
        verifiedClients = try decoder.value()
        removeDataCapProposalIDs = count == 4 ? try decoder.value() : nil
    }
}
