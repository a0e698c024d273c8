internal import ActorRuntime
package import BigIntegers
package import CBOR
package import FilecoinTypes

/// Parameters of AddVerifier and AddVerifiedClient.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct AllowanceParameters: Hashable, Sendable, CBORCodable {
    package var address: Address
    /// Bytes.
    package var allowance: BigInt

    package init(
        address: Address,
        allowance: BigInt
    ) {
        self.address = address
        self.allowance = allowance
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(address)
        encoder.bigInt(allowance)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        address = try decoder.value()
        allowance = try decoder.bigInt()
    }
}

/// A verifier's consent to take data cap away.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct RemoveDataCapRequest: Hashable, Sendable, CBORCodable {
    package var verifier: Address
    package var signature: Signature

    package init(
        verifier: Address,
        signature: Signature
    ) {
        self.verifier = verifier
        self.signature = signature
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(verifier)
        encoder.encode(signature)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        verifier = try decoder.value()
        signature = try decoder.nativeSignature()
    }
}

/// Parameters of RemoveVerifiedClientDataCap.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct RemoveDataCapParameters: Hashable, Sendable, CBORCodable {
    package var client: Address
    /// Bytes.
    package var amount: BigInt
    package var first: RemoveDataCapRequest
    package var second: RemoveDataCapRequest

    package init(
        client: Address,
        amount: BigInt,
        first: RemoveDataCapRequest,
        second: RemoveDataCapRequest
    ) {
        self.client = client
        self.amount = amount
        self.first = first
        self.second = second
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(4)
        encoder.encode(client)
        encoder.bigInt(amount)
        encoder.encode(first)
        encoder.encode(second)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 4)
        client = try decoder.value()
        amount = try decoder.bigInt()
        first = try decoder.value()
        second = try decoder.value()
    }
}

/// Result of RemoveVerifiedClientDataCap.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct RemoveDataCapReturn: Hashable, Sendable, CBORCodable {
    package var client: Address
    /// Bytes.
    package var removed: BigInt

    package init(
        client: Address,
        removed: BigInt
    ) {
        self.client = client
        self.removed = removed
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(client)
        encoder.bigInt(removed)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        client = try decoder.value()
        removed = try decoder.bigInt()
    }
}

/// How often a verifier has consented about a client.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct RemoveDataCapProposalID: Hashable, Sendable, CBORCodable {
    package var proposalID: UInt64

    package init(
        proposalID: UInt64
    ) {
        self.proposalID = proposalID
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.unsigned(proposalID)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        proposalID = try decoder.unsigned()
    }
}

/// What a verifier signs.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct RemoveDataCapProposal: Hashable, Sendable, CBORCodable {
    package var client: Address
    /// Bytes.
    package var amount: BigInt
    package var removalProposalID: RemoveDataCapProposalID

    package init(
        client: Address,
        amount: BigInt,
        removalProposalID: RemoveDataCapProposalID
    ) {
        self.client = client
        self.amount = amount
        self.removalProposalID = removalProposalID
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(3)
        encoder.encode(client)
        encoder.bigInt(amount)
        encoder.encode(removalProposalID)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 3)
        client = try decoder.value()
        amount = try decoder.bigInt()
        removalProposalID = try decoder.value()
    }
}
