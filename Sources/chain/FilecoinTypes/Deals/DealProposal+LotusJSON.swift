public import JSON
internal import Multiformats

extension DealProposal: JSONCodable {
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("PieceCID", pieceCID)
            writer.member("PieceSize", pieceSize)
            writer.member("VerifiedDeal", isVerified)
            writer.member("Client", client)
            writer.member("Provider", provider)
            // JSON has no form for what is not UTF-8: it is replaced, as in Go.
            writer.member("Label", String(decoding: label, as: UTF8.self))
            writer.member("StartEpoch", startEpoch)
            writer.member("EndEpoch", endEpoch)
            writer.member("StoragePricePerEpoch", storagePricePerEpoch)
            writer.member("ProviderCollateral", providerCollateral)
            writer.member("ClientCollateral", clientCollateral)
        }
    }

    public init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        pieceCID = try object.decode("PieceCID")
        pieceSize = try object.decode("PieceSize")
        isVerified = try object.decode("VerifiedDeal")
        client = try object.decode("Client")
        provider = try object.decode("Provider")
        label = Array(try object.decode("Label", as: String.self).utf8)
        startEpoch = try object.decode("StartEpoch")
        endEpoch = try object.decode("EndEpoch")
        storagePricePerEpoch = try object.decode("StoragePricePerEpoch")
        providerCollateral = try object.decode("ProviderCollateral")
        clientCollateral = try object.decode("ClientCollateral")
    }
}
