internal import ActorRuntime
internal import FilecoinTypes

/// The parts of the market's state that a method has loaded, and what it changed in them.
///
/// Parts are loaded and written in one fixed order, whatever the method needs of them: gas counts it.
///
/// Source: specs-actors, `marketStateMutation`.
struct MarketTables {
    /// A part of the state.
    struct Parts: OptionSet {
        let rawValue: Int
        static let proposals = Parts(rawValue: 1)
        static let states = Parts(rawValue: 2)
        static let locked = Parts(rawValue: 4)
        static let escrow = Parts(rawValue: 8)
        static let pending = Parts(rawValue: 16)
        static let operations = Parts(rawValue: 32)
    }

    /// Why an amount is locked.
    enum LockReason { case clientCollateral, clientStorageFee, providerCollateral }

    private let written: Parts
    // A part that was not named is an empty one without a root; no method touches it.
    var proposals: ADTArray<DealProposal>
    var states: ADTArray<DealState>
    var locked: BalanceTable
    var escrow: BalanceTable
    var pending: ADTSet
    var operations: DealOperations
    private var totalClientLockedCollateral: TokenAmount
    private var totalProviderLockedCollateral: TokenAmount
    private var totalClientStorageFee: TokenAmount
    private var nextID: DealID

    /// Loads parts: those in `reading` are used only, those in `writing` are written by ``commit(to:)``.
    init(
        _ state: MarketState,
        store: ActorStore,
        reading: Parts = [],
        writing: Parts = []
    ) throws(ActorError) {
        written = writing
        let parts = reading.union(writing)
        totalClientLockedCollateral = state.totalClientLockedCollateral
        totalProviderLockedCollateral = state.totalProviderLockedCollateral
        totalClientStorageFee = state.totalClientStorageFee
        nextID = state.nextID
        proposals =
            parts.contains(.proposals)
            ? try state.proposalArray(store)
            : ADTArray(emptyIn: store, bitWidth: MarketState.proposalsBitWidth)
        states =
            parts.contains(.states)
            ? try state.stateArray(store)
            : ADTArray(emptyIn: store, bitWidth: MarketState.statesBitWidth)
        locked =
            parts.contains(.locked)
            ? try BalanceTable(store: store, root: state.lockedTable)
            : BalanceTable(emptyIn: store)
        escrow =
            parts.contains(.escrow)
            ? try BalanceTable(store: store, root: state.escrowTable)
            : BalanceTable(emptyIn: store)
        pending =
            parts.contains(.pending)
            ? try ADTSet(store: store, root: state.pendingProposals) : ADTSet(emptyIn: store)
        operations =
            parts.contains(.operations)
            ? try DealOperations(store: store, root: state.dealOpsByEpoch)
            : DealOperations(emptyIn: store)
    }

    /// Writes the parts that were loaded for writing.
    mutating func commit(to state: inout MarketState) throws(ActorError) {
        if written.contains(.proposals) { state.proposals = try proposals.root() }
        if written.contains(.states) { state.states = try states.root() }
        if written.contains(.locked) {
            state.lockedTable = try locked.root()
            state.totalClientLockedCollateral = totalClientLockedCollateral
            state.totalProviderLockedCollateral = totalProviderLockedCollateral
            state.totalClientStorageFee = totalClientStorageFee
        }
        if written.contains(.escrow) { state.escrowTable = try escrow.root() }
        if written.contains(.pending) { state.pendingProposals = try pending.root() }
        if written.contains(.operations) { state.dealOpsByEpoch = try operations.root() }
        state.nextID = nextID
    }

    /// Returns the number for a new deal.
    mutating func generateDealID() -> DealID {
        defer { nextID = DealID(nextID.rawValue + 1) }
        return nextID
    }

    /// Returns a proposal that must exist.
    mutating func proposal(_ id: DealID) throws(ActorError) -> DealProposal {
        guard let proposal = try proposals.get(id.rawValue) else {
            throw .notFound("no such deal \(id)")
        }
        return proposal
    }

    // MARK: - Balances

    /// Whether `address` has `amount` in escrow that is not locked.
    mutating func covers(_ address: Address, _ amount: TokenAmount) throws(ActorError) -> Bool {
        let already = try locked.get(address)
        return try already + amount <= escrow.get(address)
    }

    /// Locks what client and provider must have for a deal.
    mutating func lock(_ proposal: DealProposal) throws(ActorError) {
        try lock(proposal.client, proposal.clientBalanceRequirement)
        try lock(proposal.provider, proposal.providerCollateral)
        totalClientLockedCollateral += proposal.clientCollateral
        totalClientStorageFee += proposal.totalStorageFee
        totalProviderLockedCollateral += proposal.providerCollateral
    }

    private mutating func lock(_ address: Address, _ amount: TokenAmount) throws(ActorError) {
        if amount.isNegative { throw .uncoded("cannot lock negative amount \(amount)") }
        let already = try locked.get(address)
        let inEscrow = try escrow.get(address)
        if already + amount > inEscrow {
            throw .insufficientFunds(
                "insufficient balance for \(address): escrow \(inEscrow) < locked \(already) + required \(amount)"
            )
        }
        try locked.add(address, amount)
    }

    /// Unlocks an amount that stays in escrow.
    mutating func unlock(
        _ address: Address,
        _ amount: TokenAmount,
        _ reason: LockReason
    ) throws(ActorError) {
        if amount.isNegative { throw .uncoded("unlock negative amount \(amount)") }
        try locked.mustSubtract(address, amount)
        switch reason {
        case .clientCollateral: totalClientLockedCollateral -= amount
        case .clientStorageFee: totalClientStorageFee -= amount
        case .providerCollateral: totalProviderLockedCollateral -= amount
        }
    }

    /// Moves a locked storage fee from the client to the provider.
    private mutating func pay(
        from client: Address,
        to provider: Address,
        _ amount: TokenAmount
    ) throws(ActorError) {
        try escrow.mustSubtract(client, amount)
        try unlock(client, amount, .clientStorageFee)
        try escrow.add(provider, amount)
    }

    /// Takes a locked amount out of escrow, to be burnt.
    private mutating func slash(
        _ address: Address,
        _ amount: TokenAmount,
        _ reason: LockReason
    ) throws(ActorError) {
        if amount.isNegative { throw .uncoded("negative amount to slash: \(amount)") }
        try escrow.mustSubtract(address, amount)
        try unlock(address, amount, reason)
    }

    // MARK: - The life of a deal

    /// What became of an active deal.
    struct Progress {
        var slashed = TokenAmount.zero
        /// When to look at the deal again; `nil` when it is over.
        var nextEpoch: ChainEpoch?
    }

    /// Pays for the epochs since the last update, and ends the deal if its time has come.
    mutating func update(
        _ deal: DealProposal,
        _ state: DealState,
        at epoch: ChainEpoch
    ) throws(ActorError) -> Progress {
        let isUpdated = state.lastUpdatedEpoch != .undefined
        let isSlashed = state.slashEpoch != .undefined
        if isUpdated && state.lastUpdatedEpoch > epoch {
            throw .illegalState("deal updated at future epoch \(state.lastUpdatedEpoch)")
        }
        // Cron looks at a deal from its start on; an earlier one would be put off to "undefined".
        if deal.startEpoch > epoch { return Progress(nextEpoch: .undefined) }
        var paymentEnd = deal.endEpoch
        if isSlashed {
            guard epoch >= state.slashEpoch, state.slashEpoch <= deal.endEpoch else {
                throw .illegalState("deal slash epoch \(state.slashEpoch) out of range")
            }
            paymentEnd = state.slashEpoch
        } else if epoch < paymentEnd {
            paymentEnd = epoch
        }
        var paymentStart = deal.startEpoch
        if isUpdated && state.lastUpdatedEpoch > paymentStart {
            paymentStart = state.lastUpdatedEpoch
        }
        let payment = deal.storagePricePerEpoch * (paymentEnd - paymentStart).rawValue
        if payment.isPositive { try pay(from: deal.client, to: deal.provider, payment) }

        if isSlashed {
            let from = max(state.slashEpoch, deal.startEpoch)
            let remaining = deal.storagePricePerEpoch * (deal.endEpoch - from).rawValue
            try unlock(deal.client, remaining, .clientStorageFee)
            try unlock(deal.client, deal.clientCollateral, .clientCollateral)
            try slash(deal.provider, deal.providerCollateral, .providerCollateral)
            return Progress(slashed: deal.providerCollateral)
        }
        if epoch >= deal.endEpoch {
            guard state.sectorStartEpoch != .undefined else {
                throw .illegalState("sector start epoch undefined")
            }
            try unlock(deal.provider, deal.providerCollateral, .providerCollateral)
            try unlock(deal.client, deal.clientCollateral, .clientCollateral)
            return Progress()
        }
        return Progress(nextEpoch: epoch + MarketPolicy.dealUpdatesInterval)
    }

    /// Ends a deal that was not activated in time and returns what the provider loses.
    mutating func timeOut(_ deal: DealProposal) throws(ActorError) -> TokenAmount {
        try unlock(deal.client, deal.totalStorageFee, .clientStorageFee)
        try unlock(deal.client, deal.clientCollateral, .clientCollateral)
        try slash(deal.provider, deal.providerCollateral, .providerCollateral)
        // The reference also unlocks what remains of the collateral, which is nothing; it reads and writes
        // the table all the same.
        try unlock(deal.provider, .zero, .providerCollateral)
        return deal.providerCollateral
    }
}
