internal import ActorRuntime
internal import BuiltinActors
internal import FilecoinTypes
internal import Multiformats

/// What other checks need to know of a deal.
struct DealSummary {
    let provider: Address
    /// When its sector was activated; -1 before.
    var sectorStartEpoch: ChainEpoch = -1
    /// When cron last paid for it; -1 before.
    var lastUpdatedEpoch: ChainEpoch = -1
    /// When its sector was terminated; -1 before.
    var slashEpoch: ChainEpoch = -1
}

/// The rules of the storage market's state.
struct MarketCheck {
    let state: MarketState
    let balance: TokenAmount
    /// The last epoch in which anything can have changed the state.
    let epoch: ChainEpoch
    let store: ActorStore

    func run(_ findings: inout Findings) -> [DealID: DealSummary] {
        for (name, total) in [
            ("client collateral", state.totalClientLockedCollateral),
            ("provider collateral", state.totalProviderLockedCollateral),
            ("client storage fee", state.totalClientStorageFee),
        ] {
            findings.require(
                !total.isNegative,
                "locked \(name) of \(total.attoFIL) attoFIL is negative"
            )
        }
        var deals: [DealID: DealSummary] = [:]
        let listed = findings.reading("proposals") { () throws(ActorError) in
            var array = try state.proposalArray(store)
            return try array.all()
        }
        let proposals = listed ?? []
        for (index, proposal) in proposals {
            let id = DealID(index)
            findings.require(proposal.client.isID, "client of deal \(id) is no ID address")
            findings.require(proposal.provider.isID, "provider of deal \(id) is no ID address")
            findings.require(
                id < state.nextID,
                "deal \(id) exists, but the next one is \(state.nextID)"
            )
            deals[id] = DealSummary(provider: proposal.provider)
        }
        checkStates(&deals, &findings)
        checkPending(Set(proposals.map(\.1.cid)), &findings)
        checkBalances(proposals.map(\.1), &findings)
        checkOperations(
            of: deals,
            expected: Set(
                proposals.filter { $0.1.startEpoch >= epoch }.map { DealID($0.0) }
            ),
            &findings
        )
        return deals
    }

    private func checkStates(
        _ deals: inout [DealID: DealSummary],
        _ findings: inout Findings
    ) {
        let states = findings.reading("states of deals") { () throws(ActorError) in
            var array = try state.stateArray(store)
            return try array.all()
        }
        for (index, state) in states ?? [] {
            let id = DealID(index)
            findings.within("deal \(id)") { findings in
                findings.require(
                    state.sectorStartEpoch >= 0,
                    "sector starts at \(state.sectorStartEpoch)"
                )
                for (event, at) in [
                    ("updated", state.lastUpdatedEpoch), ("slashed", state.slashEpoch),
                ] where at != .undefined {
                    findings.require(
                        at >= state.sectorStartEpoch,
                        "\(event) at \(at), before its sector started at \(state.sectorStartEpoch)"
                    )
                    findings.require(
                        at <= epoch,
                        "\(event) at \(at), but the state is of epoch \(epoch)"
                    )
                }
                if deals[id] == nil { findings.add("has a state but no proposal") }
            }
            deals[id]?.sectorStartEpoch = state.sectorStartEpoch
            deals[id]?.lastUpdatedEpoch = state.lastUpdatedEpoch
            deals[id]?.slashEpoch = state.slashEpoch
        }
    }

    private func checkPending(_ published: Set<CID>, _ findings: inout Findings) {
        let keys = findings.reading("pending proposals") { () throws(ActorError) in
            var map = try ADTMap<CBORNull>(store: store, root: state.pendingProposals)
            return try map.entries().map(\.0)
        }
        for key in keys ?? [] {
            guard let cid = try? CID(bytes: key.bytes) else {
                findings.add("pending proposal \(key.bytes) is no CID")
                continue
            }
            findings.require(
                published.contains(cid),
                "pending proposal \(cid) is not among the proposals"
            )
        }
    }

    private func checkBalances(_ proposals: [DealProposal], _ findings: inout Findings) {
        guard let escrow = table("escrow", state.escrowTable, &findings),
            let locked = table("locked", state.lockedTable, &findings)
        else { return }
        for (address, amount) in locked.sorted(by: { $0.key < $1.key }) {
            let inEscrow = escrow[address] ?? .zero
            findings.require(
                inEscrow >= amount,
                "\(address) has \(inEscrow.attoFIL) attoFIL in escrow, of which"
                    + " \(amount.attoFIL) are locked"
            )
        }
        let lockedTotal = locked.values.reduce(.zero, +)
        let expected =
            state.totalProviderLockedCollateral + state.totalClientLockedCollateral
            + state.totalClientStorageFee
        findings.require(
            lockedTotal == expected,
            "locked balances add up to \(lockedTotal.attoFIL) attoFIL, the totals to"
                + " \(expected.attoFIL)"
        )
        let escrowTotal = escrow.values.reduce(.zero, +)
        findings.require(
            escrowTotal <= balance,
            "\(escrowTotal.attoFIL) attoFIL in escrow, but the balance is \(balance.attoFIL)"
        )
        let collateral = proposals.reduce(TokenAmount.zero) {
            $0 + $1.clientCollateral + $1.providerCollateral
        }
        findings.require(
            escrowTotal >= collateral,
            "\(escrowTotal.attoFIL) attoFIL in escrow, but proposals need \(collateral.attoFIL)"
        )
    }

    private func table(
        _ name: String,
        _ root: CID,
        _ findings: inout Findings
    ) -> [Address: TokenAmount]? {
        let entries = findings.reading("\(name) balances") { () throws(ActorError) in
            var map = try ADTMap<TokenAmount>(
                store: store,
                root: root,
                bitWidth: ADTBitWidth.balanceTable
            )
            return try map.entries()
        }
        guard let entries else { return nil }
        var amounts: [Address: TokenAmount] = [:]
        for (key, amount) in entries {
            guard let address = try? Address(bytes: key.bytes) else {
                findings.add("key \(key.bytes) of the \(name) balances is no address")
                continue
            }
            amounts[address] = amount
        }
        return amounts
    }

    /// Checks that cron will look at each deal that has not started.
    private func checkOperations(
        of deals: [DealID: DealSummary],
        expected: Set<DealID>,
        _ findings: inout Findings
    ) {
        let operations = findings.reading("deals by epoch") { () throws(ActorError) in
            var map = try ADTMap<CID>(store: store, root: state.dealOpsByEpoch)
            var found: [(epoch: ADTKey, deals: [ADTKey])] = []
            for (epoch, root) in try map.entries() {
                var set = try ADTMap<CBORNull>(store: store, root: root)
                found.append((epoch, try set.entries().map(\.0)))
            }
            return found
        }
        guard let operations else { return }
        var missing = expected
        for (epochKey, dealKeys) in operations {
            guard let epoch = epochKey.unsignedNumber else {
                findings.add("key \(epochKey.bytes) of the deals by epoch is no epoch")
                continue
            }
            for key in dealKeys {
                guard let id = key.unsignedNumber.map({ DealID($0) }) else {
                    findings.add("deal \(key.bytes) at epoch \(epoch) is no number")
                    continue
                }
                findings.require(
                    deals[id] != nil,
                    "cron looks at deal \(id) at epoch \(epoch), but there is no such proposal"
                )
                missing.remove(id)
            }
        }
        for id in missing.sorted() { findings.add("cron never looks at deal \(id)") }
    }
}
