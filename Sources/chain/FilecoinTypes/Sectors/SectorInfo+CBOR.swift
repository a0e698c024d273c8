public import CBOR
internal import Multiformats

/// The chain form: `[SealProof, SectorNumber, SealedCID]`.
extension SectorInfo: CBORCodable {
    public func encode(to encoder: inout CBOREncoder) {
        encoder.array(3)
        encoder.encode(sealProof)
        encoder.encode(sectorNumber)
        encoder.encode(sealedCID)
    }

    public init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 3)
        sealProof = try decoder.value()
        sectorNumber = try decoder.value()
        sealedCID = try decoder.value()
    }
}

/// The chain form: `[Size, PieceCID]`.
extension PieceInfo: CBORCodable {
    public func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(size)
        encoder.encode(pieceCID)
    }

    public init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        size = try decoder.value()
        pieceCID = try decoder.value()
    }
}

/// The chain form: `[PoStProof, ProofBytes]`.
extension PoStProof: CBORCodable {
    public func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(postProof)
        encoder.bytes(proofBytes)
    }

    public init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        postProof = try decoder.value()
        proofBytes = try decoder.bytes(max: ChainLimits.byteCount)
    }
}

/// The chain form: `[Miner, Number]`.
extension SectorID: CBORCodable {
    public func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(miner)
        encoder.encode(number)
    }

    public init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        miner = try decoder.value()
        number = try decoder.value()
    }
}
