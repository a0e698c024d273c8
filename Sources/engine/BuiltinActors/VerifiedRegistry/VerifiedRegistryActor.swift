package import ActorRuntime
internal import BigIntegers
internal import CBOR
internal import FilecoinTypes

/// Who may store data that counts tenfold, and how much of it.
///
/// The root key names verifiers, verifiers give data cap to clients, deals use it up.
package enum VerifiedRegistryActor {
    /// What a verifier's consent to take data cap away begins with.
    private static let removalDomain = Array("fil_removedatacap:".utf8)

    package static let definition = ActorDefinition(
        .verifiedRegistry,
        [
            ActorMethod(1, "Constructor", construct),
            ActorMethod(2, "AddVerifier", addVerifier),
            ActorMethod(3, "RemoveVerifier", removeVerifier),
            ActorMethod(4, "AddVerifiedClient", addVerifiedClient),
            ActorMethod(5, "UseBytes", useBytes),
            ActorMethod(6, "RestoreBytes", restoreBytes),
            ActorMethod(7, "RemoveVerifiedClientDataCap", since: .v7, removeDataCap),
        ]
    )

    static func construct(_ rt: Runtime, _ rootKey: Address) throws(ActorError) {
        try rt.validateCaller(isOneOf: .system)
        guard let root = try rt.resolve(rootKey) else {
            throw .illegalArgument("root should be an ID address")
        }
        let empty = try ADTMap<DataCap>.emptyRoot(in: rt.store)
        try rt.createState(
            VerifiedRegistryState(
                rootKey: .id(root),
                verifiers: empty,
                verifiedClients: empty,
                removeDataCapProposalIDs: rt.version >= .v7 ? empty : nil
            )
        )
    }

    static func addVerifier(_ rt: Runtime, _ parameters: AllowanceParameters) throws(ActorError) {
        try requireMinimum(rt, parameters.allowance)
        let verifier = Address.id(try resolve(rt, parameters.address))
        let state: VerifiedRegistryState = try rt.state()
        try rt.validateCaller(isOneOf: [state.rootKey])
        if verifier == state.rootKey {
            throw .illegalArgument("root key cannot be added as verifier")
        }
        try rt.transaction { (state: inout VerifiedRegistryState) throws(ActorError) in
            var verifiers = try ADTMap<DataCap>(store: rt.store, root: state.verifiers)
            var clients = try ADTMap<DataCap>(store: rt.store, root: state.verifiedClients)
            if try clients.has(.address(verifier)) {
                throw .illegalArgument("verified client \(verifier) cannot become a verifier")
            }
            try verifiers.put(.address(verifier), DataCap(parameters.allowance))
            state.verifiers = try verifiers.root()
        }
    }

    static func removeVerifier(_ rt: Runtime, _ address: Address) throws(ActorError) {
        let verifier = Address.id(try resolve(rt, address))
        let state: VerifiedRegistryState = try rt.state()
        try rt.validateCaller(isOneOf: [state.rootKey])
        try rt.transaction { (state: inout VerifiedRegistryState) throws(ActorError) in
            var verifiers = try ADTMap<DataCap>(store: rt.store, root: state.verifiers)
            if !(try verifiers.tryDelete(.address(verifier))) {
                throw .illegalArgument("no such verifier \(verifier)")
            }
            state.verifiers = try verifiers.root()
        }
    }

    static func addVerifiedClient(
        _ rt: Runtime,
        _ parameters: AllowanceParameters
    ) throws(ActorError) {
        try rt.validateCallerIsAny()
        try requireMinimum(rt, parameters.allowance)
        let client = Address.id(try resolve(rt, parameters.address))
        let state: VerifiedRegistryState = try rt.state()
        if state.rootKey == client {
            throw .illegalArgument("root key cannot be added as a verified client")
        }
        try rt.transaction { (state: inout VerifiedRegistryState) throws(ActorError) in
            var verifiers = try ADTMap<DataCap>(store: rt.store, root: state.verifiers)
            var clients = try ADTMap<DataCap>(store: rt.store, root: state.verifiedClients)
            let verifier = rt.callerAddress
            guard let cap = try verifiers.get(.address(verifier)) else {
                throw .notFound("no such verifier \(verifier)")
            }
            if try verifiers.has(.address(client)) {
                throw .illegalArgument("verifier \(client) cannot be added as a verified client")
            }
            if cap.bytes < parameters.allowance {
                throw .illegalArgument("allowance \(parameters.allowance) above \(cap.bytes)")
            }
            try verifiers.put(.address(verifier), DataCap(cap.bytes - parameters.allowance))
            let old = try clients.get(.address(client))?.bytes ?? 0
            try clients.put(.address(client), DataCap(old + parameters.allowance))
            state.verifiers = try verifiers.root()
            state.verifiedClients = try clients.root()
        }
    }

    static func useBytes(_ rt: Runtime, _ parameters: DataCapChange) throws(ActorError) {
        try rt.validateCaller(isOneOf: .market)
        let client = Address.id(try resolve(rt, parameters.address))
        try requireMinimum(rt, parameters.dealSize)
        try rt.transaction { (state: inout VerifiedRegistryState) throws(ActorError) in
            var clients = try ADTMap<DataCap>(store: rt.store, root: state.verifiedClients)
            guard let cap = try clients.get(.address(client)) else {
                throw .notFound("no such verified client \(client)")
            }
            if cap.bytes.signum < 0 { throw .illegalState("negative cap for client \(client)") }
            if parameters.dealSize > cap.bytes {
                throw .illegalArgument("deal size \(parameters.dealSize) exceeds cap \(cap.bytes)")
            }
            let rest = cap.bytes - parameters.dealSize
            if rest < rt.policy.minVerifiedDealSize {
                try clients.delete(.address(client))
            } else {
                try clients.put(.address(client), DataCap(rest))
            }
            state.verifiedClients = try clients.root()
        }
    }

    static func restoreBytes(_ rt: Runtime, _ parameters: DataCapChange) throws(ActorError) {
        try rt.validateCaller(isOneOf: .market)
        try requireMinimum(rt, parameters.dealSize)
        let client = Address.id(try resolve(rt, parameters.address))
        let state: VerifiedRegistryState = try rt.state()
        if state.rootKey == client {
            throw .illegalArgument("cannot restore allowance for root key")
        }
        try rt.transaction { (state: inout VerifiedRegistryState) throws(ActorError) in
            var clients = try ADTMap<DataCap>(store: rt.store, root: state.verifiedClients)
            var verifiers = try ADTMap<DataCap>(store: rt.store, root: state.verifiers)
            if try verifiers.has(.address(client)) {
                throw .illegalArgument("cannot restore allowance for a verifier")
            }
            let old = try clients.get(.address(client))?.bytes ?? 0
            try clients.put(.address(client), DataCap(old + parameters.dealSize))
            state.verifiedClients = try clients.root()
        }
    }

    // MARK: - Removal of data cap

    static func removeDataCap(
        _ rt: Runtime,
        _ parameters: RemoveDataCapParameters
    ) throws(ActorError) -> RemoveDataCapReturn {
        let client = Address.id(try resolve(rt, parameters.client, orExit: .illegalArgument))
        let first = Address.id(
            try resolve(rt, parameters.first.verifier, orExit: .illegalArgument)
        )
        let second = Address.id(
            try resolve(rt, parameters.second.verifier, orExit: .illegalArgument)
        )
        if first == second { throw .illegalArgument("need two different verifiers") }
        let removed = try rt.transaction {
            (state: inout VerifiedRegistryState) throws(ActorError) -> BigInt in
            try rt.validateCaller(isOneOf: [state.rootKey])
            var clients = try ADTMap<DataCap>(store: rt.store, root: state.verifiedClients)
            guard let cap = try clients.get(.address(client)) else {
                throw .notFound("\(parameters.client) is not a verified client")
            }
            try requireVerifier(rt, state, first)
            try requireVerifier(rt, state, second)
            guard let proposalRoot = state.removeDataCapProposalIDs else {
                throw .illegalState("no proposal ids")
            }
            var proposals = try ADTMap<RemoveDataCapProposalID>(
                store: rt.store,
                root: proposalRoot
            )
            let firstID = try useProposalID(&proposals, first, client)
            let secondID = try useProposalID(&proposals, second, client)
            try verify(rt, parameters.first, firstID, parameters.amount, client)
            try verify(rt, parameters.second, secondID, parameters.amount, client)
            let rest = cap.bytes - parameters.amount
            var removed = parameters.amount
            if rest.signum <= 0 {
                try clients.delete(.address(client))
                removed = cap.bytes
            } else {
                try clients.put(.address(client), DataCap(rest))
            }
            state.removeDataCapProposalIDs = try proposals.root()
            state.verifiedClients = try clients.root()
            return removed
        }
        return RemoveDataCapReturn(client: parameters.client, removed: removed)
    }

    private static func requireVerifier(
        _ rt: Runtime,
        _ state: VerifiedRegistryState,
        _ address: Address
    ) throws(ActorError) {
        // Loaded anew for each, as in the reference.
        var verifiers = try ADTMap<DataCap>(store: rt.store, root: state.verifiers)
        if !(try verifiers.has(.address(address))) {
            throw .illegalArgument("\(address) is not a verifier")
        }
    }

    private static func useProposalID(
        _ proposals: inout ADTMap<RemoveDataCapProposalID>,
        _ verifier: Address,
        _ client: Address
    ) throws(ActorError) -> RemoveDataCapProposalID {
        var encoder = CBOREncoder()
        encoder.array(2)
        encoder.encode(verifier)
        encoder.encode(client)
        let key = ADTKey(bytes: encoder.bytes)
        let id = try proposals.get(key) ?? RemoveDataCapProposalID(proposalID: 0)
        try proposals.put(key, RemoveDataCapProposalID(proposalID: id.proposalID &+ 1))
        return id
    }

    private static func verify(
        _ rt: Runtime,
        _ request: RemoveDataCapRequest,
        _ id: RemoveDataCapProposalID,
        _ amount: BigInt,
        _ client: Address
    ) throws(ActorError) {
        let proposal = RemoveDataCapProposal(
            client: client,
            amount: amount,
            removalProposalID: id
        )
        do {
            try rt.verifySignature(
                request.signature,
                signer: request.verifier,
                plaintext: removalDomain + proposal.cborBytes()
            )
        } catch {
            if error.mustPropagate { throw error }
            throw .illegalArgument("remove datacap request signature is invalid: \(error)")
        }
    }

    private static func requireMinimum(_ rt: Runtime, _ bytes: BigInt) throws(ActorError) {
        if bytes < rt.policy.minVerifiedDealSize {
            throw .illegalArgument("\(bytes) bytes below minimum \(rt.policy.minVerifiedDealSize)")
        }
    }

    private static func resolve(
        _ rt: Runtime,
        _ address: Address,
        orExit code: ExitCode = .illegalState
    ) throws(ActorError) -> ActorID {
        do { return try rt.resolveCreating(address) } catch {
            throw error.coded(code, "failed to resolve address \(address)")
        }
    }
}
