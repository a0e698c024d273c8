import Bytes
import FilecoinTypes
import JSON
import JSONRPC
import Multiformats
import ServiceKit
import VenusAPI

extension SealerProgram {
    static let sectors = Command(
        "sectors",
        usage: "the sectors of the miner",
        subcommands: [
            Command(
                "list",
                usage: "list the sectors that the sealer knows",
                flags: [
                    jsonFlag,
                    Flag(
                        "fast",
                        .boolean,
                        aliases: ["f"],
                        usage: "do not ask the chain about each"
                    ),
                ],
                action: listSectors
            ),
            Command(
                "status",
                usage: "show a sector",
                argumentsUsage: "<number>",
                flags: [
                    jsonFlag,
                    Flag("on-chain-info", .boolean, usage: "show what the chain knows too"),
                    Flag("partition-info", .boolean, usage: "show where it is proven"),
                    Flag("proof", .boolean, usage: "show the proof of its sealing"),
                ],
                action: showSector
            ),
        ]
    )

    @Sendable private static func listSectors(_ call: Invocation) async throws {
        let sealer = try sealer(call)
        let isFast = call.boolean("fast")
        var statuses: [SectorStatusResult] = []
        for number in try await sealer.call(SectorsList.self) {
            statuses.append(try await sealer.call(SectorsStatus.self, number, !isFast))
        }
        if call.boolean("json") { return printJSON(statuses, call) }
        let node = try node(call)
        let miner = try await sealer.call(ActorAddress.self)
        let head = try await node.call(ChainHead.self)
        let delay = try await node.call(StateGetNetworkParams.self).blockDelaySeconds
        let time = EpochText(current: head.height, blockDelaySeconds: delay)
        let known = numbers(try await node.call(StateMinerSectors.self, miner, nil, head.key))
        let active = numbers(try await node.call(StateMinerActiveSectors.self, miner, head.key))
        var rows = [["ID", "State", "OnChain", "Active", "Expiration", "Deals"]]
        for status in statuses {
            rows.append([
                "\(status.number)", status.state, known.contains(status.number) ? "YES" : "NO",
                active.contains(status.number) ? "YES" : "NO",
                status.expiration > 0 ? time(status.expiration) : "",
                status.deals.isEmpty ? "CC" : "\(status.deals.count)",
            ])
        }
        call.print(TextTable(rows: rows).text)
    }

    private static func numbers(_ sectors: [SectorOnChainResult]?) -> Set<SectorNumber> {
        Set((sectors ?? []).map(\.sectorNumber))
    }

    @Sendable private static func showSector(_ call: Invocation) async throws {
        guard call.arguments.count == 1, let number = UInt64(call.arguments[0]) else {
            throw UsageError("status expects the number of a sector")
        }
        let showsChain = call.boolean("on-chain-info")
        let sealer = try sealer(call)
        let status = try await sealer.call(SectorsStatus.self, SectorNumber(number), showsChain)
        if call.boolean("json") { return printJSON(status, call) }
        call.print("SectorID:\t\(status.number)")
        call.print("Status:\t\t\(status.state)")
        call.print("CIDcommD:\t\(status.commD?.description ?? "<nil>")")
        call.print("CIDcommR:\t\(status.commR?.description ?? "<nil>")")
        call.print("Ticket:\t\t\(status.ticket.hex)")
        call.print("TicketH:\t\(status.ticketEpoch)")
        call.print("Seed:\t\t\(status.seed.hex)")
        call.print("SeedH:\t\t\(status.seedEpoch)")
        call.print("Precommit:\t\(status.preCommitMessage)")
        call.print("Commit:\t\t\(status.commitMessage)")
        if call.boolean("proof") { call.print("Proof:\t\t\(status.proof.hex)") }
        call.print("Deals:\t\t[\(status.deals.map(\.description).joined(separator: " "))]")
        call.print("Retries:\t0")
        if !status.lastError.isEmpty { call.print("Last Error:\t\(status.lastError)") }
        if showsChain {
            call.print("\nSector On Chain Info")
            call.print("SealProof:\t\t\(status.sealProof.rawValue)")
            call.print("Activation:\t\t\(status.activation)")
            call.print("Expiration:\t\t\(status.expiration)")
            call.print("DealWeight:\t\t\(status.dealWeight.attoFIL)")
            call.print("VerifiedDealWeight:\t\(status.verifiedDealWeight.attoFIL)")
            call.print("InitialPledge:\t\t\(status.initialPledge)")
            call.print("\nExpiration Info")
            call.print("OnTime:\t\t\(status.onTime)")
            call.print("Early:\t\t\(status.early)")
        }
        if call.boolean("partition-info") {
            let miner = try await sealer.call(ActorAddress.self)
            let place = try await node(call).call(
                StateSectorPartition.self,
                miner,
                SectorNumber(number),
                .empty
            )
            call.print("\nDeadline:\t\(place.deadline)")
            call.print("Partition:\t\(place.partition)")
        }
    }
}
