import FilecoinTypes
import JSON
import JSONRPC
import VenusAPI

/// A route of the second generation: wallet and sealer have dialled in to a gateway.
///
/// Several gateways are asked in turn until one has a connection to the miner's.
struct GatewayRoute: MinerRoute {
    let miner: Address
    /// The user whose wallets are asked.
    let account: String
    let gateways: [RPCClient]

    func sign(_ draw: DrawRequest, by worker: Address) async throws -> Signature {
        try await sign(draw.bytes, .drawRandomParameters, worker)
    }

    func sign(_ header: BlockHeader, by worker: Address) async throws -> Signature {
        try await sign(header.signingBytes, .block, worker)
    }

    private func sign(
        _ bytes: [UInt8],
        _ type: SigningType,
        _ worker: Address
    ) async throws -> Signature {
        try await first { gateway in
            try await gateway.call(
                GatewayWalletSign.self,
                worker,
                [account],
                JSONBytes(bytes),
                SigningMeta(type)
            )
        }
    }

    func prove(
        _ sectors: [ExtendedSectorInfo],
        randomness: [UInt8],
        epoch: ChainEpoch,
        version: NetworkVersion
    ) async throws -> [PoStProof] {
        try await first { gateway in
            try await gateway.call(
                GatewayComputeProof.self,
                miner,
                sectors,
                JSONBytes(randomness),
                epoch,
                version
            )
        }
    }

    private func first<Result: Sendable>(
        _ ask: (RPCClient) async throws -> Result
    ) async throws -> Result {
        var refusal: any Error = MinerFailure(
            "no gateway is configured, and \(miner) has no sealer and wallet of its own"
        )
        for gateway in gateways {
            do { return try await ask(gateway) } catch { refusal = error }
            try Task.checkCancellation()
        }
        throw refusal
    }
}
