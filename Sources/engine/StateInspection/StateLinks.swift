internal import ActorRuntime
internal import BitFields
internal import BuiltinActors
internal import CBOR
internal import FilecoinTypes
internal import Multiformats

/// What a CID in an actor's state leads to.
struct StateLink: Sendable {
    /// How keys of a map or indices of an array are meant.
    enum Key: String {
        case address, number, epoch, transaction, proposal, deal, sector, partition, lane
        /// An epoch too, but written as a signed number.
        case signedEpoch = "epoch (signed)"

        func text(_ key: ADTKey) -> String {
            switch self {
            case .address:
                return (try? Address(bytes: key.bytes))?.description ?? "\(key.bytes)"
            case .transaction, .signedEpoch: return key.signedNumber?.description ?? "\(key.bytes)"
            case .proposal: return (try? CID(bytes: key.bytes))?.description ?? "\(key.bytes)"
            case .number, .epoch, .deal, .sector, .partition, .lane:
                return key.unsignedNumber?.description ?? "\(key.bytes)"
            }
        }
    }

    /// Something that a link leads to.
    struct Entry {
        /// The key or index; nil for the only thing there.
        let name: String?
        let value: Any
        /// Where the value leads further, if it is a CID that does.
        let link: StateLink?
    }

    /// What is there, for the description of a state.
    let text: String
    private let read: @Sendable (ActorStore, CID) throws(ActorError) -> [Entry]

    /// Everything that a CID leads to; nothing if it cannot be read.
    func entries(_ store: ActorStore, _ root: CID) -> [Entry] {
        (try? read(store, root)) ?? []
    }

    /// What a CID leads to, as a tree; what cannot be read is a leaf that says why.
    func node(_ store: ActorStore, _ root: CID) -> StateNode {
        let entries: [Entry]
        do throws(ActorError) { entries = try read(store, root) } catch {
            return .leaf("(\(error.message))")
        }
        if let only = entries.first, only.name == nil {
            return StateOutline.node(only.value, store, link: only.link)
        }
        return .parts(
            entries.map {
                .init(
                    name: $0.name ?? "",
                    node: StateOutline.node($0.value, store, link: $0.link)
                )
            }
        )
    }

    // MARK: - Kinds of links

    /// One value in a block.
    static func block<Value: CBORDecodable & SendableMetatype>(_ type: Value.Type) -> StateLink {
        StateLink(text: "block of `\(type)`") { (store, root) throws(ActorError) in
            [Entry(name: nil, value: try store.get(root) as Value, link: nil)]
        }
    }

    /// A HAMT.
    static func map<Value: CBORCodable & SendableMetatype>(
        _ type: Value.Type,
        by key: Key,
        bitWidth: Int = ADTBitWidth.map
    ) -> StateLink {
        StateLink(text: "HAMT of `\(type)` by \(key.rawValue), bit width \(bitWidth)") {
            (store, root) throws(ActorError) in
            try mapEntries(type, store, root, key, bitWidth, nil)
        }
    }

    /// A HAMT whose values lead further.
    static func map(
        to link: StateLink,
        by key: Key,
        bitWidth: Int = ADTBitWidth.map
    ) -> StateLink {
        StateLink(text: "HAMT by \(key.rawValue), bit width \(bitWidth), each to: \(link.text)") {
            (store, root) throws(ActorError) in
            try mapEntries(CID.self, store, root, key, bitWidth, link)
        }
    }

    /// A set: a HAMT without values.
    static func set(of key: Key, bitWidth: Int = ADTBitWidth.map) -> StateLink {
        StateLink(text: "set (HAMT without values) by \(key.rawValue), bit width \(bitWidth)") {
            (store, root) throws(ActorError) in
            try mapEntries(CBORNull.self, store, root, key, bitWidth, nil)
                .map { Entry(name: $0.name, value: "present", link: nil) }
        }
    }

    /// An AMT.
    static func array<Value: CBORCodable & SendableMetatype>(
        _ type: Value.Type,
        by index: Key,
        bitWidth: Int
    ) -> StateLink {
        StateLink(text: "AMT of `\(type)` by \(index.rawValue), bit width \(bitWidth)") {
            (store, root) throws(ActorError) in
            var array = try ADTArray<Value>(store: store, root: root, bitWidth: bitWidth)
            return try array.all().map { Entry(name: "\($0.0)", value: $0.1, link: nil) }
        }
    }

    private static func mapEntries<Value: CBORCodable>(
        _ type: Value.Type,
        _ store: ActorStore,
        _ root: CID,
        _ key: Key,
        _ bitWidth: Int,
        _ link: StateLink?
    ) throws(ActorError) -> [Entry] {
        var map = try ADTMap<Value>(store: store, root: root, bitWidth: bitWidth)
        var entries = try map.entries().map {
            (name: key.text($0.0), value: $0.1)
        }
        // By name: two states that differ a little keep their order.
        entries.sort { ($0.name.count, $0.name) < ($1.name.count, $1.name) }
        return entries.map { Entry(name: $0.name, value: $0.value, link: link) }
    }

    // MARK: - The table

    /// Where the CIDs of states lead, by type and field; a CID that is not here is only a name.
    static let all: [String: StateLink] = [
        "InitState.addressMap": map(ActorID.self, by: .address),
        "PowerState.cronEventQueue": map(
            to: array(CronEvent.self, by: .number, bitWidth: 6),
            by: .signedEpoch,
            bitWidth: 6
        ),
        "PowerState.claims": map(PowerClaim.self, by: .address),
        "PowerState.proofValidationBatch": map(
            to: array(SealVerifyInfo.self, by: .number, bitWidth: 4),
            by: .address
        ),
        "MarketState.proposals": array(DealProposal.self, by: .deal, bitWidth: 5),
        "MarketState.states": array(DealState.self, by: .deal, bitWidth: 6),
        "MarketState.pendingProposals": set(of: .proposal),
        "MarketState.escrowTable": map(
            TokenAmount.self,
            by: .address,
            bitWidth: ADTBitWidth.balanceTable
        ),
        "MarketState.lockedTable": map(
            TokenAmount.self,
            by: .address,
            bitWidth: ADTBitWidth.balanceTable
        ),
        "MarketState.dealOpsByEpoch": map(to: set(of: .deal), by: .epoch),
        "MultisigState.pendingTransactions": map(MultisigTransaction.self, by: .transaction),
        "PaymentChannelState.laneStates": array(
            LaneState.self,
            by: .lane,
            bitWidth: PaymentChannelActor.lanesBitWidth
        ),
        "VerifiedRegistryState.verifiers": map(DataCap.self, by: .address),
        "VerifiedRegistryState.verifiedClients": map(DataCap.self, by: .address),
        "VerifiedRegistryState.removeDataCapProposalIDs": map(
            RemoveDataCapProposalID.self,
            by: .number
        ),
        "MinerState.info": block(MinerInfo.self),
        "MinerState.vestingFunds": block(VestingFunds.self),
        "MinerState.preCommittedSectors": map(SectorPreCommitOnChainInfo.self, by: .sector),
        "MinerState.preCommittedSectorsCleanUp": array(
            BitField.self,
            by: .epoch,
            bitWidth: MinerPolicy.preCommitCleanUpBitWidth
        ),
        "MinerState.allocatedSectors": block(BitField.self),
        "MinerState.sectors": sectors,
        "MinerState.deadlines": block(Deadlines.self),
        "Deadlines.due": block(Deadline.self),
        "Deadline.partitions": partitions,
        "Deadline.expirationsEpochs": array(
            BitField.self,
            by: .epoch,
            bitWidth: MinerPolicy.deadlineExpirationsBitWidth
        ),
        "Deadline.optimisticPoStSubmissions": proofs,
        "Deadline.sectorsSnapshot": sectors,
        "Deadline.partitionsSnapshot": partitions,
        "Deadline.optimisticPoStSubmissionsSnapshot": proofs,
        "Partition.expirationsEpochs": array(
            ExpirationSet.self,
            by: .epoch,
            bitWidth: MinerPolicy.partitionExpirationBitWidth
        ),
        "Partition.earlyTerminated": array(
            BitField.self,
            by: .epoch,
            bitWidth: MinerPolicy.partitionEarlyTerminationBitWidth
        ),
    ]

    private static let sectors = array(
        SectorOnChainInfo.self,
        by: .sector,
        bitWidth: MinerPolicy.sectorsBitWidth
    )
    private static let partitions = array(
        Partition.self,
        by: .partition,
        bitWidth: MinerPolicy.deadlinePartitionsBitWidth
    )
    private static let proofs = array(
        WindowedPoSt.self,
        by: .number,
        bitWidth: MinerPolicy.deadlineOptimisticPoStSubmissionsBitWidth
    )
}
