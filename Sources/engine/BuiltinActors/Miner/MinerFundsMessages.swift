package import CBOR
package import FilecoinTypes

// Money and time: parameters. CBOR: each a tuple of its fields in the order of declaration.

/// Parameters of ReportConsensusFault (method 15): block headers in CBOR.
package struct ReportConsensusFaultParameters: Hashable, Sendable, CBORCodable {
    package var blockHeader1: [UInt8]
    package var blockHeader2: [UInt8]
    package var blockHeaderExtra: [UInt8]

    package init(blockHeader1: [UInt8], blockHeader2: [UInt8], blockHeaderExtra: [UInt8]) {
        self.blockHeader1 = blockHeader1
        self.blockHeader2 = blockHeader2
        self.blockHeaderExtra = blockHeaderExtra
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(3)
        encoder.bytes(blockHeader1)
        encoder.bytes(blockHeader2)
        encoder.bytes(blockHeaderExtra)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 3)
        blockHeader1 = try decoder.bytes(max: ChainLimits.byteCount)
        blockHeader2 = try decoder.bytes(max: ChainLimits.byteCount)
        blockHeaderExtra = try decoder.bytes(max: ChainLimits.byteCount)
    }
}

/// Parameters of WithdrawBalance (method 16).
package struct WithdrawBalanceParameters: Hashable, Sendable, CBORCodable {
    package var amountRequested: TokenAmount

    package init(amountRequested: TokenAmount) {
        self.amountRequested = amountRequested
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.encode(amountRequested)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        amountRequested = try decoder.value()
    }
}

/// What the miner asks the power actor's cron to call back with: 1 proving deadline, 2 early terminations.
package struct MinerCronPayload: Hashable, Sendable, CBORCodable {
    package var eventType: Int64

    package init(eventType: Int64) {
        self.eventType = eventType
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.signed(eventType)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        eventType = try decoder.signed()
    }
}
