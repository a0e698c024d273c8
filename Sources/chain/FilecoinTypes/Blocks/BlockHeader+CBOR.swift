internal import BigIntegers
public import CBOR
internal import Multiformats

extension BlockHeader: CBORCodable {
    public func encode(to encoder: inout CBOREncoder) {
        encoder.array(16)
        encoder.encode(miner)
        encoder.optional(ticket)
        encoder.optional(electionProof)
        encoder.list(beaconEntries)
        encoder.list(winPoStProof)
        encoder.list(parents)
        encoder.bigInt(parentWeight)
        encoder.encode(height)
        encoder.encode(parentStateRoot)
        encoder.encode(parentMessageReceipts)
        encoder.encode(messages)
        encoder.optional(blsAggregate)
        encoder.unsigned(timestamp)
        encoder.optional(blockSignature)
        encoder.unsigned(forkSignaling)
        encoder.encode(parentBaseFee)
    }

    public init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 16)
        miner = try decoder.value()
        ticket = try decoder.optional()
        electionProof = try decoder.optional()
        beaconEntries = try decoder.list(max: ChainLimits.listCount)
        winPoStProof = try decoder.list(max: ChainLimits.listCount)
        parents = try decoder.list(max: ChainLimits.listCount)
        parentWeight = try decoder.bigInt()
        height = try decoder.value()
        parentStateRoot = try decoder.value()
        parentMessageReceipts = try decoder.value()
        messages = try decoder.value()
        blsAggregate = try decoder.optional()
        timestamp = try decoder.unsigned()
        blockSignature = try decoder.optional()
        forkSignaling = try decoder.unsigned()
        parentBaseFee = try decoder.value()
    }
}
