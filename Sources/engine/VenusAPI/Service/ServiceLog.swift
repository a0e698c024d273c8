package import JSONRPC
package import ServiceKit

extension LogSystem {
    /// Sets how much a subsystem logs, as callers of ``LogSetLevel`` name both.
    ///
    /// - Throws: `RPCError` for a level or a subsystem that there is not.
    package func setLevel(
        _ name: String,
        of subsystem: String,
        among subsystems: [String]
    ) throws(RPCError) -> NoResult {
        guard let level = LogLevel(name) else {
            throw RPCError("unrecognized level: \"\(name)\"")
        }
        guard subsystems.contains(subsystem) else {
            throw RPCError("error: No such logger")
        }
        setLevel(level, of: subsystem)
        return NoResult()
    }
}

extension Command {
    /// The command `log` of a program, with which people see what its service logs, and set how much.
    package static func log<List: RPCMethod, SetLevel: RPCMethod>(
        _ list: List.Type = LogList.self,
        _ setLevel: SetLevel.Type = LogSetLevel.self,
        client: @escaping @Sendable (Invocation) throws -> RPCClient
    ) -> Command
    where
        List.Parameters == Positional<>,
        List.Result == [String],
        SetLevel.Parameters == Positional<String, String>
    {
        Command(
            "log",
            usage: "what the service logs",
            subcommands: [
                Command("list", usage: "list the subsystems") { call in
                    for name in try await client(call).call(list) { call.print(name) }
                },
                Command(
                    "set-level",
                    usage: "set the lowest level that is logged",
                    argumentsUsage: "<level>",
                    flags: [Flag("system", .list, usage: "only this subsystem; may be repeated")]
                ) { call in
                    guard let level = call.arguments.first else {
                        throw CommandFailure("level is required")
                    }
                    let client = try client(call)
                    let systems =
                        call.isSet("system") ? call.list("system") : try await client.call(list)
                    for system in systems { _ = try await client.call(setLevel, system, level) }
                },
            ]
        )
    }
}
