import ActorRuntime
import BuiltinActors
import FilecoinTypes
import JSON
import JSONRPC
import Multiformats
import ServiceKit
import VenusAPI

extension MessagerProgram {
    /// What changes fees, of a sender or of a method.
    static let feeFlags = [
        Flag("gas-overestimation", .number, usage: "factor for the gas limit"),
        Flag("gas-over-premium", .number, usage: "factor for the premium"),
        Flag("max-fee", usage: "the most that a message may cost, in attoFIL"),
        Flag("gas-feecap", usage: "fee cap of messages that bring none, in attoFIL"),
        Flag("base-fee", usage: "base fee above which messages wait, in attoFIL"),
    ]

    static let actor = Command(
        "actor",
        usage: "settings of methods of actors",
        subcommands: [
            Command(
                "list",
                usage: "list them",
                flags: [Flag("output-type", default: "table", usage: "table or json")]
            ) { call in
                let rows = try await client(call).call(MessagerListActorCfg.self)
                if call.string("output-type") == "json" {
                    printJSON(rows, call)
                } else {
                    call.print(TextTable(rows).text)
                }
            },
            Command("get", usage: "show one", argumentsUsage: "<id>") { call in
                let row = try await client(call).call(
                    MessagerGetActorCfgByID.self,
                    argument(call, 0, "id")
                )
                call.print(TextTable([row]).text)
            },
            Command(
                "add",
                usage: "set what messages to a method may cost",
                argumentsUsage: "<code CID> <method>",
                flags: feeFlags + [
                    Flag("version", .integer, default: "0", usage: "generation of the actor")
                ],
                action: add
            ),
            Command(
                "update-fee-params",
                usage: "change those settings that are given",
                argumentsUsage: "<id>",
                flags: feeFlags
            ) { call in
                let id = try argument(call, 0, "id")
                _ = try await client(call).call(MessagerUpdateActorCfg.self, id, feeChange(call))
            },
            Command(
                "list-builtin-actors",
                usage: "list the actors with their codes and methods",
                flags: [Flag("version", .integer, default: "7", usage: "generation of the actors")],
                action: listActors
            ),
        ]
    )

    @Sendable private static func add(_ call: Invocation) async throws {
        let text = try argument(call, 0, "code CID")
        guard let code = try? CID(text) else { throw UsageError("\(text) is no CID") }
        guard let number = try UInt64(argument(call, 1, "method")) else {
            throw UsageError("\(call.arguments[1]) is no number of a method")
        }
        var fees = MessagerFees()
        try feeChange(call).apply(to: &fees)
        let settings = MessagerActorSettings(
            id: SystemRandom().uuid(),
            version: call.integer("version"),
            code: code,
            method: MethodNumber(rawValue: number),
            fees: fees
        )
        _ = try await client(call).call(MessagerSaveActorCfg.self, settings)
    }

    /// The fees that are given.
    ///
    /// - Throws: `UsageError` where none is.
    static func feeChange(_ call: Invocation) throws -> MessagerFeeChange {
        guard feeFlags.contains(where: { call.isSet($0.name) }) else {
            throw UsageError("no fee is given")
        }
        var change = MessagerFeeChange()
        if call.isSet("gas-overestimation") {
            change.gasOverEstimation = call.number("gas-overestimation")
        }
        if call.isSet("gas-over-premium") {
            change.gasOverPremium = call.number("gas-over-premium")
        }
        if call.isSet("max-fee") { change.maxFee = try amount(call, "max-fee") }
        if call.isSet("gas-feecap") { change.gasFeeCap = try amount(call, "gas-feecap") }
        if call.isSet("base-fee") { change.baseFee = try amount(call, "base-fee") }
        return change
    }

    @Sendable private static func listActors(_ call: Invocation) async throws {
        let number = UInt64(clamping: call.integer("version"))
        guard let version = ActorsVersion(rawValue: number) else {
            throw UsageError("actors of generation \(number) are not known")
        }
        var rows: [[String]] = []
        for actor in ActorRegistry.builtin.all {
            let code = ActorCode(actor.kind, version)
            for method in actor.methods where method.since <= version {
                rows.append([
                    actor.kind.rawValue, "\(number)", "\(code.cid)", "\(method.number)",
                    method.name,
                ])
            }
        }
        call.print(
            TextTable(["Category", "Version", "Code", "Method", "MethodName"], rows).text
        )
    }
}
