import BigIntegers
import FilecoinCrypto
import FilecoinTypes
import Foundation
import JSON
import JSONRPC
import Multiformats
import ServiceKit
import VenusAPI

/// Makes a block by hand with a miner's own key, and blocks that break one rule.
struct BlockForge: Sendable {
    let pool: PoolUnderTest
    /// Which miner, from 1 on.
    let number: Int
    let key: SigningKey

    var miner: Address { pool.plan.miners[number - 1].id }

    /// Takes the worker's key out of the miner's wallet.
    init(pool: PoolUnderTest, number: Int) async throws {
        self.pool = pool
        self.number = number
        let wallet = try await pool.client(
            .wallet(number),
            token: pool.walletToken(number, .admin)
        )
        guard let worker = pool.plan.miners[number - 1].worker else {
            throw CheckFailure("pool.json names no worker of miner \(number)")
        }
        key = try SigningKey(
            try await wallet.call(WalletExport.self, OptionalAddress(worker))
        )
    }

    /// Makes a block for an epoch on a tipset; nil if the miner did not win.
    func block(at epoch: ChainEpoch, on base: Tipset) async throws -> BlockMessage? {
        let node = try pool.node()
        let info = try await node.call(MinerGetBaseInfo.self, miner, epoch, base.key)
        guard let info, info.isEligible else {
            throw CheckFailure("\(miner) may not mine at \(epoch)")
        }
        let draws = BlockDraws(
            beaconEntry: info.beaconEntries.last ?? info.previousBeaconEntry,
            epoch: epoch,
            miner: miner
        )
        let election = key.sign(draws.electionInput).data
        let wins = ElectionProof.winCount(
            vrfProof: election,
            power: info.minerPower.attoFIL,
            totalPower: info.networkPower.attoFIL
        )
        guard wins > 0 else { return nil }
        let ticket = key.sign(draws.ticketInput(parentTicket: base.minTicket)).data
        let sealer = try pool.client(
            .sealer(number),
            token: pool.localToken(.sealer(number))
        )
        let version = try await node.call(StateNetworkVersion.self, base.key)
        let proofs = try await sealer.call(
            ComputeProof.self,
            info.sectors,
            JSONBytes(draws.winningPoStSeed),
            Trailing(epoch),
            Trailing(version)
        )
        let selected = try await node.call(MpoolSelects.self, base.key, [1])
        let delay = pool.plan.blockDelaySeconds
        let spans = UInt64(epoch.rawValue - base.height.rawValue)
        var block = try await node.call(
            MinerCreateBlock.self,
            BlockTemplate(
                miner: miner,
                parents: base.key,
                ticket: Ticket(vrfProof: ticket),
                electionProof: ElectionProof(winCount: wins, vrfProof: election),
                beaconValues: info.beaconEntries,
                messages: selected.first ?? [],
                epoch: epoch,
                timestamp: base.minTimestamp + spans * delay,
                winningPoStProof: proofs
            )
        )
        sign(&block.header)
        return block
    }

    /// Signs a header with the miner's key.
    func sign(_ header: inout BlockHeader) {
        header.blockSignature = key.sign(header.signingBytes)
    }

    /// One way to break a rule.
    struct Alteration: Sendable {
        let name: String
        /// What the node's reason must contain.
        let reason: String
        /// Whether the block is signed again afterwards.
        var isSignedAgain = true
        let change: @Sendable (inout BlockHeader) -> Void
    }

    /// Each breaks one rule; `other` is another miner, `parent` the tipset that the block builds on.
    static func alterations(other: Address, parent: Tipset) -> [Alteration] {
        @Sendable func flipped(_ bytes: [UInt8]) -> [UInt8] {
            var bytes = bytes
            if let last = bytes.indices.last { bytes[last] ^= 1 }
            return bytes
        }
        let elsewhere = parent.minTicketBlock.cid
        return [
            Alteration(name: "winning proof", reason: "invalid election post") { header in
                header.winPoStProof = header.winPoStProof.map {
                    PoStProof(postProof: $0.postProof, proofBytes: flipped($0.proofBytes))
                }
            },
            Alteration(
                name: "election proof",
                reason: "validating block election proof failed"
            ) { header in
                let proof = header.electionProof?.vrfProof ?? []
                header.electionProof?.vrfProof = flipped(proof)
            },
            Alteration(name: "no win", reason: "block is not claiming to be a winner") { header in
                header.electionProof?.winCount = 0
            },
            Alteration(name: "one win too many", reason: "claims wrong number of wins") { header in
                header.electionProof?.winCount += 1
            },
            Alteration(name: "ticket", reason: "validating block tickets failed") { header in
                header.ticket = Ticket(vrfProof: flipped(header.ticket?.vrfProof ?? []))
            },
            Alteration(
                name: "beacon entry",
                reason: "failed to validate blocks random beacon values"
            ) { header in
                if let last = header.beaconEntries.indices.last {
                    header.beaconEntries[last].data = flipped(header.beaconEntries[last].data)
                }
            },
            Alteration(name: "another miner", reason: "check block signature failed") { header in
                header.miner = other
            },
            Alteration(
                name: "state root",
                reason: "parent state root did not match computed state"
            ) { header in header.parentStateRoot = elsewhere },
            Alteration(
                name: "receipts root",
                reason: "parent receipts root did not match computed value"
            ) { header in header.parentMessageReceipts = elsewhere },
            Alteration(name: "message root", reason: "did not match msgmeta root") { header in
                header.messages = elsewhere
            },
            Alteration(name: "weight", reason: "parent weight different") { header in
                header.parentWeight = header.parentWeight + BigInt(1)
            },
            Alteration(name: "base fee", reason: "base fee doesn't match") { header in
                header.parentBaseFee =
                    header.parentBaseFee + TokenAmount(attoFIL: BigInt(1))
            },
            Alteration(name: "timestamp", reason: "block has wrong timestamp") { header in
                header.timestamp -= 1
            },
            Alteration(
                name: "broken signature",
                reason: "check block signature failed",
                isSignedAgain: false
            ) { header in
                let data = header.blockSignature?.data ?? []
                header.blockSignature?.data = flipped(data)
            },
        ]
    }
}
