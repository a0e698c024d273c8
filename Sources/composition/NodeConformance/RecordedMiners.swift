import FilecoinCrypto
import FilecoinTypes
import JSON
import JSONRPC
import NetworkParameters
import Node
import VenusAPI

/// The miners of a recorded chain: they make blocks through the node's API, with the keys of its wallet.
///
/// Elections, tickets and signatures are real; the proof is any 192 bytes, which the mock network accepts.
struct RecordedMiners {
    /// A miner that is drawn, with what goes into its block.
    struct Win {
        let miner: Address
        let epoch: ChainEpoch
        let base: MiningBaseInfo
        let ticket: Ticket
        let election: ElectionProof
    }

    /// Why no block can be made.
    struct NobodyWins: Error, CustomStringConvertible {
        let description: String
    }

    /// How far ahead an election is looked for.
    private static let searchLimit = 200

    let node: RecordedNode
    let client: RPCClient

    /// Who is drawn in an epoch, the most often drawn first.
    func wins(at epoch: ChainEpoch, on head: Tipset) async throws -> [Win] {
        var found: [Win] = []
        for miner in try await client.call(StateListMiners.self, head.key) {
            let base = try await client.call(MinerGetBaseInfo.self, miner, epoch, head.key)
            guard let base, base.isEligible else { continue }
            let entry = base.beaconEntries.last ?? base.previousBeaconEntry
            let draws = BlockDraws(beaconEntry: entry, epoch: epoch, miner: miner)
            func vrf(_ input: [UInt8]) async throws -> [UInt8] {
                try await client.call(NodeWalletSign.self, base.workerKey, JSONBytes(input)).data
            }
            let proof = try await vrf(draws.electionInput)
            let count = ElectionProof.winCount(
                vrfProof: proof,
                power: base.minerPower.attoFIL,
                totalPower: base.networkPower.attoFIL
            )
            if count < 1 { continue }
            found.append(
                Win(
                    miner: miner,
                    epoch: epoch,
                    base: base,
                    ticket: Ticket(
                        vrfProof: try await vrf(draws.ticketInput(parentTicket: head.minTicket))
                    ),
                    election: ElectionProof(winCount: count, vrfProof: proof)
                )
            )
        }
        return found.sorted { $0.election.winCount > $1.election.winCount }
    }

    /// The first epoch from `first` on whose winners satisfy a condition.
    func wins(
        from first: ChainEpoch,
        on head: Tipset,
        where isWanted: ([Win]) -> Bool
    ) async throws -> [Win] {
        for distance in 0..<Self.searchLimit {
            let epoch = first + ChainEpoch(Int64(distance))
            let found = try await wins(at: epoch, on: head)
            if isWanted(found) { return found }
        }
        throw NobodyWins(description: "no such election in \(Self.searchLimit) epochs")
    }

    /// The template of a winner's block.
    func template(
        _ win: Win,
        on head: Tipset,
        _ messages: [SignedMessage] = []
    ) -> BlockTemplate {
        let epochs = UInt64(win.epoch.rawValue - head.height.rawValue)
        let delay = node.node.chain.parameters.blockDelaySeconds
        return BlockTemplate(
            miner: win.miner,
            parents: head.key,
            ticket: win.ticket,
            electionProof: win.election,
            beaconValues: win.base.beaconEntries,
            messages: messages,
            epoch: win.epoch,
            timestamp: head.minTimestamp + epochs * delay,
            winningPoStProof: [
                PoStProof(postProof: 0, proofBytes: [UInt8](repeating: 1, count: 192))
            ]
        )
    }

    /// Makes a winner's block and hands it in, once its time has come.
    func mine(_ win: Win, on head: Tipset, _ messages: [SignedMessage] = []) async throws {
        let block = try await client.call(
            MinerCreateBlock.self,
            template(win, on: head, messages)
        )
        let delay = node.node.chain.parameters.blockDelaySeconds
        let time = node.node.chain.genesisTime + UInt64(win.epoch.rawValue) * delay
        node.advanceClock(to: time)
        _ = try await client.call(SyncSubmitBlock.self, block)
    }
}
