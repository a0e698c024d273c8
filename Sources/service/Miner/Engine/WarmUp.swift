import BitFields
import CBOR
import FilecoinCrypto
import FilecoinTypes
import JSON
import JSONRPC
import ServiceKit
import VenusAPI

/// Signs and proves once, so that a wallet has its key and a prover its parameters at hand, and the whole way to both is
/// known to work.
struct WarmUp: Sendable {
    let node: RPCClient
    let random: any RandomSource

    /// The key that signs for a miner.
    ///
    /// - Throws: ``MinerFailure`` unless it is a BLS key: nobody can draw with another one.
    func worker(of miner: Address) async throws -> Address {
        let info = try await node.call(StateMinerInfo.self, miner, .empty)
        let worker = try await node.call(StateAccountKey.self, info.worker, .empty)
        guard worker.kind == .bls else {
            throw MinerFailure("miner worker address was not a BLS key: \(worker) of \(miner)")
        }
        return worker
    }

    /// Has the key sign a draw of nothing, and checks the signature.
    ///
    /// A wallet decrypts a key when it is first used, which may take longer than a round can wait.
    func sign(_ miner: Address, by worker: Address, over route: any MinerRoute) async throws {
        let draw = DrawRequest(
            base: random.bytes(32),
            purpose: .electionProofProduction,
            round: 0,
            entropy: miner.cborBytes()
        )
        let signature = try await route.sign(draw, by: worker)
        do { try VRF.verify(signature.data, input: draw.digest, worker: worker) } catch {
            throw MinerFailure("what the wallet signs for \(worker) does not verify: \(error)")
        }
    }

    /// Has a sector proven.
    ///
    /// - Returns: Whether there was one to prove.
    /// - Throws: What node and sealer say.
    func prove(_ miner: Address, over route: any MinerRoute) async throws -> Bool {
        let head = try await node.call(ChainHead.self)
        guard let sector = try await firstSector(of: miner) else { return false }
        let version = try await node.call(StateNetworkVersion.self, head.key)
        var randomness = random.bytes(32)
        // A draw is an element of the field: below its order.
        randomness[31] &= 0x3f
        let proofs = try await route.prove(
            [sector],
            randomness: randomness,
            epoch: head.height,
            version: version
        )
        guard !proofs.isEmpty else { throw MinerFailure("the sealer of \(miner) sent no proof") }
        return true
    }

    /// The first sector that has power.
    private func firstSector(of miner: Address) async throws -> ExtendedSectorInfo? {
        let deadlines = try await node.call(StateMinerDeadlines.self, miner, .empty)
        for index in deadlines.indices {
            let partitions =
                try await node.call(StateMinerPartitions.self, miner, UInt64(index), .empty) ?? []
            for partition in partitions {
                guard let number = partition.activeSectors.field.bits.first(where: { _ in true })
                else { continue }
                let sector = SectorNumber(rawValue: number)
                guard
                    let info = try await node.call(
                        StateSectorGetInfo.self,
                        miner,
                        sector,
                        .empty
                    )
                else { continue }
                return ExtendedSectorInfo(
                    sealProof: info.sealProof,
                    sectorNumber: info.sectorNumber,
                    sectorKey: info.sectorKeyCID,
                    sealedCID: info.sealedCID
                )
            }
        }
        return nil
    }
}
