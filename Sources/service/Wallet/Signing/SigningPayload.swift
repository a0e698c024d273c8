import BuiltinActors
import Bytes
import CBOR
import FilecoinCrypto
import FilecoinTypes
import Hashing
import Multiformats
import VenusAPI

/// What is really signed for a request.
///
/// The bytes are derived from the object that the request declares, so that nobody gets a signature over a
/// message by calling it something else. Bytes behind the object do not count, as in venus-wallet v1.2.0.
struct SigningPayload: Sendable {
    /// A block that must not be signed twice.
    struct Block: Sendable {
        let miner: Address
        let height: ChainEpoch
    }

    /// The bytes to sign.
    let bytes: [UInt8]
    /// The block that they are, if they are one.
    let block: Block?

    /// Decodes what a request declares.
    ///
    /// - Throws: ``WalletFailure`` that names the type and the defect.
    init(_ request: [UInt8], _ meta: SigningMeta, signer: Address) throws {
        guard let type = SigningType(rawValue: meta.type) else {
            throw WalletFailure("get sign bytes failed: unsupported msgtype:\(meta.type)")
        }
        if type == .message {
            bytes = try Self.message(meta.extra, signer: signer)
            block = nil
            return
        }
        do throws(CBORError) {
            var decoder = CBORDecoder(request)
            var block: Block?
            switch type {
            case .unknown, .message: bytes = request
            case .block:
                let header = try BlockHeader(from: &decoder)
                block = Block(miner: header.miner, height: header.height)
                bytes = header.signingBytes
            case .dealProposal: bytes = try DealProposal(from: &decoder).cborBytes()
            case .clientDeal:
                let deal = try ClientDealProposal(from: &decoder)
                // The market's own CIDs have SHA-256: version 1, DAG-CBOR, 32 bytes of hash.
                bytes = [0x01, 0x71, 0x12, 0x20] + SHA256.hash(deal.cborBytes())
            case .drawRandomParameters:
                let fields = try CBORFields(from: &decoder)
                bytes = try Self.drawnRandomness(fields)
            case .signedVoucher:
                var voucher = try SignedVoucher(from: &decoder)
                voucher.signature = nil
                bytes = voucher.cborBytes()
            case .storageAsk: bytes = try StorageAsk(from: &decoder).cborBytes()
            case .askResponse: bytes = try AskResponse(from: &decoder).ask.tupleBytes
            case .networkResponse: bytes = try DealResponse(from: &decoder).cborBytes()
            case .providerDealState: bytes = try ProviderDealState(from: &decoder).cborBytes()
            }
            self.block = block
        } catch {
            throw WalletFailure("get sign bytes failed: the bytes are no \(meta.type): \(error)")
        }
    }

    /// The CID of the message in `extra`, whatever the request had.
    private static func message(_ extra: [UInt8], signer: Address) throws(WalletFailure) -> [UInt8]
    {
        guard !extra.isEmpty else { throw WalletFailure("msg type must contain extra data") }
        let message: Message
        do throws(CBORError) {
            var decoder = CBORDecoder(extra)
            message = try Message(from: &decoder)
        } catch {
            throw WalletFailure("the extra data are no message: \(error)")
        }
        guard message.from == signer else {
            throw WalletFailure("singer does not match from in MSG")
        }
        return message.cid.bytes
    }

    /// The digest that a verifiable random function is computed of.
    ///
    /// The request is a map with text keys (`Rbase`, `Pers`, `Round`, `Entropy`), as the CBOR library of
    /// the first wallets wrote a Go structure.
    private static func drawnRandomness(_ fields: CBORFields) throws(CBORError) -> [UInt8] {
        var base = try fields.decoder("Rbase")
        var purpose = try fields.decoder("Pers")
        var round = try fields.decoder("Round")
        var entropy = try fields.decoder("Entropy")
        return Randomness.draw(
            baseDigest: BLAKE2b.hash256(try base.isNull() ? [] : base.bytes()),
            purpose: try purpose.signed(),
            round: ChainEpoch(rawValue: try round.signed()),
            entropy: try entropy.isNull() ? [] : entropy.bytes()
        )
    }
}
