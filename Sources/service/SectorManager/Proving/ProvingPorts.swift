import BitFields
import FilecoinTypes
import VenusAPI

/// What proving asks the node.
protocol ProvingChain: Sendable {
    func head() async throws -> Tipset
    /// The head, then its moves.
    func headChanges() async throws -> AsyncThrowingStream<[TipsetChange], any Error>
    /// The first epoch of the miner's proving period.
    func periodStart(at key: TipsetKey) async throws -> ChainEpoch
    /// The partitions of a deadline.
    func partitions(_ deadline: UInt64, at key: TipsetKey) async throws -> [PartitionState]
    /// The partitions of a deadline that were proven in its present window.
    func submitted(_ deadline: UInt64, at key: TipsetKey) async throws -> BitField
    /// The randomness of a window.
    func draws(_ window: ProvingWindow, at key: TipsetKey) async throws -> WindowDraws
    /// What the chain knows of sectors.
    func sectors(_ numbers: BitField, at key: TipsetKey) async throws -> [SectorOnChainResult]
    /// The miner's keys and the type of its proofs.
    func minerInfo(at key: TipsetKey) async throws -> MinerInfoResult
}

/// What proving asks the messager.
protocol ProvingMessages: Sendable {
    /// Hands a message over; one that is there already is fine.
    func push(_ message: PoStMessage, from sender: Address) async throws
    func outcome(of id: String) async throws -> MessageOutcome
    /// Tells that a message is not wanted any more.
    func abandon(_ id: String) async throws
}

/// What proving asks of the sectors' files; the calls take long and block no pool.
protocol WindowProver: Sendable {
    /// The sectors that cannot be proven, as far as a look at their files tells.
    func check(_ sectors: [SectorOnChainResult]) async -> [SectorNumber: String]
    func prove(_ request: WindowProofRequest) async throws -> ProofOutcome
}

/// What a WindowPoSt is to cover.
struct WindowProofRequest: Sendable {
    /// The sectors to prove, by partition.
    var sectors: [UInt64: [SectorOnChainResult]]
    /// The draw at the challenge, 32 bytes.
    var randomness: [UInt8]
    var type: RegisteredPoStProof
}
