public import Multiformats

/// What a proof of spacetime needs to know of a sector.
public struct SectorInfo: Hashable, Sendable {
    /// How the sector was sealed.
    public var sealProof: RegisteredSealProof
    /// The sector's number.
    public var sectorNumber: SectorNumber
    /// The commitment to the replica (CommR).
    public var sealedCID: CID

    /// Describes a sector.
    public init(sealProof: RegisteredSealProof, sectorNumber: SectorNumber, sealedCID: CID) {
        self.sealProof = sealProof
        self.sectorNumber = sectorNumber
        self.sealedCID = sealedCID
    }
}

/// The same with the commitment of the last seal before an update, as base info carries it since SnapDeals.
public struct ExtendedSectorInfo: Hashable, Sendable {
    /// How the sector was sealed.
    public var sealProof: RegisteredSealProof
    /// The sector's number.
    public var sectorNumber: SectorNumber
    /// The commitment to the sealed replica before the sector was updated; `nil` if it never was.
    public var sectorKey: CID?
    /// The commitment to the replica (CommR).
    public var sealedCID: CID

    /// Describes a sector.
    public init(
        sealProof: RegisteredSealProof,
        sectorNumber: SectorNumber,
        sectorKey: CID? = nil,
        sealedCID: CID
    ) {
        self.sealProof = sealProof
        self.sectorNumber = sectorNumber
        self.sectorKey = sectorKey
        self.sealedCID = sealedCID
    }
}

/// A piece of data in a sector.
public struct PieceInfo: Hashable, Sendable {
    /// The size in the sector.
    public var size: PaddedPieceSize
    /// The commitment to the data (CommP).
    public var pieceCID: CID

    /// Describes a piece.
    public init(size: PaddedPieceSize, pieceCID: CID) {
        self.size = size
        self.pieceCID = pieceCID
    }
}

/// A proof of spacetime, as a block or a message carries it.
public struct PoStProof: Hashable, Sendable {
    /// Which proof it is.
    public var postProof: RegisteredPoStProof
    /// The bytes of one or more Groth16 proofs.
    public var proofBytes: [UInt8]

    /// Wraps a proof.
    public init(postProof: RegisteredPoStProof, proofBytes: [UInt8]) {
        self.postProof = postProof
        self.proofBytes = proofBytes
    }
}
