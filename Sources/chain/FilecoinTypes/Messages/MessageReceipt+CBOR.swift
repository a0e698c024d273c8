public import CBOR

/// The chain form until network version 17: `[ExitCode, Return, GasUsed]`.
extension MessageReceipt: CBORCodable {
    public func encode(to encoder: inout CBOREncoder) {
        encoder.array(3)
        encoder.encode(exitCode)
        encoder.bytes(returnValue)
        encoder.encode(gasUsed)
    }

    public init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 3)
        exitCode = try decoder.value()
        returnValue = try decoder.bytes(max: ChainLimits.byteCount)
        gasUsed = try decoder.value()
    }
}
