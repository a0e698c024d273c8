public import CBOR

extension Message: CBORCodable {
    public func encode(to encoder: inout CBOREncoder) {
        encoder.array(10)
        encoder.unsigned(version)
        encoder.encode(to)
        encoder.encode(from)
        encoder.unsigned(nonce)
        encoder.encode(value)
        encoder.encode(gasLimit)
        encoder.encode(gasFeeCap)
        encoder.encode(gasPremium)
        encoder.encode(method)
        encoder.bytes(params)
    }

    public init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 10)
        version = try decoder.unsigned()
        to = try decoder.value()
        from = try decoder.value()
        nonce = try decoder.unsigned()
        value = try decoder.value()
        gasLimit = try decoder.value()
        gasFeeCap = try decoder.value()
        gasPremium = try decoder.value()
        method = try decoder.value()
        params = try decoder.bytes(max: ChainLimits.byteCount)
        emptyParams = .null
    }
}

/// The chain form: `[Message, Signature]`.
extension SignedMessage: CBORCodable {
    public func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(message)
        encoder.encode(signature)
    }

    public init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        message = try decoder.value()
        signature = try decoder.value()
    }
}
