internal import BigIntegers
public import JSON
internal import Multiformats

/// The API form: the fields under their Go names; empty lists are `null`.
extension BlockHeader: JSONCodable {
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Miner", miner)
            writer.member("Ticket", ticket)
            writer.member("ElectionProof", electionProof)
            writer.key("BeaconEntries")
            writer.nullIfEmpty(beaconEntries)
            writer.key("WinPoStProof")
            writer.nullIfEmpty(winPoStProof)
            writer.key("Parents")
            writer.nullIfEmpty(parents)
            writer.member("ParentWeight", parentWeight.description)
            writer.member("Height", height)
            writer.member("ParentStateRoot", parentStateRoot)
            writer.member("ParentMessageReceipts", parentMessageReceipts)
            writer.member("Messages", messages)
            writer.member("BLSAggregate", blsAggregate)
            writer.member("Timestamp", timestamp)
            writer.member("BlockSig", blockSignature)
            writer.member("ForkSignaling", forkSignaling)
            writer.member("ParentBaseFee", parentBaseFee)
        }
    }

    public init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        miner = try object.decode("Miner")
        ticket = try object.decodeIfPresent("Ticket")
        electionProof = try object.decodeIfPresent("ElectionProof")
        beaconEntries = try object.decode("BeaconEntries", default: [])
        winPoStProof = try object.decode("WinPoStProof", default: [])
        parents = try object.decode("Parents", default: [])
        parentWeight = try object.decode("ParentWeight", as: TokenAmount.self).attoFIL
        height = try object.decode("Height")
        parentStateRoot = try object.decode("ParentStateRoot")
        parentMessageReceipts = try object.decode("ParentMessageReceipts")
        messages = try object.decode("Messages")
        blsAggregate = try object.decodeIfPresent("BLSAggregate")
        timestamp = try object.decode("Timestamp")
        blockSignature = try object.decodeIfPresent("BlockSig")
        forkSignaling = try object.decode("ForkSignaling", default: 0)
        parentBaseFee = try object.decode("ParentBaseFee")
    }
}
