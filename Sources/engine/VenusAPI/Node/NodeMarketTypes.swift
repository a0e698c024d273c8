package import FilecoinTypes
package import JSON
package import Multiformats

/// A deal as it was proposed.
package struct DealProposalResult: Hashable, Sendable {
    package var pieceCID: CID
    package var pieceSize: UInt64
    package var isVerified: Bool
    package var client: Address
    package var provider: Address
    package var label: String
    package var startEpoch: ChainEpoch
    package var endEpoch: ChainEpoch
    package var storagePricePerEpoch: TokenAmount
    package var providerCollateral: TokenAmount
    package var clientCollateral: TokenAmount

    package init(
        pieceCID: CID,
        pieceSize: UInt64,
        isVerified: Bool,
        client: Address,
        provider: Address,
        label: String,
        startEpoch: ChainEpoch,
        endEpoch: ChainEpoch,
        storagePricePerEpoch: TokenAmount,
        providerCollateral: TokenAmount,
        clientCollateral: TokenAmount
    ) {
        self.pieceCID = pieceCID
        self.pieceSize = pieceSize
        self.isVerified = isVerified
        self.client = client
        self.provider = provider
        self.label = label
        self.startEpoch = startEpoch
        self.endEpoch = endEpoch
        self.storagePricePerEpoch = storagePricePerEpoch
        self.providerCollateral = providerCollateral
        self.clientCollateral = clientCollateral
    }
}

extension DealProposalResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("PieceCID", pieceCID)
            writer.member("PieceSize", pieceSize)
            writer.member("VerifiedDeal", isVerified)
            writer.member("Client", client)
            writer.member("Provider", provider)
            writer.member("Label", label)
            writer.member("StartEpoch", startEpoch)
            writer.member("EndEpoch", endEpoch)
            writer.member("StoragePricePerEpoch", storagePricePerEpoch)
            writer.member("ProviderCollateral", providerCollateral)
            writer.member("ClientCollateral", clientCollateral)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        pieceCID = try object.decode("PieceCID")
        pieceSize = try object.decode("PieceSize")
        isVerified = try object.decode("VerifiedDeal")
        client = try object.decode("Client")
        provider = try object.decode("Provider")
        label = try object.decode("Label")
        startEpoch = try object.decode("StartEpoch")
        endEpoch = try object.decode("EndEpoch")
        storagePricePerEpoch = try object.decode("StoragePricePerEpoch")
        providerCollateral = try object.decode("ProviderCollateral")
        clientCollateral = try object.decode("ClientCollateral")
    }
}

/// A deal and what became of it; -1 stands for what has not happened.
package struct MarketDealResult: Hashable, Sendable {
    package var proposal: DealProposalResult
    package var sectorStartEpoch: ChainEpoch
    package var lastUpdatedEpoch: ChainEpoch
    package var slashEpoch: ChainEpoch

    package init(
        proposal: DealProposalResult,
        sectorStartEpoch: ChainEpoch,
        lastUpdatedEpoch: ChainEpoch,
        slashEpoch: ChainEpoch
    ) {
        self.proposal = proposal
        self.sectorStartEpoch = sectorStartEpoch
        self.lastUpdatedEpoch = lastUpdatedEpoch
        self.slashEpoch = slashEpoch
    }
}

extension MarketDealResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Proposal", proposal)
            writer.key("State")
            writer.object { writer in
                // The state names its sector only since actors v13.
                writer.member("SectorNumber", 0)
                writer.member("SectorStartEpoch", sectorStartEpoch)
                writer.member("LastUpdatedEpoch", lastUpdatedEpoch)
                writer.member("SlashEpoch", slashEpoch)
            }
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        proposal = try object.decode("Proposal")
        let state: JSONValue = try object.decode("State")
        let members = try state.expectObject()
        sectorStartEpoch = try members.decode("SectorStartEpoch")
        lastUpdatedEpoch = try members.decode("LastUpdatedEpoch")
        slashEpoch = try members.decode("SlashEpoch")
    }
}

/// Whose messages are wanted; at least one of both.
package struct MessageMatch: Hashable, Sendable, JSONCodable {
    package var to: Address?
    package var from: Address?

    package init(to: Address? = nil, from: Address? = nil) {
        self.to = to
        self.from = from
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("To", to)
            writer.member("From", from)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        to = try object.decodeAddressOrEmpty("To")
        from = try object.decodeAddressOrEmpty("From")
    }
}

/// An escrow balance and how much of it is locked.
package struct MarketBalanceResult: Hashable, Sendable {
    package var escrow: TokenAmount
    package var locked: TokenAmount

    package init(escrow: TokenAmount, locked: TokenAmount) {
        self.escrow = escrow
        self.locked = locked
    }
}

extension MarketBalanceResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Escrow", escrow)
            writer.member("Locked", locked)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        escrow = try object.decode("Escrow")
        locked = try object.decode("Locked")
    }
}
