import ActorRuntime
import BigIntegers
import BuiltinActors
import CBOR
import FilecoinTypes
import Multiformats

/// Deals of 256 bytes between ``client`` and a miner.
extension RuleWorld {
    /// A deal of 180 days for one FIL per epoch, secured by 50 FIL of the provider and 20 of the client.
    func proposal(
        _ miner: ActorID,
        label: String = "",
        isVerified: Bool = false,
        start: ChainEpoch? = nil,
        duration: ChainEpoch = 180 * 2880
    ) -> DealProposal {
        let start = start ?? epoch + 100
        return DealProposal(
            pieceCID: CID(
                codec: .filCommitmentUnsealed,
                multihash: Multihash(
                    code: .sha256Truncated254Padded,
                    digest: [UInt8](repeating: 1, count: 32)
                )
            ),
            pieceSize: 256,
            isVerified: isVerified,
            client: .id(Self.client),
            provider: .id(miner),
            label: Array(label.utf8),
            startEpoch: start,
            endEpoch: start + duration,
            storagePricePerEpoch: TokenAmount(Self.dealPrice),
            providerCollateral: .fil(50),
            clientCollateral: .fil(20)
        )
    }

    /// What a deal costs per epoch, in attoFIL: a thousandth of a FIL.
    static let dealPrice: Int128 = 1_000_000_000_000_000

    /// Puts money into escrow for an account or a miner.
    func addBalance(_ amount: TokenAmount, of id: ActorID) throws {
        try send(2, to: .market, from: Self.other, Address.id(id), value: amount)
    }

    func publish(
        _ proposals: [DealProposal],
        signature: UInt8 = 1
    ) throws -> PublishStorageDealsReturn {
        let deals = proposals.map {
            ClientDealProposal(
                proposal: $0,
                clientSignature: Signature(type: .bls, data: [signature])
            )
        }
        let returned = try send(
            4,
            to: .market,
            from: Self.owner,
            PublishStorageDealsParameters(deals: deals)
        )
        return try PublishStorageDealsReturn(cbor: returned)
    }

    /// Activates deals, as a miner does when their sector is proven.
    func activate(_ deals: [DealID], of miner: ActorID) throws {
        try send(
            MarketMethod.activateDeals,
            to: .market,
            from: miner,
            ActivateDealsParameters(dealIDs: deals, sectorExpiry: epoch + 1_000_000)
        )
    }

    /// Lets the market look after its deals at the present epoch.
    func runMarket() throws { try send(MarketMethod.cronTick, to: .market, from: .cron) }

    func market() throws -> MarketState { try state(of: .market) }

    /// What an account or a miner has in escrow, and how much of it is locked.
    func escrow(of id: ActorID) throws -> (total: TokenAmount, locked: TokenAmount) {
        let state = try market()
        var escrow = try BalanceTable(store: store, root: state.escrowTable)
        var locked = try BalanceTable(store: store, root: state.lockedTable)
        return (try escrow.get(.id(id)), try locked.get(.id(id)))
    }

    /// The first epoch at or after `start` in which the market looks at a deal: number modulo day, from the
    /// beginning of a day.
    func firstUpdate(_ deal: DealID, start: ChainEpoch) -> ChainEpoch {
        let offset = Int64(deal.rawValue % 2880)
        let day = start.rawValue / 2880
        let today = day * 2880 + offset
        return ChainEpoch(today >= start.rawValue ? today : today + 2880)
    }

    // MARK: - Data cap

    func dataCap(of id: ActorID) throws -> BigInt? {
        let state: VerifiedRegistryState = try state(of: .verifiedRegistry)
        var clients = try ADTMap<DataCap>(store: store, root: state.verifiedClients)
        return try clients.get(.actor(id))?.bytes
    }

    /// Makes ``reporter`` a verifier, who gives ``client`` data cap.
    func giveDataCap(_ bytes: BigInt) throws {
        try send(
            VerifiedRegistryMethod.addVerifier,
            to: .verifiedRegistry,
            from: Self.registryRoot,
            AllowanceParameters(address: .id(Self.reporter), allowance: bytes)
        )
        try send(
            VerifiedRegistryMethod.addVerifiedClient,
            to: .verifiedRegistry,
            from: Self.reporter,
            AllowanceParameters(address: .id(Self.client), allowance: bytes)
        )
    }
}
