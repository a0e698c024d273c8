package import ActorRuntime
internal import Bytes
package import CBOR
package import FilecoinTypes
package import Multiformats

/// The state of the storage market actor.
///
/// CBOR: the eleven fields in the order of declaration.
///
/// Source: specs-actors, `builtin/market/market_state.go`.
package struct MarketState: Hashable, Sendable {
    static let proposalsBitWidth = 5
    static let statesBitWidth = 6

    /// AMT of ``DealProposal`` by deal.
    package var proposals: CID
    /// AMT of ``DealState`` by deal, from activation on.
    package var states: CID
    /// Set of the CIDs of proposals that are published and not activated yet.
    package var pendingProposals: CID
    /// Balances by address, locked parts included.
    package var escrowTable: CID
    /// The locked parts of the balances.
    package var lockedTable: CID
    /// The number of the next deal.
    package var nextID: DealID
    /// HAMT by epoch of sets of deals to look at then.
    package var dealOpsByEpoch: CID
    /// The last epoch that cron processed.
    package var lastCron: ChainEpoch
    package var totalClientLockedCollateral: TokenAmount
    package var totalProviderLockedCollateral: TokenAmount
    package var totalClientStorageFee: TokenAmount

    /// Creates the state of a market without deals.
    package init(store: ActorStore) throws(ActorError) {
        proposals = try ADTArray<DealProposal>.emptyRoot(
            in: store,
            bitWidth: Self.proposalsBitWidth
        )
        states = try ADTArray<DealState>.emptyRoot(in: store, bitWidth: Self.statesBitWidth)
        pendingProposals = try ADTMap<CBORNull>.emptyRoot(in: store)
        dealOpsByEpoch = try ADTMap<CID>.emptyRoot(in: store)
        escrowTable = try BalanceTable.emptyRoot(in: store)
        lockedTable = escrowTable
        nextID = 0
        lastCron = -1
        totalClientLockedCollateral = .zero
        totalProviderLockedCollateral = .zero
        totalClientStorageFee = .zero
    }

    /// Loads the proposals.
    package func proposalArray(
        _ store: ActorStore
    ) throws(ActorError) -> ADTArray<DealProposal> {
        try ADTArray(store: store, root: proposals, bitWidth: Self.proposalsBitWidth)
    }

    /// Loads the states of activated deals.
    package func stateArray(_ store: ActorStore) throws(ActorError) -> ADTArray<DealState> {
        try ADTArray(store: store, root: states, bitWidth: Self.statesBitWidth)
    }
}

extension MarketState: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(11)
        encoder.encode(proposals)
        encoder.encode(states)
        encoder.encode(pendingProposals)
        encoder.encode(escrowTable)
        encoder.encode(lockedTable)
        encoder.encode(nextID)
        encoder.encode(dealOpsByEpoch)
        encoder.encode(lastCron)
        encoder.encode(totalClientLockedCollateral)
        encoder.encode(totalProviderLockedCollateral)
        encoder.encode(totalClientStorageFee)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 11)
        proposals = try decoder.value()
        states = try decoder.value()
        pendingProposals = try decoder.value()
        escrowTable = try decoder.value()
        lockedTable = try decoder.value()
        nextID = try decoder.value()
        dealOpsByEpoch = try decoder.value()
        lastCron = try decoder.value()
        totalClientLockedCollateral = try decoder.value()
        totalProviderLockedCollateral = try decoder.value()
        totalClientStorageFee = try decoder.value()
    }
}

/// Deals by the epoch in which cron looks at them: a map of sets.
struct DealOperations {
    private var map: ADTMap<CID>
    private let store: ActorStore

    init(store: ActorStore, root: CID) throws(ActorError) {
        self.store = store
        map = try ADTMap(store: store, root: root)
    }

    init(emptyIn store: ActorStore) {
        self.store = store
        map = ADTMap(emptyIn: store)
    }

    mutating func root() throws(ActorError) -> CID { try map.root() }

    private mutating func set(at epoch: ChainEpoch) throws(ActorError) -> ADTSet? {
        guard let root = try map.get(Self.key(epoch)) else { return nil }
        return try ADTSet(store: store, root: root)
    }

    /// Adds deals to an epoch.
    mutating func add(_ deals: [DealID], at epoch: ChainEpoch) throws(ActorError) {
        var set = try set(at: epoch) ?? ADTSet(emptyIn: store)
        for deal in deals { try set.put(.unsigned(deal.rawValue)) }
        try map.put(Self.key(epoch), try set.root())
    }

    /// Returns the deals of an epoch, in the order of the hashes of their numbers.
    mutating func deals(at epoch: ChainEpoch) throws(ActorError) -> [DealID] {
        guard var set = try set(at: epoch) else { return [] }
        var deals: [DealID] = []
        try set.forEach { (key) throws(ActorError) in
            var offset = 0
            guard let number = try? Varint.decode(key.bytes, at: &offset) else {
                throw .uncoded("invalid deal key \(key.bytes)")
            }
            deals.append(DealID(number))
        }
        return deals
    }

    /// Removes an epoch, if it is there.
    mutating func removeAll(at epoch: ChainEpoch) throws(ActorError) {
        _ = try map.tryDelete(Self.key(epoch))
    }

    private static func key(_ epoch: ChainEpoch) -> ADTKey {
        .unsigned(UInt64(bitPattern: epoch.rawValue))
    }
}
