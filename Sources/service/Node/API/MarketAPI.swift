import ActorRuntime
import BuiltinActors
import ChainStore
import FilecoinTypes
import HTTP
import JSON
import JSONRPC
import ServiceKit
import Multiformats
import StateView
import VenusAPI

/// The methods about deals, codes of actors, and lists of messages.
struct MarketAPI: Sendable {
    let reader: ChainReader

    func register(on api: inout RPCService, _ version: NodeAPIVersion) {
        let reader = reader
        api.on(StateMarketStorageDeal.self, need: .read) { _, id, key in
            try await reader.state(key) { view, _ in try Self.deal(id, in: view) }
        }
        api.on(StateActorCodeCIDs.self, need: .read, runs: .loop) { _, version in
            guard let actors = ActorsVersion(networkVersion: version) else {
                throw RPCError("no actors of network version \(version) here")
            }
            let kinds = ActorKind.allCases.filter { $0 != .chaos }
            return Dictionary(
                uniqueKeysWithValues: kinds.map { ($0.rawValue, ActorCode($0, actors).cid) }
            )
        }
        api.on(StateListMessages.self, need: .read) { _, match, key, height in
            guard match.to != nil || match.from != nil else {
                throw RPCError("must specify at least To or From in message filter")
            }
            return try await reader.at(key) { chain, head in
                try Self.messages(match, chain: chain, from: head, to: height)
            }
        }
    }

    private static func deal(_ id: DealID, in view: StateView) throws -> MarketDealResult {
        let market = try view.marketState()
        var proposals = try market.proposalArray(view.store)
        guard let proposal = try proposals.get(id.rawValue) else {
            throw RPCError(
                "deal \(id) not found - deal may not have completed sealing before deal proposal "
                    + "start epoch, or deal may have been slashed"
            )
        }
        var states = try market.stateArray(view.store)
        return MarketDealResult(proposal, try states.get(id.rawValue))
    }

    /// Most of the messages that one answer lists.
    private static let listLimit = 10_000

    private static func messages(
        _ match: MessageMatch,
        chain: NodeChain,
        from head: Tipset,
        to height: ChainEpoch
    ) throws -> [CID]? {
        var found: [CID] = []
        var current = head
        while current.height >= height, found.count < listLimit {
            for (cid, message) in try chain.messages(of: current) {
                if let to = match.to, message.to != to { continue }
                if let from = match.from, message.from != from { continue }
                found.append(cid)
            }
            if current.height == 0 { break }
            current = try chain.store.parent(of: current)
        }
        return found.isEmpty ? nil : found
    }
}

extension MarketDealResult {
    init(_ proposal: DealProposal, _ state: DealState?) {
        self.init(
            proposal: proposal,
            sectorStartEpoch: state?.sectorStartEpoch ?? -1,
            lastUpdatedEpoch: state?.lastUpdatedEpoch ?? -1,
            slashEpoch: state?.slashEpoch ?? -1
        )
    }
}
