package import FilecoinTypes
package import JSON

/// A deal and what became of it; -1 stands for what has not happened.
package struct MarketDealResult: Hashable, Sendable {
    package var proposal: DealProposal
    package var sectorStartEpoch: ChainEpoch
    package var lastUpdatedEpoch: ChainEpoch
    package var slashEpoch: ChainEpoch

    package init(
        proposal: DealProposal,
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
