public import CBOR
internal import Multiformats

/// The form on the wire: `[Cids, Blocks, Height]`; the blocks alone decide.
extension Tipset: CBORCodable {
    public func encode(to encoder: inout CBOREncoder) {
        encoder.array(3)
        encoder.list(cids)
        encoder.list(blocks)
        encoder.encode(height)
    }

    public init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 3)
        let _: [CID] = try decoder.list(max: ChainLimits.listCount)
        let blocks: [BlockHeader] = try decoder.list(max: ChainLimits.listCount)
        let _: ChainEpoch = try decoder.value()
        do {
            try self.init(blocks)
        } catch {
            throw decoder.invalid("\(error)")
        }
    }
}
