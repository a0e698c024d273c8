import ActorRuntime
import BigIntegers
import BuiltinActors
import Bytes
import CBOR
import FilecoinTypes
import Genesis
import IPLD
import JSON
import Multiformats

/// Reads the inputs of a genesis template out of a genesis state.
struct GenesisExtractor {
    let header: BlockHeader
    let version: NetworkVersion
    let store: any BlockStore
    private let tree: StateTree

    init(header: BlockHeader, version: NetworkVersion, store: any BlockStore) throws {
        self.header = header
        self.version = version
        self.store = store
        tree = try StateTree(root: header.parentStateRoot, store: store)
    }

    func balance(_ id: ActorID) throws -> BigInt {
        try tree.actor(id)?.balance.attoFIL ?? 0
    }

    /// The key address of an account.
    func key(_ id: ActorID) throws -> Address { try state(id, AccountState.self).address }

    private func state<State: CBORDecodable>(_ id: ActorID, _ type: State.Type) throws -> State {
        guard let actor = try tree.actor(id) else { throw IPLDError.wrongCount }
        return try store.value(actor.head)
    }

    /// The template, given what each actor had before miners were made.
    func template(_ balances: [ActorID: BigInt]) throws -> GenesisTemplate {
        let initState = try state(.initActor, InitState.self)
        var accounts: [(ActorID, JSONValue)] = []
        var miners: [(ActorID, JSONValue)] = []
        try tree.forEach { id, actor in
            switch actor.actorCode?.kind {
            case .account, .multisig:
                guard id >= 100 else { return }
                accounts.append((id, try self.actor(id, balances)))
            case .storageMiner: miners.append((id, try miner(id)))
            default: break
            }
        }
        let json: JSONValue = .object(
            JSONObject([
                ("NetworkVersion", .number(JSONNumber(version.rawValue))),
                ("Accounts", .array(accounts.sorted { $0.0 < $1.0 }.map(\.1))),
                ("Miners", .array(miners.sorted { $0.0 < $1.0 }.map(\.1))),
                ("NetworkName", .string(initState.networkName)),
                ("Timestamp", .number(JSONNumber(header.timestamp))),
                ("VerifregRootKey", try self.actor(80, balances)),
                ("RemainderAccount", try self.actor(90, balances)),
            ])
        )
        return try GenesisTemplate(from: json)
    }

    private func actor(_ id: ActorID, _ balances: [ActorID: BigInt]) throws -> JSONValue {
        let known = try balances[id] ?? self.balance(id)
        let balance = JSONValue.string("\(known)")
        guard try tree.actor(id)?.actorCode?.kind == .multisig else {
            return [
                "Type": "account", "Balance": balance,
                "Meta": ["Owner": .string(try key(id).description)],
            ]
        }
        let state = try state(id, MultisigState.self)
        let signers = try state.signers.map { signer -> JSONValue in
            .string(try key(signer.actorID ?? 0).description)
        }
        return [
            "Type": "multisig", "Balance": balance,
            "Meta": [
                "Signers": .array(signers),
                "Threshold": .number(JSONNumber(state.approvalsThreshold)),
                "VestingDuration": .number(JSONNumber(state.unlockDuration.rawValue)),
                "VestingStart": .number(JSONNumber(state.startEpoch.rawValue)),
            ],
        ]
    }

    private func miner(_ id: ActorID) throws -> JSONValue {
        let actorStore = ActorStore(reading: store)
        let state = try state(id, MinerState.self)
        let info = try state.loadInfo(actorStore)
        let market = try self.state(.market, MarketState.self)
        let proposals = try AMT<DealProposal>(root: market.proposals, store: store, bitWidth: 5)
        let array = try AMT<SectorOnChainInfo>(root: state.sectors, store: store, bitWidth: 5)
        var sectors: [JSONValue] = []
        try array.forEach { _, sector in
            guard let deal = try proposals.get(sector.dealIDs[0].rawValue) else { return }
            sectors.append(try self.sector(sector, deal))
        }
        let worker = try key(info.worker.actorID ?? 0).description
        return [
            "ID": .string(Address.id(id).description),
            "Owner": .string(try key(info.owner.actorID ?? 0).description),
            "Worker": .string(worker), "PeerId": .string(Base58.encode(info.peerID)),
            "MarketBalance": "0", "PowerBalance": "0",
            "SectorSize": .number(JSONNumber(info.sectorSize.rawValue)),
            "Sectors": .array(sectors),
        ]
    }

    private func sector(_ sector: SectorOnChainInfo, _ deal: DealProposal) throws -> JSONValue {
        [
            "CommR": ["/": .string("\(sector.sealedCID)")],
            "CommD": ["/": .string("\(deal.pieceCID)")],
            "SectorID": .number(JSONNumber(sector.sectorNumber.rawValue)),
            "Deal": [
                "PieceCID": ["/": .string("\(deal.pieceCID)")],
                "PieceSize": .number(JSONNumber(deal.pieceSize.rawValue)),
                "VerifiedDeal": true,
                "Client": .string(try key(deal.client.actorID ?? 0).description),
                "Provider": .string(deal.provider.description),
                "Label": .string(String(decoding: deal.label, as: UTF8.self)),
                "StartEpoch": .number(JSONNumber(deal.startEpoch.rawValue)),
                "EndEpoch": .number(JSONNumber(deal.endEpoch.rawValue)),
                "StoragePricePerEpoch": .string("\(deal.storagePricePerEpoch.attoFIL)"),
                "ProviderCollateral": .string("\(deal.providerCollateral.attoFIL)"),
                "ClientCollateral": .string("\(deal.clientCollateral.attoFIL)"),
            ],
            "ProofType": .number(JSONNumber(sector.sealProof.rawValue)),
        ]
    }
}
