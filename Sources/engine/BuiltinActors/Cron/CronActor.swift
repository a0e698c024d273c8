package import ActorRuntime
internal import FilecoinTypes

/// Calls what must run in every tipset: the power actor, then the market.
package enum CronActor {
    package static let definition = ActorDefinition(
        .cron,
        [
            ActorMethod(1, "Constructor", construct),
            ActorMethod(2, "EpochTick", tick),
        ]
    )

    static func construct(_ rt: Runtime, _ parameters: CronState) throws(ActorError) {
        try rt.validateCaller(isOneOf: .system)
        try rt.createState(parameters)
    }

    static func tick(_ rt: Runtime) throws(ActorError) {
        try rt.validateCaller(isOneOf: .system)
        let state: CronState = try rt.state()
        for entry in state.entries {
            // Whatever an entry does, the next one runs.
            _ = try rt.send(to: entry.receiver, method: entry.method)
        }
    }
}
