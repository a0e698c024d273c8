import BitFields
import BuiltinActors
import FilecoinTypes
import Foundation
import JSON
import JSONRPC
import ServiceKit
import VenusAPI

extension SealerProgram {
    static let proving = Command(
        "proving",
        usage: "how the miner proves its sectors",
        subcommands: [
            Command("info", usage: "show where the proving period stands", action: showPeriod),
            Command(
                "deadlines",
                usage: "list the deadlines",
                flags: [jsonFlag],
                action: listDeadlines
            ),
            Command(
                "faults",
                usage: "list the faulty sectors",
                flags: [jsonFlag],
                action: listFaults
            ),
            Command(
                "check",
                usage: "look at the files of the sectors of a deadline",
                argumentsUsage: "<deadline>",
                flags: [
                    jsonFlag,
                    Flag("only-bad", .boolean, usage: "print bad sectors only"),
                    Flag("slow", .boolean, usage: "open a leaf of each sector"),
                ],
                action: check
            ),
            Command(
                "history",
                usage: "list the proofs that the sealer made, newest first",
                flags: [jsonFlag, Flag("limit", .integer, default: "20", usage: "how many")],
                action: listProofs
            ),
        ]
    )

    /// A deadline with its partitions and the proofs of its present window.
    private struct Row: JSONEncodable {
        let index: UInt64
        let partitions: [PartitionResult]
        let proven: UInt64
        let isCurrent: Bool

        var live: UInt64 { partitions.reduce(0) { $0 + $1.liveSectors.field.count } }
        var faults: UInt64 { partitions.reduce(0) { $0 + $1.faultySectors.field.count } }
        var recoveries: UInt64 { partitions.reduce(0) { $0 + $1.recoveringSectors.field.count } }

        func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.member("Deadline", index)
                writer.member("Partitions", partitions.count)
                writer.member("Sectors", live)
                writer.member("Faults", faults)
                writer.member("Recoveries", recoveries)
                writer.member("ProvenPartitions", proven)
                writer.member("Current", isCurrent)
            }
        }
    }

    private static func rows(
        _ node: RPCClient,
        _ miner: Address,
        _ key: TipsetKey
    ) async throws -> [Row] {
        let deadlines = try await node.call(StateMinerDeadlines.self, miner, key)
        let current = try await node.call(StateMinerProvingDeadline.self, miner, key).index
        var rows: [Row] = []
        for (index, deadline) in deadlines.enumerated() {
            let partitions = try await node.call(
                StateMinerPartitions.self,
                miner,
                UInt64(index),
                key
            )
            rows.append(
                Row(
                    index: UInt64(index),
                    partitions: partitions ?? [],
                    proven: deadline.postSubmissions.field.count,
                    isCurrent: UInt64(index) == current
                )
            )
        }
        return rows
    }

    @Sendable private static func showPeriod(_ call: Invocation) async throws {
        let node = try node(call)
        let miner = try await miner(call)
        let head = try await node.call(ChainHead.self)
        let delay = try await node.call(StateGetNetworkParams.self).blockDelaySeconds
        let now = try await node.call(StateMinerProvingDeadline.self, miner, head.key)
        let rows = try await rows(node, miner, head.key)
        let live = rows.reduce(0) { $0 + $1.live }
        let faults = rows.reduce(0) { $0 + $1.faults }
        let share = live == 0 ? 0 : 100 * Double(faults) / Double(live)
        let time = EpochText(current: head.height, blockDelaySeconds: delay)
        call.print("Miner: \(miner)")
        call.print("Current Epoch:           \(head.height)")
        call.print("Proving Period Boundary: \(now.periodStart % now.provingPeriod)")
        call.print("Proving Period Start:    \(time(now.periodStart))")
        call.print("Next Period Start:       \(time(now.periodStart + now.provingPeriod))")
        call.print()
        call.print("Faults:      \(faults) (\(String(format: "%.2f", share))%)")
        call.print("Recovering:  \(rows.reduce(0) { $0 + $1.recoveries })")
        call.print("Deadline Index:       \(now.index)")
        call.print("Deadline Sectors:     \(rows.first { $0.index == now.index }?.live ?? 0)")
        call.print("Deadline Open:        \(time(now.open))")
        call.print("Deadline Close:       \(time(now.close))")
        call.print("Deadline Challenge:   \(time(now.challenge))")
        call.print("Deadline FaultCutoff: \(time(now.faultCutoff))")
    }

    @Sendable private static func listDeadlines(_ call: Invocation) async throws {
        let node = try node(call)
        let miner = try await miner(call)
        let rows = try await rows(node, miner, try await node.call(ChainHead.self).key)
        if call.boolean("json") { return printJSON(rows, call) }
        call.print("Miner: \(miner)")
        let title = ["deadline", "partitions", "sectors (faults)", "proven partitions"]
        let table = rows.map { row in
            [
                "\(row.index)", "\(row.partitions.count)", "\(row.live) (\(row.faults))",
                "\(row.proven)\(row.isCurrent ? " (current)" : "")",
            ]
        }
        call.print(TextTable(rows: [title] + table).text)
    }

    @Sendable private static func listFaults(_ call: Invocation) async throws {
        let node = try node(call)
        let miner = try await miner(call)
        let rows = try await rows(node, miner, try await node.call(ChainHead.self).key)
        var found: [(deadline: UInt64, partition: Int, sector: UInt64)] = []
        for row in rows {
            for (partition, state) in row.partitions.enumerated() {
                for sector in state.faultySectors.field.bits {
                    found.append((row.index, partition, sector))
                }
            }
        }
        if call.boolean("json") {
            var writer = JSONWriter(format: .indented())
            writer.array { writer in
                for fault in found {
                    writer.object { writer in
                        writer.member("Deadline", fault.deadline)
                        writer.member("Partition", fault.partition)
                        writer.member("Sector", fault.sector)
                    }
                }
            }
            return call.print(String(decoding: writer.bytes, as: UTF8.self))
        }
        call.print("Miner: \(miner)")
        let table = found.map { ["\($0.deadline)", "\($0.partition)", "\($0.sector)"] }
        call.print(TextTable(rows: [["deadline", "partition", "sectors"]] + table).text)
    }

    @Sendable private static func check(_ call: Invocation) async throws {
        guard call.arguments.count == 1, let deadline = UInt64(call.arguments[0]),
            deadline < MinerPolicy.periodDeadlines
        else { throw UsageError("check expects the number of a deadline, 0 to 47") }
        let bad = try await sealer(call).call(CheckDeadline.self, deadline, call.boolean("slow"))
        let node = try node(call)
        let miner = try await miner(call)
        let partitions = try await node.call(StateMinerPartitions.self, miner, deadline, .empty)
        if call.boolean("json") {
            printJSON(bad, call)
        } else {
            var rows = [["deadline", "partition", "sector", "status"]]
            for (partition, state) in (partitions ?? []).enumerated() {
                for sector in state.liveSectors.field.bits {
                    let reason = bad["\(sector)"]
                    if reason == nil, call.boolean("only-bad") { continue }
                    let status = reason.map { "bad (\($0))" } ?? "good"
                    rows.append(["\(deadline)", "\(partition)", "\(sector)", status])
                }
            }
            call.print(TextTable(rows: rows).text)
        }
        // For scripts.
        guard bad.isEmpty else { throw CommandFailure("\(bad.count) sectors are bad") }
    }

    @Sendable private static func listProofs(_ call: Invocation) async throws {
        let records = try await sealer(call).call(WindowPoStList.self, call.integer("limit"))
        if call.boolean("json") { return printJSON(records, call) }
        let title = [
            "Open", "Deadline", "Partitions", "State", "Landed", "Skipped", "Message", "Note",
        ]
        let rows = records.map { record in
            [
                "\(record.open)", "\(record.deadline)", "\(record.partitions)", record.state,
                record.landedAt > 0 ? "\(record.landedAt)" : "", "\(record.skipped)",
                record.message, record.note,
            ]
        }
        call.print(TextTable(rows: [title] + rows).text)
    }
}
