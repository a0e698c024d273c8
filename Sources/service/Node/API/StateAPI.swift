import ActorRuntime
import BuiltinActors
import ChainStore
import FilecoinTypes
import HTTP
import JSON
import JSONRPC
import ServiceKit
import Multiformats
import NetworkParameters
import StateView
import VenusAPI

/// The methods that read actors and the network, and look for messages.
struct StateAPI: Sendable {
    let reader: ChainReader

    func register(on api: inout RPCService, _ version: NodeAPIVersion) {
        registerActors(on: &api)
        registerNetwork(on: &api)
        registerSupply(on: &api)
        registerVerified(on: &api)
        registerMessages(on: &api, version)
    }

    // MARK: - Actors

    private func registerActors(on api: inout RPCService) {
        let reader = reader
        api.on(StateGetActor.self, need: .read) { _, address, key in
            try await reader.state(key) { view, _ in
                do throws(StateViewError) { return try view.actor(address) } catch {
                    guard error.isActorNotFound && address.kind != .id else { throw error }
                    // lotus names the address where the table of addresses was asked.
                    throw RPCError(
                        "resolution lookup failed (\(address)): resolve address \(address): "
                            + "actor not found"
                    )
                }
            }
        }
        api.on(StateLookupID.self, need: .read) { _, address, key in
            try await reader.state(key) { view, _ in .id(try view.id(of: address)) }
        }
        api.on(StateAccountKey.self, need: .read) { _, address, key in
            try await reader.state(key) { view, _ in
                do throws(StateViewError) { return try view.keyAddress(of: address) } catch {
                    throw RPCError(
                        "failed to get account actor state for \(address): "
                            + ChainReader.text(of: error)
                    )
                }
            }
        }
        api.on(StateLookupRobustAddress.self, need: .read) { _, address, key in
            try await reader.state(key) { view, _ in
                guard let id = address.actorID else { return address }
                let state = try view.initState()
                var found: Address?
                var map = try ADTMap<ActorID>(store: view.store, root: state.addressMap)
                try map.forEach { (key, value) throws(ActorError) in
                    if value == id { found = try? Address(bytes: key.bytes) }
                    return found == nil
                }
                guard let found else { throw RPCError("Address \(address) not found") }
                return found
            }
        }
        api.on(StateListMiners.self, need: .read) { _, key in
            try await reader.state(key) { view, _ in try view.miners() }
        }
        api.on(StateListActors.self, need: .read) { _, key in
            try await reader.state(key) { view, _ in
                var found: [Address] = []
                try view.tree.forEach { id, _ in found.append(.id(id)) }
                return found
            }
        }
        api.on(StateMarketBalance.self, need: .read) { _, address, key in
            try await reader.state(key) { view, _ in
                let market = try view.marketState()
                let id = Address.id(try view.id(of: address))
                var escrow = try BalanceTable(store: view.store, root: market.escrowTable)
                var locked = try BalanceTable(store: view.store, root: market.lockedTable)
                return MarketBalanceResult(
                    escrow: try escrow.get(id),
                    locked: try locked.get(id)
                )
            }
        }
    }

    // MARK: - Network

    private func registerNetwork(on api: inout RPCService) {
        let reader = reader
        api.on(StateNetworkName.self, need: .read, runs: .loop) { _ in reader.chain.networkName }
        api.on(StateNetworkVersion.self, need: .read) { _, key in
            try await reader.at(key) { $0.parameters.networkVersion(at: $1.height) }
        }
        api.on(StateGetNetworkParams.self, need: .read) { _ in
            let chain = reader.chain
            let parameters = chain.parameters
            return NetworkParametersResult(
                networkName: chain.networkName,
                blockDelaySeconds: parameters.blockDelaySeconds,
                consensusMinerMinPower: TokenAmount(attoFIL: parameters.consensusMinerMinPower),
                preCommitChallengeDelay: parameters.preCommitChallengeDelay,
                forkUpgradeParameters: try JSONValue(parsing: parameters.upgrades.jsonBytes()),
                eip155ChainID: parameters.ethereumChainID,
                genesisTimestamp: chain.genesisTime
            )
        }
    }

    // MARK: - Verified registry

    private func registerVerified(on api: inout RPCService) {
        let reader = reader
        api.on(StateVerifiedRegistryRootKey.self, need: .read) { _, key in
            try await reader.state(key) { view, _ in
                try view.state(
                    of: .verifiedRegistry,
                    kind: .verifiedRegistry,
                    as: VerifiedRegistryState.self
                ).rootKey
            }
        }
        api.on(StateVerifierStatus.self, need: .read) { _, address, key in
            try await Self.dataCap(reader, address, key, \.verifiers)
        }
        api.on(StateVerifiedClientStatus.self, need: .read) { _, address, key in
            try await Self.dataCap(reader, address, key, \.verifiedClients)
        }
    }

    private static func dataCap(
        _ reader: ChainReader,
        _ address: Address,
        _ key: TipsetKey,
        _ table: any KeyPath<VerifiedRegistryState, CID> & Sendable
    ) async throws -> TokenAmount? {
        try await reader.state(key) { view, _ in
            let registry = try view.state(
                of: .verifiedRegistry,
                kind: .verifiedRegistry,
                as: VerifiedRegistryState.self
            )
            let id = try view.id(of: address)
            var caps = try ADTMap<DataCap>(store: view.store, root: registry[keyPath: table])
            return try caps.get(.actor(id)).map { TokenAmount(attoFIL: $0.bytes) }
        }
    }

    // MARK: - Supply

    private func registerSupply(on api: inout RPCService) {
        let reader = reader
        api.on(StateCirculatingSupply.self, need: .read) { _, key in
            try await reader.state(key) { view, tipset in
                try SupplyCount.circulating(in: view, at: tipset.height - 1)
            }
        }
        api.on(StateVMCirculatingSupplyInternal.self, need: .read) { _, key in
            try await reader.at(key) { chain, tipset in
                let supply = try CirculatingSupply(
                    try chain.parentView(of: tipset).tree,
                    at: tipset.height,
                    parameters: chain.parameters
                )
                return CirculatingSupplyResult(
                    vested: supply.vested,
                    mined: supply.mined,
                    burnt: supply.burnt,
                    locked: supply.locked,
                    circulating: supply.circulating,
                    reserveDisbursed: supply.reserveDisbursed
                )
            }
        }
    }

    // MARK: - Messages

    private func registerMessages(on api: inout RPCService, _ version: NodeAPIVersion) {
        let reader = reader
        switch version {
        case .v1:
            api.on(StateSearchMsg.self, need: .read) { _, key, cid, limit, allowsReplaced in
                try await reader.at(key) { chain, tipset in
                    try MessageSearch(chain: chain).find(
                        cid,
                        from: tipset,
                        limit: limit,
                        allowsReplaced: allowsReplaced
                    )
                }
            }
        case .v0:
            api.on(StateSearchMsgV0.self, need: .read) { _, cid in
                try await reader.at(.empty) { chain, tipset in
                    try MessageSearch(chain: chain).find(
                        cid,
                        from: tipset,
                        limit: MessageSearch.noLimit,
                        allowsReplaced: true
                    )
                }
            }
            api.on(StateSearchMsgLimited.self, need: .read) { _, cid, limit in
                try await reader.at(.empty) { chain, tipset in
                    try MessageSearch(chain: chain).find(
                        cid,
                        from: tipset,
                        limit: limit,
                        allowsReplaced: true
                    )
                }
            }
            api.on(StateGetReceipt.self, need: .read) { _, cid, key in
                try await reader.at(key) { chain, tipset in
                    try MessageSearch(chain: chain).find(
                        cid,
                        from: tipset,
                        limit: MessageSearch.noLimit,
                        allowsReplaced: true
                    )?.receipt
                }
            }
        }
    }
}
