import FilecoinCrypto
package import FilecoinTypes
import JSON
package import JSONRPC
import ServiceKit
import VenusAPI

/// Makes blocks on a recorded chain, with the miners that win there and proofs of the mock.
package struct RecordedMiner: Sendable {
    private let node: RecordedNode
    private let client: RPCClient

    /// Mines on a node, over a client of it with all permissions.
    package init(node: RecordedNode, client: RPCClient) {
        self.node = node
        self.client = client
    }

    /// One miner that won an epoch, with what goes into its block.
    package struct Win: Sendable {
        package let miner: Address
        package let epoch: ChainEpoch
        let base: MiningBaseInfo
        let ticket: Ticket
        let election: ElectionProof
    }

    /// Who wins an epoch on a tipset.
    package func winners(of epoch: ChainEpoch, on head: Tipset) async throws -> [Win] {
        var wins: [Win] = []
        for miner in try await client.call(StateListMiners.self, head.key) {
            let base = try await client.call(MinerGetBaseInfo.self, miner, epoch, head.key)
            guard let base, base.isEligible else { continue }
            let entry = base.beaconEntries.last ?? base.previousBeaconEntry
            let draws = BlockDraws(beaconEntry: entry, epoch: epoch, miner: miner)
            let proof = try await sign(draws.electionInput, base)
            let count = ElectionProof.winCount(
                vrfProof: proof,
                power: base.minerPower.attoFIL,
                totalPower: base.networkPower.attoFIL
            )
            if count < 1 { continue }
            let ticket = try await sign(draws.ticketInput(parentTicket: head.minTicket), base)
            wins.append(
                Win(
                    miner: miner,
                    epoch: epoch,
                    base: base,
                    ticket: Ticket(vrfProof: ticket),
                    election: ElectionProof(winCount: count, vrfProof: proof)
                )
            )
        }
        return wins
    }

    private func sign(_ input: [UInt8], _ base: MiningBaseInfo) async throws -> [UInt8] {
        try await client.call(NodeWalletSign.self, base.workerKey, JSONBytes(input)).data
    }

    /// Has the node make a block and takes it to the chain, at the block's time.
    ///
    /// - Returns: The block as a tipset.
    @discardableResult
    package func mine(
        _ win: Win,
        on head: Tipset,
        _ messages: [SignedMessage]
    ) async throws -> Tipset {
        let epochs = UInt64(win.epoch.rawValue - head.height.rawValue)
        let template = BlockTemplate(
            miner: win.miner,
            parents: head.key,
            ticket: win.ticket,
            electionProof: win.election,
            beaconValues: win.base.beaconEntries,
            messages: messages,
            epoch: win.epoch,
            timestamp: head.minTimestamp + epochs * 4,
            winningPoStProof: [
                PoStProof(postProof: 0, proofBytes: [UInt8](repeating: 1, count: 192))
            ]
        )
        node.clock.advance(to: ProtocolTime(seconds: Int64(template.timestamp)))
        let made = try await client.call(MinerCreateBlock.self, template)
        _ = try await client.call(SyncSubmitBlock.self, made)
        return try Tipset([made.header])
    }

    /// Mines one epoch with the messages that the node chooses; the first epoch from `first` on that has a winner.
    ///
    /// - Returns: The epoch.
    @discardableResult
    package func mineNext(from first: ChainEpoch, on head: Tipset) async throws -> ChainEpoch {
        var epoch = max(first, head.height + 1)
        while true {
            if let win = try await winners(of: epoch, on: head).first {
                let chosen = try await client.call(MpoolSelects.self, head.key, [0.9])
                try await mine(win, on: head, chosen.first ?? [])
                return epoch
            }
            epoch = epoch + 1
        }
    }
}
