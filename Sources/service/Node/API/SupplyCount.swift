import ActorRuntime
import BuiltinActors
import FilecoinTypes
import StateView

/// How much FIL circulates, counted actor by actor: what nobody has locked.
///
/// For people; the state machine counts otherwise, see `CirculatingSupply`.
///
/// - SeeAlso: lotus, `chain/stmgr/supply.go`, `GetCirculatingSupply`.
enum SupplyCount {
    /// Actors whose balance belongs to the network: system, init, reward, cron, power, verified registry,
    /// reserve, burnt funds, and the early allocations of the main network.
    private static let networkActors: Set<ActorID> = [0, 1, 2, 3, 4, 6, 90, 99, 122]

    static func circulating(in view: StateView, at epoch: ChainEpoch) throws -> TokenAmount {
        var total = TokenAmount.zero
        try view.tree.forEach { id, actor in
            if actor.balance.isZero || networkActors.contains(id) { return }
            total = total + (try free(of: id, actor, in: view, at: epoch))
        }
        return total
    }

    /// What of an actor's balance is not locked.
    private static func free(
        of id: ActorID,
        _ actor: ActorRecord,
        in view: StateView,
        at epoch: ChainEpoch
    ) throws -> TokenAmount {
        switch actor.actorCode?.kind {
        case .storageMarket:
            let market: MarketState = try view.store.get(actor.head)
            let locked =
                market.totalClientLockedCollateral + market.totalProviderLockedCollateral
                + market.totalClientStorageFee
            return actor.balance - locked
        case .storageMiner:
            let miner: MinerState = try view.store.get(actor.head)
            // A miner whose state locks more than it has counts as wholly locked.
            return (try? miner.availableBalance(actor.balance)) ?? .zero
        case .multisig:
            let multisig: MultisigState = try view.store.get(actor.head)
            let locked = multisig.amountLocked(after: epoch - multisig.startEpoch)
            return max(.zero, actor.balance - locked)
        case .account, .paymentChannel: return actor.balance
        default: return .zero
        }
    }
}
