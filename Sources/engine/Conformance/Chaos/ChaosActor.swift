internal import ActorRuntime
internal import BuiltinActors
internal import CBOR
internal import FilecoinTypes
internal import Multiformats

/// The actor that misbehaves on request: vectors that select it have it in their state, at f098.
///
/// It is test support and lives where no service can use it.
///
/// - SeeAlso: lotus, `conformance/chaos`.
enum ChaosActor {
    /// Who it is in every vector.
    static let id: ActorID = 98

    static let definition = ActorDefinition(
        .chaos,
        [
            ActorMethod(1, "Constructor", construct),
            ActorMethod(2, "CallerValidation", validateCaller),
            ActorMethod(3, "CreateActor", createActor),
            ActorMethod(4, "ResolveAddress", resolveAddress),
            ActorMethod(5, "DeleteActor", deleteActor),
            ActorMethod(6, "Send", send),
            ActorMethod(7, "MutateState", mutateState),
            ActorMethod(8, "AbortWith", abort),
            ActorMethod(9, "InspectRuntime", inspect),
            ActorMethod(10, "CreateState", createState),
        ]
    )

    static func construct(_ rt: Runtime) throws(ActorError) {
        throw .panicked("constructor should not be called; the Chaos actor is a singleton actor")
    }

    static func validateCaller(
        _ rt: Runtime,
        _ parameters: ChaosCallerValidation
    ) throws(ActorError) {
        switch parameters.branch {
        case 0: break
        case 1:
            try rt.validateCallerIsAny()
            try rt.validateCallerIsAny()
        case 2: try rt.validateCaller(isOneOf: parameters.addresses)
        case 3: try validateCaller(rt, codes: parameters.codes)
        default: throw .panicked("invalid branch passed to CallerValidation")
        }
    }

    /// Lets only callers with one of the codes in.
    private static func validateCaller(_ rt: Runtime, codes: [CID]) throws(ActorError) {
        // The runtime compares kinds of its own generation: the codes of others match nobody.
        let kinds = codes.compactMap { ActorCode(cid: $0) }.filter { $0.version == rt.version }
            .map(\.kind)
        guard let kind = try rt.kind(of: rt.caller), kinds.contains(kind) else {
            throw .system(.systemForbidden, "caller type was not one of \(codes)")
        }
        try rt.validateCallerIsAny()
    }

    static func createActor(
        _ rt: Runtime,
        _ parameters: ChaosCreateActor
    ) throws(ActorError) {
        try rt.validateCallerIsAny()
        guard !parameters.hasNoCode, !parameters.hasNoAddress, let id = parameters.address.actorID
        else {
            throw .system(.systemIllegalArgument, "cannot create an actor without code or address")
        }
        try rt.createActor(parameters.code, id: id)
    }

    static func resolveAddress(
        _ rt: Runtime,
        _ address: Address
    ) throws(ActorError) -> ChaosResolution {
        try rt.validateCallerIsAny()
        let id = try rt.resolve(address)
        return ChaosResolution(address: .id(id ?? 0), isFound: id != nil)
    }

    static func deleteActor(_ rt: Runtime, _ beneficiary: Address) throws(ActorError) {
        try rt.validateCallerIsAny()
        try rt.deleteActor(beneficiary: beneficiary)
    }

    static func send(
        _ rt: Runtime,
        _ parameters: ChaosSend
    ) throws(ActorError) -> ChaosSendReturn {
        try rt.validateCallerIsAny()
        let sent = try rt.send(
            to: parameters.to,
            method: parameters.method,
            params: parameters.params,
            value: parameters.value
        )
        return ChaosSendReturn(returned: sent.returned, code: sent.exitCode)
    }

    static func mutateState(_ rt: Runtime, _ parameters: ChaosMutation) throws(ActorError) {
        try rt.validateCallerIsAny()
        switch parameters.branch {
        case 0:
            try rt.transaction { (state: inout ChaosState) throws(ActorError) in
                state.value = parameters.value
            }
        case 1:
            // What is changed in a state that was only read is lost.
            _ = try rt.state(ChaosState.self)
        case 2:
            try rt.transaction { (state: inout ChaosState) throws(ActorError) in
                state.value = parameters.value + "-in"
            }
        default: throw .panicked("unknown mutation type")
        }
    }

    static func abort(_ rt: Runtime, _ parameters: ChaosAbort) throws(ActorError) {
        if parameters.isUncontrolled { throw .panicked(parameters.message) }
        throw .exit(parameters.code, parameters.message)
    }

    static func inspect(_ rt: Runtime) throws(ActorError) -> ChaosInspection {
        try rt.validateCallerIsAny()
        return ChaosInspection(
            caller: rt.callerAddress,
            receiver: rt.receiverAddress,
            value: rt.value,
            epoch: rt.epoch,
            balance: try rt.currentBalance(),
            state: try rt.state()
        )
    }

    static func createState(_ rt: Runtime) throws(ActorError) {
        try rt.validateCallerIsAny()
        try rt.createState(ChaosState(value: ""))
    }
}

extension ActorRegistry {
    /// The built-in actors, and the one that misbehaves.
    static let withChaos = ActorRegistry(ActorRegistry.builtin.all + [ChaosActor.definition])
}
