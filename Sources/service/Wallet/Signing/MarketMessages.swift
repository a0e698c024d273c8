import BigIntegers
import BuiltinActors
import CBOR
import FilecoinTypes
import Multiformats

// Messages of the storage market that parties sign outside the chain. They travel as CBOR maps whose keys
// are the names of the fields, in the order of declaration (go-fil-markets v1).

/// What a provider charges.
struct StorageAsk: Hashable, Sendable {
    /// attoFIL per GiB and epoch.
    var price: TokenAmount
    var verifiedPrice: TokenAmount
    /// Bytes, padded.
    var minimumPieceSize: UInt64
    var maximumPieceSize: UInt64
    var miner: Address
    var timestamp: ChainEpoch
    var expiry: ChainEpoch
    var sequenceNumber: UInt64

    /// The form that parties signed before the maps: a tuple of the fields.
    var tupleBytes: [UInt8] {
        var encoder = CBOREncoder()
        encoder.array(8)
        encoder.encode(price)
        encoder.encode(verifiedPrice)
        encoder.unsigned(minimumPieceSize)
        encoder.unsigned(maximumPieceSize)
        encoder.encode(miner)
        encoder.encode(timestamp)
        encoder.encode(expiry)
        encoder.unsigned(sequenceNumber)
        return encoder.bytes
    }
}

extension StorageAsk: CBORCodable {
    func encode(to encoder: inout CBOREncoder) {
        encoder.map(8)
        encoder.text("Price")
        encoder.encode(price)
        encoder.text("VerifiedPrice")
        encoder.encode(verifiedPrice)
        encoder.text("MinPieceSize")
        encoder.unsigned(minimumPieceSize)
        encoder.text("MaxPieceSize")
        encoder.unsigned(maximumPieceSize)
        encoder.text("Miner")
        encoder.encode(miner)
        encoder.text("Timestamp")
        encoder.encode(timestamp)
        encoder.text("Expiry")
        encoder.encode(expiry)
        encoder.text("SeqNo")
        encoder.unsigned(sequenceNumber)
    }

    init(from decoder: inout CBORDecoder) throws(CBORError) {
        let fields = try CBORFields(from: &decoder)
        price = try fields.value("Price")
        verifiedPrice = try fields.value("VerifiedPrice")
        minimumPieceSize = try fields.unsigned("MinPieceSize")
        maximumPieceSize = try fields.unsigned("MaxPieceSize")
        miner = try fields.value("Miner")
        timestamp = try fields.value("Timestamp")
        expiry = try fields.value("Expiry")
        sequenceNumber = try fields.unsigned("SeqNo")
    }
}

/// The answer to a question for an ask: `{"Ask": {"Ask": ask, "Signature": bytes}}`.
struct AskResponse: Hashable, Sendable, CBORDecodable {
    var ask: StorageAsk

    init(from decoder: inout CBORDecoder) throws(CBORError) {
        var signed = try CBORFields(from: &decoder).decoder("Ask")
        let fields = try CBORFields(from: &signed)
        ask = try fields.value("Ask")
        // It must be there and well formed, even though it is not part of what is signed.
        var signature = try fields.decoder("Signature")
        if try !signature.isNull() { _ = try Signature(from: &signature) }
    }
}

/// What a provider answers to a deal proposal.
struct DealResponse: Hashable, Sendable {
    var state: UInt64
    var message: String
    var proposal: CID
    var publishMessage: CID?
}

extension DealResponse: CBORCodable {
    func encode(to encoder: inout CBOREncoder) {
        encoder.map(4)
        encoder.text("State")
        encoder.unsigned(state)
        encoder.text("Message")
        encoder.text(message)
        encoder.text("Proposal")
        encoder.encode(proposal)
        encoder.text("PublishMessage")
        encoder.optional(publishMessage)
    }

    init(from decoder: inout CBORDecoder) throws(CBORError) {
        let fields = try CBORFields(from: &decoder)
        state = try fields.unsigned("State")
        message = try fields.text("Message")
        proposal = try fields.value("Proposal")
        publishMessage = try fields.optional("PublishMessage")
    }
}

/// What a provider tells about a deal.
struct ProviderDealState: Hashable, Sendable {
    var state: UInt64
    var message: String
    var proposal: DealProposal?
    var proposalCID: CID?
    var addFundsCID: CID?
    var publishCID: CID?
    var dealID: UInt64
    var isFastRetrieval: Bool
}

extension ProviderDealState: CBORCodable {
    func encode(to encoder: inout CBOREncoder) {
        encoder.map(8)
        encoder.text("State")
        encoder.unsigned(state)
        encoder.text("Message")
        encoder.text(message)
        encoder.text("Proposal")
        encoder.optional(proposal)
        encoder.text("ProposalCid")
        encoder.optional(proposalCID)
        encoder.text("AddFundsCid")
        encoder.optional(addFundsCID)
        encoder.text("PublishCid")
        encoder.optional(publishCID)
        encoder.text("DealID")
        encoder.unsigned(dealID)
        encoder.text("FastRetrieval")
        encoder.bool(isFastRetrieval)
    }

    init(from decoder: inout CBORDecoder) throws(CBORError) {
        let fields = try CBORFields(from: &decoder)
        state = try fields.unsigned("State")
        message = try fields.text("Message")
        proposal = try fields.optional("Proposal")
        proposalCID = try fields.optional("ProposalCid")
        addFundsCID = try fields.optional("AddFundsCid")
        publishCID = try fields.optional("PublishCid")
        dealID = try fields.unsigned("DealID")
        var flag = try fields.decoder("FastRetrieval")
        isFastRetrieval = try flag.bool()
    }
}
