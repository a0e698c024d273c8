package import ActorRuntime
internal import BigIntegers
internal import CBOR
package import FilecoinTypes

extension MultisigTransaction {
    /// The hash by which an approval names exactly this proposal, at the price of a hash.
    func proposalHash(_ rt: Runtime) throws(ActorError) -> [UInt8] {
        guard let requester = approved.first else {
            throw .panicked("transaction without proposer")
        }
        let data = ProposalHashData(
            requester: requester,
            to: to,
            value: value,
            method: method,
            params: params
        )
        return try rt.hashBLAKE2b(data.cborBytes())
    }
}

extension MultisigState {
    /// The transactions that wait for approvals.
    package func pending(_ store: ActorStore) throws(ActorError) -> ADTMap<MultisigTransaction> {
        do { return try ADTMap(store: store, root: pendingTransactions) } catch {
            throw error.coded(.illegalState, "failed to load pending transactions")
        }
    }

    func requireSigner(_ id: ActorID) throws(ActorError) {
        if !signers.contains(.id(id)) { throw .forbidden("\(id) is not a signer") }
    }

    /// Locks an amount that is released evenly.
    package mutating func lock(
        _ amount: TokenAmount,
        from start: ChainEpoch,
        over duration: ChainEpoch
    ) {
        startEpoch = start
        unlockDuration = duration
        initialBalance = amount
    }

    /// What is still locked after `elapsed` epochs, rounded up.
    package func amountLocked(after elapsed: ChainEpoch) -> TokenAmount {
        if elapsed >= unlockDuration { return .zero }
        if elapsed <= 0 { return initialBalance }
        let duration = BigInt(unlockDuration.rawValue)
        let product = initialBalance.attoFIL * (duration - BigInt(elapsed.rawValue))
        let (quotient, remainder) = product.euclideanDivided(by: duration)
        return TokenAmount(attoFIL: remainder.isZero ? quotient : quotient + 1)
    }

    /// Checks that `amount` can be spent without touching what is locked.
    func requireAvailable(
        _ amount: TokenAmount,
        balance: TokenAmount,
        at epoch: ChainEpoch
    ) throws(ActorError) {
        if amount.isNegative { throw .insufficientFunds("amount to spend \(amount) below zero") }
        if balance < amount {
            throw .insufficientFunds(
                "current balance \(balance) less than amount to spend \(amount)"
            )
        }
        // Sending nothing is always possible, even if more is locked than there is.
        if amount.isZero { return }
        let locked = amountLocked(after: epoch - startEpoch)
        if balance - amount < locked {
            throw .insufficientFunds(
                "spending \(amount) of \(balance) would touch locked \(locked)"
            )
        }
    }

    /// Takes a signer's approvals back; a transaction without any left is removed.
    mutating func purgeApprovals(of signer: Address, _ store: ActorStore) throws(ActorError) {
        var pending = try pending(store)
        var affected: [(ADTKey, MultisigTransaction)] = []
        try pending.forEach { (key, transaction) throws(ActorError) in
            if transaction.approved.contains(signer) { affected.append((key, transaction)) }
            return true
        }
        for (key, transaction) in affected {
            var transaction = transaction
            transaction.approved.removeAll { $0 == signer }
            if transaction.approved.isEmpty {
                try pending.delete(key)
            } else {
                try pending.put(key, transaction)
            }
        }
        pendingTransactions = try pending.root()
    }
}
