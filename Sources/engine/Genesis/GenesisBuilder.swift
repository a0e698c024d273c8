package import ActorRuntime
internal import BigIntegers
internal import BuiltinActors
internal import CBOR
package import FilecoinTypes
package import IPLD
package import Multiformats
internal import StateMachine

/// Builds the state and the block that a network begins with.
///
/// Accounts and singletons are written as they are; miners, deals and sectors come about by calling the
/// actors, with signatures taken for right and nothing circulating, in the order of lotus v1.15
/// (`chain/gen/genesis`), so that the same template gives the same state root.
package struct GenesisBuilder {
    /// The first ID of accounts.
    private static let firstAccount: UInt64 = 100
    /// The first ID of miners.
    private static let firstMiner: UInt64 = 1000
    private static let rootVerifier: ActorID = 80
    private static let firstVerifier: ActorID = 81
    private static let reserve: ActorID = 90
    private static let rewardBalance = TokenAmount.fil(1_100_000_000)

    /// By whose habits miners are paid for; both give valid networks.
    package enum Edition: Sendable {
        /// lotus v1.15: a miner starts with the template's balance and pays deposits for its sectors' power.
        case lotus2022
        /// lotus since network version 26: a miner pays the deposit for being created, whatever the template
        /// says, and deposits for the most power that its sectors could have.
        case lotus2025
    }

    let template: GenesisTemplate
    let edition: Edition
    let policy: ActorPolicy
    let store: any BlockStore
    let version: ActorsVersion
    private let verifierKey: Address

    /// Prepares the building.
    ///
    /// - Parameters:
    ///   - template: What the network begins with.
    ///   - policy: The constants of the actors on the network.
    ///   - verifierKey: The key address of f081, which verifies the clients of the first deals.
    ///   - store: Where the blocks go.
    ///   - edition: By whose habits miners are paid for.
    /// - Throws: ``GenesisError`` if there are no actors for the network version.
    package init(
        template: GenesisTemplate,
        policy: ActorPolicy,
        verifierKey: Address,
        store: any BlockStore,
        edition: Edition = .lotus2025
    ) throws {
        guard let version = ActorsVersion(networkVersion: template.networkVersion) else {
            throw GenesisError.invalid("network version \(template.networkVersion) has no actors")
        }
        self.template = template
        self.policy = policy
        self.verifierKey = verifierKey
        self.store = store
        self.edition = edition
        self.version = version
    }

    /// Builds the state and returns its root.
    ///
    /// - Throws: ``GenesisError`` and what the store throws.
    package func state() throws -> CID {
        let tree = try StateTree(
            emptyIn: store,
            version: StateTreeVersion(template.networkVersion)
        )
        var ids: [Address: ActorID] = [:]
        let firstMultisig = try addSingletons(tree, &ids)
        try addAccounts(tree, &ids, firstMultisig: firstMultisig)
        try GenesisMiners(builder: self, tree: tree, ids: ids).add()
        return try tree.flush()
    }

    // MARK: - Singletons

    private func add<State: CBOREncodable>(
        _ tree: StateTree,
        _ id: ActorID,
        _ kind: ActorKind,
        _ state: State,
        balance: TokenAmount = .zero
    ) throws {
        tree.set(
            id,
            ActorRecord(
                code: ActorCode(kind, version).cid,
                head: try store.put(value: state),
                balance: balance
            )
        )
    }

    /// Returns the ID of the first multisig of the accounts.
    private func addSingletons(
        _ tree: StateTree,
        _ ids: inout [Address: ActorID]
    ) throws -> UInt64 {
        try add(tree, .system, .system, SystemState())
        let next = try addInitActor(tree, &ids)
        try add(
            tree,
            .reward,
            .reward,
            RewardState(realizedPower: 0),
            balance: Self.rewardBalance
        )
        try add(
            tree,
            .cron,
            .cron,
            CronState(entries: [
                CronEntry(receiver: .power, method: PowerMethod.cronTick),
                CronEntry(receiver: .market, method: MarketMethod.cronTick),
            ])
        )
        let actorStore = ActorStore(reading: store)
        try add(tree, .power, .storagePower, try PowerState(emptyIn: actorStore))
        try add(tree, .market, .storageMarket, try MarketState(store: actorStore))
        let empty = try HAMT<DataCap>(store: store, bitWidth: 5).flush()
        try add(
            tree,
            .verifiedRegistry,
            .verifiedRegistry,
            VerifiedRegistryState(
                rootKey: .id(Self.rootVerifier),
                verifiers: empty,
                verifiedClients: empty,
                removeDataCapProposalIDs: version >= .v7 ? empty : nil
            )
        )
        try add(tree, .burntFunds, .account, AccountState(address: .burntFunds))
        return next
    }

    private func addInitActor(
        _ tree: StateTree,
        _ ids: inout [Address: ActorID]
    ) throws -> UInt64 {
        guard template.accounts.count <= Int(Self.firstMiner - Self.firstAccount) else {
            throw GenesisError.invalid("\(template.accounts.count) accounts, at most 900")
        }
        let map = HAMT<ActorID>(store: store, bitWidth: 5)
        var next = Self.firstAccount
        func number(_ address: Address) throws {
            let id = ActorID(rawValue: next)
            try map.set(address.bytes, id)
            ids[address] = id
            next += 1
        }
        for account in template.accounts {
            switch account.control {
            case .account(let owner): try number(owner)
            case .multisig(let signers, _, _, _):
                for signer in signers where ids[signer] == nil { try number(signer) }
            }
        }
        for (account, id) in [
            (template.verifiedRegistryRoot, Self.rootVerifier), (template.remainder, Self.reserve),
        ] {
            switch account.control {
            case .account(let owner): try map.set(owner.bytes, id)
            case .multisig(let signers, _, _, _):
                for signer in signers where ids[signer] == nil { try number(signer) }
            }
        }
        let state = InitState(
            addressMap: try map.flush(),
            nextID: ActorID(rawValue: Self.firstMiner),
            networkName: template.networkName
        )
        try add(tree, .initActor, .`init`, state)
        return next
    }

    // MARK: - Accounts

    private func addAccounts(
        _ tree: StateTree,
        _ ids: inout [Address: ActorID],
        firstMultisig: UInt64
    ) throws {
        var multisig = firstMultisig
        for account in template.accounts {
            switch account.control {
            case .account(let owner):
                guard let id = ids[owner] else { throw GenesisError.invalid("no ID of \(owner)") }
                try add(tree, account, at: id, ids)
            case .multisig:
                try add(tree, account, at: ActorID(rawValue: multisig), ids)
                multisig += 1
            }
        }
        if case .account(let owner) = template.verifiedRegistryRoot.control, ids[owner] != nil {
            throw GenesisError.invalid("the root key \(owner) is an account already")
        }
        try add(tree, template.verifiedRegistryRoot, at: Self.rootVerifier, ids)
        try add(tree, Self.firstVerifier, .account, AccountState(address: verifierKey))
        var allocated = TokenAmount.zero
        try tree.forEach { _, actor in allocated = allocated + actor.balance }
        var remainder = template.remainder
        remainder.balance = TokenAmount.totalSupply - allocated
        if remainder.balance.isNegative {
            throw GenesisError.invalid("\(allocated) allocated, more than there is")
        }
        if case .account(let owner) = remainder.control, ids[owner] != nil {
            throw GenesisError.invalid("the remainder account \(owner) is an account already")
        }
        try add(tree, remainder, at: Self.reserve, ids)
    }

    private func add(
        _ tree: StateTree,
        _ actor: GenesisTemplate.Actor,
        at id: ActorID,
        _ ids: [Address: ActorID]
    ) throws {
        switch actor.control {
        case .account(let owner):
            try add(tree, id, .account, AccountState(address: owner), balance: actor.balance)
        case .multisig(let signers, let threshold, let duration, let start):
            var signerIDs: [Address] = []
            for signer in signers {
                guard let id = ids[signer] else {
                    throw GenesisError.invalid("no ID of signer \(signer)")
                }
                if try tree.actor(id) == nil {
                    try add(tree, id, .account, AccountState(address: signer))
                }
                signerIDs.append(.id(id))
            }
            let pending = try HAMT<MultisigTransaction>(store: store, bitWidth: 5).flush()
            try add(
                tree,
                id,
                .multisig,
                MultisigState(
                    signers: signerIDs,
                    approvalsThreshold: threshold,
                    nextTransactionID: 0,
                    initialBalance: actor.balance,
                    startEpoch: start,
                    unlockDuration: duration,
                    pendingTransactions: pending
                ),
                balance: actor.balance
            )
        }
    }
}
