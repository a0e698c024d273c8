import BigIntegers
import BitFields
import Bytes
import FilecoinTypes
import JSON
import JSONRPC
import ServiceKit
import VenusAPI

extension NodeProgram {
    static let state = Command(
        "state",
        usage: "look at the state",
        subcommands: [
            Command(
                "power",
                usage: "power of a miner, or of the network",
                argumentsUsage: "[miner]",
                action: power
            ),
            Command(
                "miner-info",
                usage: "keys and settings of a miner",
                argumentsUsage: "<miner>",
                action: minerInfo
            ),
            Command("get-actor", usage: "an actor", argumentsUsage: "<address>") { call in
                let address = try address(call)
                let actor = try await with(call) {
                    try await $0.call(StateGetActor.self, address, .empty)
                }
                if call.boolean("json") { return printJSON(actor, call) }
                call.print("Address: \(address)")
                call.print("Balance: \(actor.balance)")
                call.print("Nonce:   \(actor.nonce)")
                call.print("Code:    \(actor.code)")
                call.print("Head:    \(actor.head)")
            },
            Command(
                "wait-msg",
                usage: "wait for a message",
                argumentsUsage: "<cid>",
                flags: [
                    Flag(
                        "confidence",
                        .integer,
                        default: "1",
                        usage: "epochs after the execution"
                    ),
                    Flag("timeout", .duration, default: "10m", usage: "how long to wait"),
                ],
                action: waitForMessage
            ),
            Command(
                "check",
                usage: "check what must hold in every state; exit status 1 if something does not",
                action: check
            ),
        ]
    )

    @Sendable private static func power(_ call: Invocation) async throws {
        let power = try await with(call) { client in
            var miner = Address.power
            if call.arguments.isEmpty {
                // The total is in the answer about any miner.
                guard let any = try await client.call(StateListMiners.self, .empty).first else {
                    throw CommandFailure("the network has no miner")
                }
                miner = any
            } else {
                miner = try address(call)
            }
            return try await client.call(StateMinerPower.self, miner, .empty)
        }
        if call.boolean("json") { return printJSON(power, call) }
        let total = power.totalPower.qualityAdjustedPower.attoFIL
        if call.arguments.isEmpty { return call.print("\(total)(\(ByteSize(total)))") }
        let own = power.minerPower.qualityAdjustedPower.attoFIL
        let share =
            total.isZero
            ? "0" : ByteSize.hundredths((own * 10_000).euclideanDivided(by: total).quotient)
        call.print("\(own)(\(ByteSize(own))) / \(total)(\(ByteSize(total))) ~= \(share)%")
        if !power.hasMinPower { call.print("below the minimum for elections") }
    }

    @Sendable private static func minerInfo(_ call: Invocation) async throws {
        let miner = try address(call)
        let info = try await with(call) { try await $0.call(StateMinerInfo.self, miner, .empty) }
        if call.boolean("json") { return printJSON(info, call) }
        call.print("Owner:       \(info.owner)")
        call.print("Worker:      \(info.worker)")
        for (index, control) in info.controlAddresses.enumerated() {
            call.print("Control \(index):   \(control)")
        }
        call.print("Sector size: \(ByteSize(BigInt(info.sectorSize.rawValue)))")
        call.print("Peer id:     \(info.peerID ?? "")")
    }

    @Sendable private static func waitForMessage(_ call: Invocation) async throws {
        let message = try cid(call)
        let lookup = try await with(call) {
            try await $0.call(
                StateWaitMsg.self,
                message,
                UInt64(clamping: call.integer("confidence")),
                MessageSearch.noLimit,
                true,
                timeout: call.duration("timeout")
            )
        }
        if call.boolean("json") { return printJSON(lookup, call) }
        call.print("message was executed in tipset: \(lookup.tipset)")
        call.print("Exit Code: \(lookup.receipt.exitCode.rawValue)")
        call.print("Gas Used:  \(lookup.receipt.gasUsed.rawValue)")
        call.print("Return:    \(lookup.receipt.returnValue.hex)")
    }

    @Sendable private static func check(_ call: Invocation) async throws {
        let report = try await with(call) {
            try await $0.call(StateCheckInvariants.self, .empty, timeout: .seconds(3600))
        }
        if call.boolean("json") {
            printJSON(report, call)
        } else {
            let actors = report.actors.values.reduce(0, +)
            call.print("\(actors) actors own \(report.total)")
            for broken in report.broken {
                let known = broken.isKnown ? " (the reference's own actors do that too)" : ""
                call.print("\(broken.actor): \(broken.text)\(known)")
            }
        }
        let unexpected = report.broken.filter { !$0.isKnown }
        guard unexpected.isEmpty else {
            throw CommandFailure("\(unexpected.count) rules do not hold")
        }
    }
}

/// A number of bytes for people: `2 KiB`.
private struct ByteSize: CustomStringConvertible {
    private static let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    let description: String

    init(_ bytes: BigInt) {
        var hundredths = bytes * 100
        var unit = 0
        while hundredths >= BigInt(102_400), unit < Self.units.count - 1 {
            hundredths = hundredths.euclideanDivided(by: 1024).quotient
            unit += 1
        }
        description = "\(Self.hundredths(hundredths)) \(Self.units[unit])"
    }

    /// Hundredths as a decimal number, without zeros at its end.
    static func hundredths(_ number: BigInt) -> String {
        let (whole, rest) = number.euclideanDivided(by: 100)
        var fraction = "\(rest)"
        if fraction.utf8.count == 1 { fraction = "0" + fraction }
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return fraction.isEmpty ? "\(whole)" : "\(whole).\(fraction)"
    }
}
