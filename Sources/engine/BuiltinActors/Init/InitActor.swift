package import ActorRuntime
internal import FilecoinTypes
internal import Multiformats

/// Creates actors and remembers which address belongs to which ID.
package enum InitActor {
    package static let definition = ActorDefinition(
        .`init`,
        [
            ActorMethod(1, "Constructor", construct),
            ActorMethod(2, "Exec", exec),
        ]
    )

    static func construct(
        _ rt: Runtime,
        _ parameters: InitConstructorParameters
    ) throws(ActorError) {
        try rt.validateCaller(isOneOf: .system)
        let empty = try ADTMap<ActorID>.emptyRoot(in: rt.store)
        try rt.createState(
            InitState(
                addressMap: empty,
                nextID: .firstNonSingleton,
                networkName: parameters.networkName
            )
        )
    }

    static func exec(_ rt: Runtime, _ parameters: ExecParameters) throws(ActorError) -> ExecReturn {
        try rt.validateCallerIsAny()
        guard let caller = try rt.code(of: rt.caller) else {
            throw .illegalState("no code for caller at \(rt.caller)")
        }
        guard mayExec(parameters.codeCID, caller: caller, version: rt.version) else {
            throw .forbidden("caller \(caller.name) cannot exec actor \(parameters.codeCID)")
        }
        // Stays the same when a reorganised chain gives the new actor another ID.
        let robust = try rt.makeActorAddress()
        let id = try rt.transaction { (state: inout InitState) throws(ActorError) -> ActorID in
            let id = state.nextID
            state.nextID = ActorID(rawValue: id.rawValue + 1)
            var map = try ADTMap<ActorID>(store: rt.store, root: state.addressMap)
            try map.put(.address(robust), id)
            state.addressMap = try map.root()
            return id
        }
        try rt.createActor(parameters.codeCID, id: id)
        try rt.send(
            to: .id(id),
            method: .constructor,
            params: parameters.constructorParams,
            value: rt.value
        ).requireSuccess("constructor failed")
        return ExecReturn(idAddress: .id(id), robustAddress: robust)
    }

    /// Anyone may make payment channels and multisigs; miners are made by the power actor.
    private static func mayExec(_ code: CID, caller: ActorCode, version: ActorsVersion) -> Bool {
        guard let wanted = ActorCode(cid: code), wanted.version == version else { return false }
        return switch wanted.kind {
        case .storageMiner: caller == ActorCode(.storagePower, version)
        case .paymentChannel, .multisig: true
        default: false
        }
    }
}
