import FilecoinTypes
import VenusAPI

/// What block production asks its node.
protocol MiningNode: Sendable {
    func head() async throws -> Tipset
    func networkVersion(at key: TipsetKey) async throws -> NetworkVersion
    /// Returns once the node has the beacon entry of an epoch.
    func waitForBeacon(of epoch: ChainEpoch) async throws
    func baseInfo(
        of miner: Address,
        at epoch: ChainEpoch,
        on key: TipsetKey
    ) async throws -> MiningBaseInfo?
    /// Chooses messages for several blocks on a tipset.
    func messages(on key: TipsetKey, qualities: [Double]) async throws -> [[SignedMessage]]
    func block(_ template: BlockTemplate) async throws -> BlockMessage
    /// Has the block taken, by this node or another one.
    func submit(_ block: BlockMessage) async throws
}

/// The way to a miner's signer and prover.
///
/// Whether they are called directly (``LinkRoute``) or through a gateway that they dialled in to
/// (``GatewayRoute``), nobody else needs to know.
protocol MinerRoute: Sendable {
    /// Has the worker's key sign a draw, and gives the verifiable random function's proof.
    func sign(_ draw: DrawRequest, by worker: Address) async throws -> Signature
    /// Has the worker's key sign a block.
    func sign(_ header: BlockHeader, by worker: Address) async throws -> Signature
    /// Has the sealer prove sectors.
    func prove(
        _ sectors: [ExtendedSectorInfo],
        randomness: [UInt8],
        epoch: ChainEpoch,
        version: NetworkVersion
    ) async throws -> [PoStProof]
}

/// Keeps miners from publishing blocks that contradict each other.
protocol MiningFilter: Sendable {
    /// Checks a block and has it on disk before it returns.
    func admit(_ header: BlockHeader, parentEpoch: ChainEpoch) async throws
}
