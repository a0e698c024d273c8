package import ActorRuntime
internal import CBOR
internal import FilecoinTypes

/// A wallet that several signers control together.
///
/// One signer proposes a transaction, others approve it, and the approval that reaches the threshold executes
/// it. Signers and threshold change by transactions of the wallet to itself.
package enum MultisigActor {
    /// Signers of one wallet, at most.
    package static let maxSigners = 256

    package static let definition = ActorDefinition(
        .multisig,
        [
            ActorMethod(1, "Constructor", construct),
            ActorMethod(2, "Propose", propose),
            ActorMethod(3, "Approve", approve),
            ActorMethod(4, "Cancel", cancel),
            ActorMethod(5, "AddSigner", addSigner),
            ActorMethod(6, "RemoveSigner", removeSigner),
            ActorMethod(7, "SwapSigner", swapSigner),
            ActorMethod(8, "ChangeNumApprovalsThreshold", changeThreshold),
            ActorMethod(9, "LockBalance", lockBalance),
        ]
    )

    static func construct(
        _ rt: Runtime,
        _ parameters: MultisigConstructorParameters
    ) throws(ActorError) {
        try rt.validateCaller(isOneOf: .initActor)
        if parameters.signers.isEmpty { throw .illegalArgument("must have at least one signer") }
        if parameters.signers.count > maxSigners {
            throw .illegalArgument("cannot add more than \(maxSigners) signers")
        }
        var signers: [Address] = []
        for signer in parameters.signers {
            let resolved = Address.id(try resolve(rt, signer))
            if signers.contains(resolved) {
                throw .illegalArgument("duplicate signer not allowed: \(signer)")
            }
            signers.append(resolved)
        }
        if parameters.approvalsThreshold > UInt64(signers.count) {
            throw .illegalArgument("must not require more approvals than signers")
        }
        if parameters.approvalsThreshold < 1 {
            throw .illegalArgument("must require at least one approval")
        }
        if parameters.unlockDuration < 0 {
            throw .illegalArgument("negative unlock duration disallowed")
        }
        var state = MultisigState(
            signers: signers,
            approvalsThreshold: parameters.approvalsThreshold,
            nextTransactionID: 0,
            initialBalance: .zero,
            startEpoch: 0,
            unlockDuration: 0,
            pendingTransactions: try ADTMap<MultisigTransaction>.emptyRoot(in: rt.store)
        )
        if parameters.unlockDuration != 0 {
            state.lock(rt.value, from: parameters.startEpoch, over: parameters.unlockDuration)
        }
        try rt.createState(state)
    }

    // MARK: - Transactions

    static func propose(
        _ rt: Runtime,
        _ parameters: ProposeParameters
    ) throws(ActorError) -> ProposeReturn {
        try rt.validateCallerIsSignable()
        if parameters.value.isNegative {
            throw .illegalArgument("proposed value must be non-negative, was \(parameters.value)")
        }
        let transaction = MultisigTransaction(
            to: parameters.to,
            value: parameters.value,
            method: parameters.method,
            params: parameters.params,
            approved: []
        )
        let id = try rt.transaction { (state: inout MultisigState) throws(ActorError) -> Int64 in
            try state.requireSigner(rt.caller)
            var pending = try state.pending(rt.store)
            let id = state.nextTransactionID
            state.nextTransactionID = id &+ 1
            try pending.put(.signed(id), transaction)
            state.pendingTransactions = try pending.root()
            return id
        }
        let outcome = try addApproval(rt, id, transaction)
        return ProposeReturn(
            transactionID: id,
            applied: outcome.applied,
            code: outcome.code,
            returned: outcome.returned
        )
    }

    static func approve(
        _ rt: Runtime,
        _ parameters: TransactionIDParameters
    ) throws(ActorError) -> ApproveReturn {
        try rt.validateCallerIsSignable()
        let (state, transaction) = try rt.transaction {
            (state: inout MultisigState) throws(ActorError) in
            try state.requireSigner(rt.caller)
            var pending = try state.pending(rt.store)
            guard let found = try pending.get(.signed(parameters.id)) else {
                throw .notFound("no such transaction \(parameters.id) for approval")
            }
            if !parameters.proposalHash.isEmpty {
                guard try parameters.proposalHash == found.proposalHash(rt) else {
                    throw .illegalArgument("hash does not match proposal params")
                }
            }
            return (state, found)
        }
        // One that has enough approvals already (the threshold was lowered) needs no other.
        var outcome = try executeIfApproved(rt, state, parameters.id, transaction)
        if !outcome.applied { outcome = try addApproval(rt, parameters.id, transaction) }
        return ApproveReturn(
            applied: outcome.applied,
            code: outcome.code,
            returned: outcome.returned
        )
    }

    static func cancel(_ rt: Runtime, _ parameters: TransactionIDParameters) throws(ActorError) {
        try rt.validateCallerIsSignable()
        try rt.transaction { (state: inout MultisigState) throws(ActorError) in
            try state.requireSigner(rt.caller)
            var pending = try state.pending(rt.store)
            guard let transaction = try pending.pop(.signed(parameters.id)) else {
                throw .notFound("no such transaction \(parameters.id) to cancel")
            }
            guard transaction.approved.first == rt.callerAddress else {
                throw .forbidden("cannot cancel another signer's transaction")
            }
            // The hash is computed, and charged, even if there is nothing to compare it with.
            let hash = try transaction.proposalHash(rt)
            if !parameters.proposalHash.isEmpty && parameters.proposalHash != hash {
                throw .illegalState("hash does not match proposal params")
            }
            state.pendingTransactions = try pending.root()
        }
    }

    /// What became of a transaction.
    private struct Outcome {
        var applied = false
        var code = ExitCode.ok
        var returned: [UInt8] = []
    }

    private static func addApproval(
        _ rt: Runtime,
        _ id: Int64,
        _ transaction: MultisigTransaction
    ) throws(ActorError) -> Outcome {
        if transaction.approved.contains(rt.callerAddress) {
            throw .forbidden("\(rt.caller) already approved this message")
        }
        var transaction = transaction
        transaction.approved.append(rt.callerAddress)
        let approved = transaction
        let state = try rt.transaction { (state: inout MultisigState) throws(ActorError) in
            var pending = try state.pending(rt.store)
            try pending.put(.signed(id), approved)
            state.pendingTransactions = try pending.root()
            return state
        }
        return try executeIfApproved(rt, state, id, transaction)
    }

    private static func executeIfApproved(
        _ rt: Runtime,
        _ state: MultisigState,
        _ id: Int64,
        _ transaction: MultisigTransaction
    ) throws(ActorError) -> Outcome {
        guard UInt64(transaction.approved.count) >= state.approvalsThreshold else {
            return Outcome()
        }
        try state.requireAvailable(
            transaction.value,
            balance: try rt.currentBalance(),
            at: rt.epoch
        )
        let sent = try rt.send(
            to: transaction.to,
            method: transaction.method,
            params: transaction.params,
            value: transaction.value
        )
        try rt.transaction { (state: inout MultisigState) throws(ActorError) in
            var pending = try state.pending(rt.store)
            // It may be gone: the call can have removed the signer with all his approvals.
            _ = try pending.tryDelete(.signed(id))
            state.pendingTransactions = try pending.root()
        }
        return Outcome(applied: true, code: sent.exitCode, returned: sent.returned)
    }

    // MARK: - Signers

    static func addSigner(_ rt: Runtime, _ parameters: AddSignerParameters) throws(ActorError) {
        try rt.validateCaller(isOneOf: rt.receiver)
        let signer = Address.id(try resolve(rt, parameters.signer))
        try rt.transaction { (state: inout MultisigState) throws(ActorError) in
            if state.signers.count >= maxSigners {
                throw .forbidden("cannot add more than \(maxSigners) signers")
            }
            if state.signers.contains(signer) { throw .forbidden("\(signer) is already a signer") }
            state.signers.append(signer)
            if parameters.increase { state.approvalsThreshold &+= 1 }
        }
    }

    static func removeSigner(
        _ rt: Runtime,
        _ parameters: RemoveSignerParameters
    ) throws(ActorError) {
        try rt.validateCaller(isOneOf: rt.receiver)
        let signer = Address.id(try resolve(rt, parameters.signer))
        try rt.transaction { (state: inout MultisigState) throws(ActorError) in
            if !state.signers.contains(signer) { throw .forbidden("\(signer) is not a signer") }
            if state.signers.count == 1 { throw .forbidden("cannot remove only signer") }
            let remaining = UInt64(state.signers.count - 1)
            if !parameters.decrease && remaining < state.approvalsThreshold {
                throw .illegalArgument(
                    "can't reduce signers to \(remaining) below threshold \(state.approvalsThreshold)"
                )
            }
            if parameters.decrease {
                if state.approvalsThreshold < 2 {
                    throw .illegalArgument(
                        "can't decrease approvals from \(state.approvalsThreshold)"
                    )
                }
                state.approvalsThreshold -= 1
            }
            try state.purgeApprovals(of: signer, rt.store)
            state.signers.removeAll { $0 == signer }
        }
    }

    static func swapSigner(_ rt: Runtime, _ parameters: SwapSignerParameters) throws(ActorError) {
        try rt.validateCaller(isOneOf: rt.receiver)
        let old = Address.id(try resolve(rt, parameters.from))
        let new = Address.id(try resolve(rt, parameters.to))
        try rt.transaction { (state: inout MultisigState) throws(ActorError) in
            if !state.signers.contains(old) { throw .forbidden("\(old) is not a signer") }
            if state.signers.contains(new) { throw .illegalArgument("\(new) already a signer") }
            state.signers.removeAll { $0 == old }
            state.signers.append(new)
            try state.purgeApprovals(of: old, rt.store)
        }
    }

    static func changeThreshold(
        _ rt: Runtime,
        _ parameters: ChangeApprovalsThresholdParameters
    ) throws(ActorError) {
        try rt.validateCaller(isOneOf: rt.receiver)
        try rt.transaction { (state: inout MultisigState) throws(ActorError) in
            let threshold = parameters.newThreshold
            if threshold == 0 || threshold > UInt64(state.signers.count) {
                throw .illegalArgument("new threshold value \(threshold) not supported")
            }
            state.approvalsThreshold = threshold
        }
    }

    static func lockBalance(
        _ rt: Runtime,
        _ parameters: LockBalanceParameters
    ) throws(ActorError) {
        try rt.validateCaller(isOneOf: rt.receiver)
        if parameters.unlockDuration <= 0 {
            throw .illegalArgument("unlock duration must be positive")
        }
        if parameters.amount.isNegative {
            throw .illegalArgument("amount to lock must be positive")
        }
        try rt.transaction { (state: inout MultisigState) throws(ActorError) in
            if state.unlockDuration != 0 { throw .forbidden("modification of unlock disallowed") }
            state.lock(
                parameters.amount,
                from: parameters.startEpoch,
                over: parameters.unlockDuration
            )
        }
    }

    private static func resolve(_ rt: Runtime, _ address: Address) throws(ActorError) -> ActorID {
        do { return try rt.resolveCreating(address) } catch {
            throw error.coded(.illegalState, "failed to resolve address \(address)")
        }
    }
}
