public import CBOR
internal import Multiformats

/// The chain form: the eleven fields in the order of declaration.
extension DealProposal: CBORCodable {
    public func encode(to encoder: inout CBOREncoder) {
        encoder.array(11)
        encoder.encode(pieceCID)
        encoder.encode(pieceSize)
        encoder.bool(isVerified)
        encoder.encode(client)
        encoder.encode(provider)
        encoder.textBytes(label)
        encoder.encode(startEpoch)
        encoder.encode(endEpoch)
        encoder.encode(storagePricePerEpoch)
        encoder.encode(providerCollateral)
        encoder.encode(clientCollateral)
    }

    public init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 11)
        pieceCID = try decoder.value()
        pieceSize = try decoder.value()
        isVerified = try decoder.bool()
        client = try decoder.value()
        provider = try decoder.value()
        label = try decoder.textBytes()
        startEpoch = try decoder.value()
        endEpoch = try decoder.value()
        storagePricePerEpoch = try decoder.value()
        providerCollateral = try decoder.value()
        clientCollateral = try decoder.value()
    }
}
