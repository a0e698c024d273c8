internal import ActorRuntime
package import BigIntegers
package import CBOR
package import FilecoinTypes
package import Multiformats

extension DealProposal {
    /// Epochs from start to end.
    package var duration: ChainEpoch { endEpoch - startEpoch }

    /// The price of the whole duration.
    package var totalStorageFee: TokenAmount { storagePricePerEpoch * duration.rawValue }

    /// What the client must have in escrow.
    package var clientBalanceRequirement: TokenAmount { clientCollateral + totalStorageFee }

    /// Byte-epochs of the deal.
    package var weight: BigInt { BigInt(duration.rawValue) * BigInt(pieceSize.rawValue) }

    /// The identity of the proposal while it is pending.
    package var cid: CID { CID.dagCBOR(hashing: cborBytes()) }
}

/// A proposal with the client's signature over its CBOR.
///
/// CBOR: `[Proposal, ClientSignature bytes]`.
package struct ClientDealProposal: Hashable, Sendable {
    package var proposal: DealProposal
    package var clientSignature: Signature

    package init(
        proposal: DealProposal,
        clientSignature: Signature
    ) {
        self.proposal = proposal
        self.clientSignature = clientSignature
    }
}

/// What happened to an activated deal; -1 stands for "not yet".
///
/// CBOR: the three fields in the order of declaration.
package struct DealState: Hashable, Sendable {
    package var sectorStartEpoch: ChainEpoch
    package var lastUpdatedEpoch: ChainEpoch
    package var slashEpoch: ChainEpoch
}

/// Parameters of PublishStorageDeals (method 4).
package struct PublishStorageDealsParameters: Hashable, Sendable {
    package var deals: [ClientDealProposal]

    package init(deals: [ClientDealProposal]) { self.deals = deals }
}

extension ClientDealProposal: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(proposal)
        encoder.encode(clientSignature)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        proposal = try decoder.value()
        clientSignature = try decoder.nativeSignature()
    }
}

extension DealState: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(3)
        encoder.encode(sectorStartEpoch)
        encoder.encode(lastUpdatedEpoch)
        encoder.encode(slashEpoch)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 3)
        sectorStartEpoch = try decoder.value()
        lastUpdatedEpoch = try decoder.value()
        slashEpoch = try decoder.value()
    }
}

extension PublishStorageDealsParameters: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.list(deals)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        deals = try decoder.list()
    }
}
