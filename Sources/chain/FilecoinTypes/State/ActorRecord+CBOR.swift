public import CBOR
internal import Multiformats

/// The chain form until state tree version 4: `[Code, Head, Nonce, Balance]`.
extension ActorRecord: CBORCodable {
    public func encode(to encoder: inout CBOREncoder) {
        encoder.array(4)
        encoder.encode(code)
        encoder.encode(head)
        encoder.unsigned(nonce)
        encoder.encode(balance)
    }

    public init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 4)
        code = try decoder.value()
        head = try decoder.value()
        nonce = try decoder.unsigned()
        balance = try decoder.value()
    }
}

/// The chain form: `[Version, Actors, Info]`.
extension StateRoot: CBORCodable {
    public func encode(to encoder: inout CBOREncoder) {
        encoder.array(3)
        encoder.unsigned(version.rawValue)
        encoder.encode(actors)
        encoder.encode(info)
    }

    public init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 3)
        let number = try decoder.unsigned()
        guard let version = StateTreeVersion(rawValue: number) else {
            throw decoder.invalid("unsupported state tree version \(number)")
        }
        self.version = version
        actors = try decoder.value()
        info = try decoder.value()
    }
}

extension NetworkVersion: CBORCodable {}
