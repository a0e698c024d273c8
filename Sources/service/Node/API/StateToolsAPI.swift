import ActorRuntime
import BigIntegers
import BuiltinActors
import Bytes
import ChainStore
import Consensus
import FilecoinTypes
import HTTP
import Hashing
import JSON
import JSONRPC
import Multiformats
import ServiceKit
import StateInspection
import StateMachine
import StateView
import VenusAPI

/// The methods that show whole states, compare them, and tell what sealing costs.
struct StateToolsAPI: Sendable {
    let reader: ChainReader

    func register(on api: inout RPCService, _ version: NodeAPIVersion) {
        registerStates(on: &api)
        registerRandomness(on: &api)
        registerMarket(on: &api)
        registerCosts(on: &api)
        registerMiners(on: &api)
    }

    // MARK: - States

    private func registerStates(on api: inout RPCService) {
        let reader = reader
        api.on(StateReadState.self, need: .read) { _, address, key in
            try await reader.state(key) { view, _ in
                try ActorStateJSON.value(of: try Self.actor(address, in: view), in: view)
            }
        }
        api.on(StateDecodeParams.self, need: .read) { _, address, method, parameters, key in
            try await reader.state(key) { view, _ in
                try Self.decoded(parameters.bytes, method, try Self.actor(address, in: view))
            }
        }
        api.on(StateChangedActors.self, need: .read) { _, old, new in
            try await reader.read { chain in
                let before = try StateView(root: old, store: chain.store.blocks)
                let after = try StateView(root: new, store: chain.store.blocks)
                var changed: [String: ActorRecord] = [:]
                try after.tree.forEach { id, actor in
                    if try before.tree.actor(id) != actor { changed["\(Address.id(id))"] = actor }
                }
                return changed
            }
        }
        api.on(StateCheckInvariants.self, need: .read) { _, key in
            try await reader.at(key) { try Self.invariants($0, $1) }
        }
        api.on(StateActorManifestCID.self, need: .read, runs: .loop) { _, version in
            guard let actors = ActorsVersion(networkVersion: version) else {
                throw RPCError("no actors of network version \(version) here")
            }
            throw RPCError(
                "could not find manifest cid for network version \(version), "
                    + "actors version \(actors.rawValue)"
            )
        }
        api.on(ResolveToKeyAddr.self, need: .read) { _, address, key in
            try await reader.state(key) { view, _ in try view.keyAddress(of: address) }
        }
    }

    /// Checks the state before a tipset; what all own together is what the genesis gave them.
    private static func actor(
        _ address: Address,
        in view: StateView
    ) throws(RPCError) -> ActorRecord {
        do throws(StateViewError) { return try view.actor(address) } catch {
            throw RPCError("getting actor: \(ChainReader.text(of: error))")
        }
    }

    /// The parameters under the names of their fields; a method without any has an empty object.
    private static func decoded(
        _ parameters: [UInt8],
        _ method: MethodNumber,
        _ actor: ActorRecord
    ) throws -> JSONValue {
        if method == .send { return [:] }
        guard let code = actor.actorCode,
            ActorRegistry.builtin[code.kind]?.method(method, version: code.version) != nil
        else {
            throw RPCError(
                "getting params type: unknown method \(method) for actor \(actor.code)"
            )
        }
        let shape = ParameterShape.of(code.kind, method, code.version)
        return try shape?.json(cbor: parameters) ?? [:]
    }

    private static func invariants(
        _ chain: NodeChain,
        _ tipset: Tipset
    ) throws -> InvariantsResult {
        var supply = TokenAmount.zero
        try StateView(root: chain.genesis.parentStateRoot, store: chain.store.blocks).tree
            .forEach { _, actor in supply = supply + actor.balance }
        // The cron of the epoch before the tipset has run last.
        let epoch = try chain.store.parent(of: tipset).height
        let report = try StateInvariants(
            try chain.parentView(of: tipset).tree,
            at: .after(epoch),
            policy: ActorPolicy(chain.parameters)
        ).check(expectedTotal: supply)
        return InvariantsResult(
            broken: report.broken.map {
                InvariantsResult.Broken(
                    actor: $0.actor.map { "\(Address.id($0))" } ?? "",
                    text: $0.text,
                    isKnown: $0.isKnown
                )
            },
            actors: Dictionary(
                uniqueKeysWithValues: report.actorCounts.map { ($0.key.rawValue, $0.value) }
            ),
            total: report.total
        )
    }

    // MARK: - Randomness

    private func registerRandomness(on api: inout RPCService) {
        let reader = reader
        api.on(StateGetRandomnessDigestFromBeacon.self, need: .read) { _, epoch, key in
            try await reader.at(key) { chain, tipset in
                let entry = try chain.store.beaconEntry(
                    of: chain.beacon.beacon(at: epoch).round(at: epoch),
                    at: epoch,
                    base: tipset
                )
                return JSONBytes(BLAKE2b.hash256(entry.data))
            }
        }
        api.on(StateGetRandomnessDigestFromTickets.self, need: .read) { _, epoch, key in
            try await reader.at(key) { chain, tipset in
                let source = try chain.store.tipset(at: epoch, from: tipset, previous: false)
                guard let ticket = source.minTicket else {
                    throw RPCError("the tipset at \(source.height) has no ticket")
                }
                return JSONBytes(ticket.digest.bytes)
            }
        }
    }

    // MARK: - Market

    private func registerMarket(on api: inout RPCService) {
        let reader = reader
        api.on(StateMarketDeals.self, need: .read) { _, key in
            try await reader.state(key) { view, _ in
                let market = try view.marketState()
                var proposals = try market.proposalArray(view.store)
                var states = try market.stateArray(view.store)
                var deals: [String: MarketDealResult] = [:]
                for (id, proposal) in try proposals.all() {
                    deals["\(id)"] = MarketDealResult(proposal, try states.get(id))
                }
                return deals
            }
        }
        api.on(StateMarketParticipants.self, need: .read) { _, key in
            try await reader.state(key) { view, _ in
                let market = try view.marketState()
                var escrow = try ADTMap<TokenAmount>(
                    store: view.store,
                    root: market.escrowTable,
                    bitWidth: ADTBitWidth.balanceTable
                )
                var locked = try BalanceTable(store: view.store, root: market.lockedTable)
                var found: [String: MarketBalanceResult] = [:]
                try escrow.forEach { (key, balance) throws(ActorError) in
                    guard let address = try? Address(bytes: key.bytes) else { return true }
                    found["\(address)"] = MarketBalanceResult(
                        escrow: balance,
                        locked: try locked.get(address)
                    )
                    return true
                }
                return found
            }
        }
        api.on(StateDealProviderCollateralBounds.self, need: .read) { _, size, _, key in
            try await reader.at(key) { chain, tipset in
                let costs = try SectorCosts(chain, tipset)
                let least = costs.minimumProviderCollateral(of: PaddedPieceSize(rawValue: size))
                return CollateralBounds(
                    minimum: SectorCosts.raised(least),
                    maximum: .fil(2_000_000_000)
                )
            }
        }
    }

    // MARK: - What sealing costs

    private func registerCosts(on api: inout RPCService) {
        let reader = reader
        api.on(StateMinerCreationDeposit.self, need: .read) { _, key in
            // Only actors v17 and later ask for one.
            try await reader.at(key) { _, _ in TokenAmount.zero }
        }
        api.on(StateMinerInitialPledgeCollateral.self, need: .read) { _, miner, sector, key in
            try await reader.at(key) { chain, tipset in
                let costs = try SectorCosts(chain, tipset)
                return SectorCosts.raised(costs.pledge(for: try costs.power(of: sector, miner)))
            }
        }
        api.on(StateMinerPreCommitDepositForPower.self, need: .read) { _, miner, sector, key in
            try await reader.at(key) { chain, tipset in
                let costs = try SectorCosts(chain, tipset)
                return SectorCosts.raised(costs.deposit(for: try costs.power(of: sector, miner)))
            }
        }
        api.on(StateMinerInitialPledgeForSector.self, need: .read) {
            _,
            duration,
            sectorSize,
            verified,
            key in
            try await reader.at(key) { chain, tipset in
                guard duration > 0 else { throw RPCError("sector duration must greater than 0") }
                guard verified <= sectorSize else {
                    throw RPCError("verified deal size \(verified) is above \(sectorSize)")
                }
                let power = SectorQuality.power(
                    size: SectorSize(rawValue: sectorSize),
                    duration: duration,
                    dealWeight: 0,
                    verifiedDealWeight: BigInt(verified) * BigInt(duration.rawValue)
                )
                return SectorCosts.raised(try SectorCosts(chain, tipset).pledge(for: power))
            }
        }
    }

    // MARK: - Miners

    private func registerMiners(on api: inout RPCService) {
        let reader = reader
        api.on(StateMinerSectorSize.self, need: .read) { _, address, key in
            try await reader.miner(address, key) { miner, _ in try miner.info().sectorSize }
        }
        api.on(StateMinerWorkerAddress.self, need: .read) { _, address, key in
            try await reader.state(key) { view, _ in
                try view.keyAddress(of: try view.miner(address).info().worker)
            }
        }
    }
}

/// What a sector costs in the state before a tipset.
///
/// - SeeAlso: lotus, `node/impl/full/state.go`, `StateMinerInitialPledgeCollateral` and its neighbours.
struct SectorCosts {
    private let view: StateView
    private let height: ChainEpoch
    private let power: PowerState
    private let reward: RewardState
    private let circulating: TokenAmount

    init(_ chain: NodeChain, _ tipset: Tipset) throws {
        view = try chain.parentView(of: tipset)
        height = tipset.height
        power = try view.powerState()
        reward = try view.rewardState()
        circulating = try CirculatingSupply(
            view.tree,
            at: tipset.height,
            parameters: chain.parameters
        ).circulating
    }

    /// A tenth more, since prices may rise before a message lands.
    static func raised(_ amount: TokenAmount) -> TokenAmount {
        TokenAmount(attoFIL: (amount.attoFIL * 110).euclideanDivided(by: 100).quotient)
    }

    private var estimates: MinerMonies.Estimates {
        MinerMonies.Estimates(
            reward: reward.thisEpochRewardSmoothed,
            networkPower: power.thisEpochQAPowerSmoothed
        )
    }

    func deposit(for power: BigInt) -> TokenAmount {
        MinerMonies.preCommitDeposit(estimates, power: power)
    }

    func pledge(for power: BigInt) -> TokenAmount {
        MinerMonies.initialPledge(
            estimates,
            power: power,
            baselinePower: reward.thisEpochBaselinePower,
            circulatingSupply: circulating
        )
    }

    func minimumProviderCollateral(of size: PaddedPieceSize) -> TokenAmount {
        MarketPolicy.minProviderCollateral(
            pieceSize: size,
            networkRawPower: power.totalRawBytePower,
            baselinePower: reward.thisEpochBaselinePower,
            circulatingSupply: circulating
        )
    }

    /// The quality-adjusted power that a sector with these deals would have.
    ///
    /// - Throws: `RPCError` for a deal that does not exist, is another miner's, or outlives the sector.
    func power(of sector: SectorPreCommitResult, _ miner: Address) throws -> BigInt {
        guard let size = sector.sealProof.sectorSize else {
            throw RPCError("failed to get resolve size: unknown proof type \(sector.sealProof)")
        }
        let duration = sector.expiration - height
        guard duration > 0 else {
            throw RPCError("the sector would expire at \(sector.expiration), the head is \(height)")
        }
        var weights = (plain: BigInt(0), verified: BigInt(0))
        let provider = Address.id(try view.id(of: miner))
        var proposals = try view.marketState().proposalArray(view.store)
        for id in sector.dealIDs {
            guard let deal = try proposals.get(id.rawValue) else {
                throw RPCError("verifying deals for activation: deal \(id) not found")
            }
            guard deal.provider == provider, deal.endEpoch <= sector.expiration else {
                throw RPCError(
                    "verifying deals for activation: deal \(id) of \(deal.provider) ends at "
                        + "\(deal.endEpoch); the sector of \(provider) expires at "
                        + "\(sector.expiration)"
                )
            }
            let weight =
                BigInt((deal.endEpoch - deal.startEpoch).rawValue) * BigInt(deal.pieceSize.bytes)
            if deal.isVerified { weights.verified += weight } else { weights.plain += weight }
        }
        return SectorQuality.power(
            size: size,
            duration: duration,
            dealWeight: weights.plain,
            verifiedDealWeight: weights.verified
        )
    }
}
