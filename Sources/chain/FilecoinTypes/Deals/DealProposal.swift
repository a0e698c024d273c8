public import Multiformats

/// What client and provider agree to store.
public struct DealProposal: Hashable, Sendable {
    /// The commitment to the piece (CommP).
    public var pieceCID: CID
    /// The size in the sector.
    public var pieceSize: PaddedPieceSize
    /// Whether the client pays with data cap, which makes the sector's space count more.
    public var isVerified: Bool
    /// Who pays.
    public var client: Address
    /// The miner that stores it.
    public var provider: Address
    /// Chosen by the client; the chain does not require UTF-8.
    public var label: [UInt8]
    /// By when the data must be in a proven sector.
    public var startEpoch: ChainEpoch
    /// When the deal ends.
    public var endEpoch: ChainEpoch
    /// In attoFIL for the whole piece.
    public var storagePricePerEpoch: TokenAmount
    /// What the provider loses if the data is lost.
    public var providerCollateral: TokenAmount
    /// What the client puts up besides the price.
    public var clientCollateral: TokenAmount

    /// Describes a deal.
    public init(
        pieceCID: CID,
        pieceSize: PaddedPieceSize,
        isVerified: Bool,
        client: Address,
        provider: Address,
        label: [UInt8],
        startEpoch: ChainEpoch,
        endEpoch: ChainEpoch,
        storagePricePerEpoch: TokenAmount,
        providerCollateral: TokenAmount,
        clientCollateral: TokenAmount
    ) {
        self.pieceCID = pieceCID
        self.pieceSize = pieceSize
        self.isVerified = isVerified
        self.client = client
        self.provider = provider
        self.label = label
        self.startEpoch = startEpoch
        self.endEpoch = endEpoch
        self.storagePricePerEpoch = storagePricePerEpoch
        self.providerCollateral = providerCollateral
        self.clientCollateral = clientCollateral
    }
}
