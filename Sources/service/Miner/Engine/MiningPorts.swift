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

/// A block that passed the filter and that no node has taken yet.
struct UnsentBlock: Hashable, Sendable {
    let block: BlockMessage
    let parentEpoch: ChainEpoch

    var epoch: ChainEpoch { block.header.height }
}

/// Keeps miners from publishing blocks that contradict each other, and blocks from getting lost.
protocol MiningLedger: Sendable {
    /// Checks a block and has it on disk before it returns.
    ///
    /// - Throws: `ConsensusFaultRisk` for one that contradicts another.
    func admit(_ block: BlockMessage, parentEpoch: ChainEpoch) async throws
    /// Notes that a node took a block.
    func taken(_ block: BlockMessage) async throws
    /// Notes that all nodes refused a block.
    ///
    /// - Returns: Whether that was often enough: the block never left and is forgotten, in the filter too.
    func refused(_ block: BlockMessage) async throws -> Bool
    /// The blocks that were admitted and not taken, oldest first.
    func unsent() async throws -> [UnsentBlock]
}
