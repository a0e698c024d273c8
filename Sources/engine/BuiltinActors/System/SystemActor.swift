package import ActorRuntime
package import CBOR
internal import FilecoinTypes

/// The actor in whose name the protocol itself calls: rewards, cron, accounts.
package enum SystemActor {
    package static let definition = ActorDefinition(
        .system,
        [ActorMethod(1, "Constructor", construct)]
    )

    static func construct(_ rt: Runtime) throws(ActorError) {
        try rt.validateCaller(isOneOf: .system)
        try rt.createState(SystemState())
    }
}

/// The state of the system actor: nothing.
///
/// CBOR: an empty array.
package struct SystemState: Hashable, Sendable, CBORCodable {
    package init() {}

    package func encode(to encoder: inout CBOREncoder) { encoder.array(0) }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 0)
    }
}
