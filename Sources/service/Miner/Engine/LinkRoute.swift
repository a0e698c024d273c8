import FilecoinTypes
import JSON
import JSONRPC
import VenusAPI

/// A route of the first generation: sealer and wallet are called directly.
struct LinkRoute: MinerRoute {
    /// Who signs.
    enum Signer: Sendable {
        case wallet(RPCClient)
        /// The node's own wallet, for a miner that named none.
        case node(RPCClient)
    }

    let sealer: RPCClient
    let signer: Signer

    func sign(_ draw: DrawRequest, by worker: Address) async throws -> Signature {
        switch signer {
        case .wallet(let client):
            return try await Self.sign(client, draw.bytes, .drawRandomParameters, worker)
        case .node(let client):
            return try await client.call(NodeWalletSign.self, worker, JSONBytes(draw.digest))
        }
    }

    func sign(_ header: BlockHeader, by worker: Address) async throws -> Signature {
        switch signer {
        case .wallet(let client):
            return try await Self.sign(client, header.signingBytes, .block, worker)
        case .node(let client):
            return try await client.call(
                NodeWalletSign.self,
                worker,
                JSONBytes(header.signingBytes)
            )
        }
    }

    private static func sign(
        _ client: RPCClient,
        _ bytes: [UInt8],
        _ type: SigningType,
        _ worker: Address
    ) async throws -> Signature {
        try await client.call(
            WalletSign.self,
            OptionalAddress(worker),
            JSONBytes(bytes),
            SigningMeta(type)
        )
    }

    func prove(
        _ sectors: [ExtendedSectorInfo],
        randomness: [UInt8],
        epoch: ChainEpoch,
        version: NetworkVersion
    ) async throws -> [PoStProof] {
        try await sealer.call(
            ComputeProof.self,
            sectors,
            JSONBytes(randomness),
            Trailing(epoch),
            Trailing(version)
        )
    }

    /// Whether the signer has a key.
    func has(_ worker: Address) async throws -> Bool {
        switch signer {
        case .wallet(let client):
            try await client.call(WalletHas.self, OptionalAddress(worker))
        case .node(let client): try await client.call(NodeWalletHas.self, worker)
        }
    }
}
