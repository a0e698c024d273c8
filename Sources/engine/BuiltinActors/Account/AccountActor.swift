package import ActorRuntime
internal import FilecoinTypes

/// The account of a person: a key that can send messages.
///
/// Accounts come into being by the first message to a key address, not through the init actor.
package enum AccountActor {
    package static let definition = ActorDefinition(
        .account,
        [
            ActorMethod(1, "Constructor", construct),
            ActorMethod(2, "PubkeyAddress", keyAddress),
        ]
    )

    static func construct(_ rt: Runtime, _ address: Address) throws(ActorError) {
        try rt.validateCaller(isOneOf: .system)
        guard address.isKey else {
            throw .illegalArgument("address must use BLS or SECP protocol, got \(address)")
        }
        try rt.createState(AccountState(address: address))
    }

    static func keyAddress(_ rt: Runtime) throws(ActorError) -> Address {
        try rt.validateCallerIsAny()
        let state: AccountState = try rt.state()
        return state.address
    }
}
