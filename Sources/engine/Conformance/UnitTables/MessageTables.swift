internal import BuiltinActors
internal import Bytes
internal import CBOR
internal import FilecoinCrypto
internal import FilecoinTypes
internal import Hashing
internal import JSON
internal import Multiformats

extension KnownFileSet {
    /// Deals, vouchers and multisig proposals.
    static let messageTables: [KnownFile] = [
        table("market_proposals", proposal),
        table("paych_vouchers", voucher),
        table("multisig_amount_locked") { row in
            var state = MultisigState(
                signers: [],
                approvalsThreshold: 1,
                nextTransactionID: 0,
                initialBalance: 0,
                startEpoch: 0,
                unlockDuration: 0,
                pendingTransactions: CID.dagCBOR(hashing: [])
            )
            state.lock(try row.amount("initial"), from: 7, over: try row.epoch("unlock_duration"))
            try checkEqual(
                state.amountLocked(after: try row.epoch("elapsed")),
                try row.amount("locked"),
                "locked"
            )
        },
        table("multisig_proposal_hash") { row in
            let data = ProposalHashData(
                requester: try row.address("requester"),
                to: try row.address("to"),
                value: try row.amount("value"),
                method: MethodNumber(rawValue: try row.unsigned("method")),
                params: try row.hex("params")
            )
            try checkEqual(data.cborBytes().hex, try row.text("cbor"), "CBOR")
            try checkEqual(
                BLAKE2b.hash256(data.cborBytes()).hex,
                try row.text("hash"),
                "hash"
            )
        },
    ]

    @Sendable private static func proposal(_ row: JSONValue) throws {
        let bytes = try row.hex("proposal_cbor")
        let proposal = try DealProposal(cbor: bytes)
        try checkEqual(proposal.cborBytes().hex, bytes.hex, "CBOR")
        try checkEqual(proposal.cid.description, try row.text("proposal_cid"), "CID")
        let fields = try row.member("proposal")
        for (name, found) in [
            ("Client", proposal.client.text(on: .mainnet)),
            ("Provider", proposal.provider.text(on: .mainnet)),
            ("Label", String(decoding: proposal.label, as: UTF8.self)),
            ("StoragePricePerEpoch", "\(proposal.storagePricePerEpoch.attoFIL)"),
            ("ProviderCollateral", "\(proposal.providerCollateral.attoFIL)"),
            ("ClientCollateral", "\(proposal.clientCollateral.attoFIL)"),
        ] {
            try checkEqual(found, try fields.text(name), name)
        }
        try checkEqual(
            proposal.pieceCID.description,
            try fields.member("PieceCID").text("/"),
            "PieceCID"
        )
        try checkEqual(proposal.pieceSize.rawValue, try fields.unsigned("PieceSize"), "PieceSize")
        try checkEqual(proposal.isVerified, try fields.flag("VerifiedDeal"), "VerifiedDeal")
        try checkEqual(proposal.startEpoch, try fields.epoch("StartEpoch"), "StartEpoch")
        try checkEqual(proposal.endEpoch, try fields.epoch("EndEpoch"), "EndEpoch")

        try checkEqual(proposal.weight, try row.big("deal_weight"), "weight")
        try checkEqual(proposal.totalStorageFee, try row.amount("total_storage_fee"), "fee")
        try checkEqual(
            proposal.clientBalanceRequirement,
            try row.amount("client_requirement"),
            "client's requirement"
        )
        try checkEqual(
            proposal.providerCollateral,
            try row.amount("provider_requirement"),
            "provider's requirement"
        )
        try checkEqual(
            MarketPolicy.minProviderCollateral(
                pieceSize: PaddedPieceSize(rawValue: try row.unsigned("piece_size")),
                networkRawPower: try row.big("network_raw"),
                baselinePower: try row.big("baseline"),
                circulatingSupply: try row.amount("circulating")
            ),
            try row.amount("min_provider_collateral"),
            "least collateral"
        )
        try checkEqual(
            MarketPolicy.firstUpdate(
                start: try row.epoch("start"),
                deal: DealID(rawValue: try row.unsigned("deal_id"))
            ),
            try row.epoch("next_update_epoch"),
            "next update"
        )
    }

    @Sendable private static func voucher(_ row: JSONValue) throws {
        let bytes = try row.hex("voucher_cbor")
        let voucher = try SignedVoucher(cbor: bytes)
        try checkEqual(voucher.cborBytes().hex, bytes.hex, "CBOR")
        let fields = try row.member("voucher")
        try checkEqual(
            voucher.channel.text(on: .mainnet),
            try fields.text("ChannelAddr"),
            "ChannelAddr"
        )
        try checkEqual(voucher.timeLockMin, try fields.epoch("TimeLockMin"), "TimeLockMin")
        try checkEqual(voucher.timeLockMax, try fields.epoch("TimeLockMax"), "TimeLockMax")
        try checkEqual(voucher.lane, try fields.unsigned("Lane"), "Lane")
        try checkEqual(voucher.nonce, try fields.unsigned("Nonce"), "Nonce")
        try checkEqual(voucher.amount, try fields.big("Amount"), "Amount")
        try checkEqual(
            voucher.minSettleHeight,
            try fields.epoch("MinSettleHeight"),
            "MinSettleHeight"
        )
        try checkEqual(voucher.merges.count, fields["Merges"]?.array?.count ?? 0, "Merges")

        var unsigned = voucher
        unsigned.signature = nil
        let plaintext = unsigned.cborBytes()
        try checkEqual(plaintext.hex, try row.text("signing_bytes"), "signing bytes")
        guard let signature = voucher.signature else { throw TestDataError("no signature") }
        let signer = try row.address("address")
        try signature.verify(plaintext, by: signer)
        let key = try SigningKey(
            KeyInfo(type: .secp256k1, privateKey: SecretBytes(try row.hex("private_key")))
        )
        try checkEqual(key.address, signer, "address of the key")
        try checkEqual(
            key.sign(plaintext).data.hex,
            try row.text("signature"),
            "signature"
        )
    }
}
