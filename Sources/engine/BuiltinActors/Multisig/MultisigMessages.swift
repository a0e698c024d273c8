package import CBOR
package import FilecoinTypes
package import Multiformats

/// Parameters of Constructor.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct MultisigConstructorParameters: Hashable, Sendable, CBORCodable {
    package var signers: [Address]
    package var approvalsThreshold: UInt64
    package var unlockDuration: ChainEpoch
    package var startEpoch: ChainEpoch

    package init(
        signers: [Address],
        approvalsThreshold: UInt64,
        unlockDuration: ChainEpoch,
        startEpoch: ChainEpoch
    ) {
        self.signers = signers
        self.approvalsThreshold = approvalsThreshold
        self.unlockDuration = unlockDuration
        self.startEpoch = startEpoch
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(4)
        encoder.list(signers)
        encoder.unsigned(approvalsThreshold)
        encoder.encode(unlockDuration)
        encoder.encode(startEpoch)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 4)
        signers = try decoder.list()
        approvalsThreshold = try decoder.unsigned()
        unlockDuration = try decoder.value()
        startEpoch = try decoder.value()
    }
}

/// Parameters of Propose.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct ProposeParameters: Hashable, Sendable, CBORCodable {
    package var to: Address
    package var value: TokenAmount
    package var method: MethodNumber
    package var params: [UInt8]

    package init(
        to: Address,
        value: TokenAmount,
        method: MethodNumber,
        params: [UInt8]
    ) {
        self.to = to
        self.value = value
        self.method = method
        self.params = params
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(4)
        encoder.encode(to)
        encoder.encode(value)
        encoder.encode(method)
        encoder.bytes(params)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 4)
        to = try decoder.value()
        value = try decoder.value()
        method = try decoder.value()
        params = try decoder.bytes()
    }
}

/// Result of Propose.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct ProposeReturn: Hashable, Sendable, CBORCodable {
    package var transactionID: Int64
    /// Whether the transaction was executed at once.
    package var applied: Bool
    /// How it ended, if it was executed.
    package var code: ExitCode
    package var returned: [UInt8]

    package init(
        transactionID: Int64,
        applied: Bool,
        code: ExitCode,
        returned: [UInt8]
    ) {
        self.transactionID = transactionID
        self.applied = applied
        self.code = code
        self.returned = returned
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(4)
        encoder.signed(transactionID)
        encoder.bool(applied)
        encoder.encode(code)
        encoder.bytes(returned)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 4)
        transactionID = try decoder.signed()
        applied = try decoder.bool()
        code = try decoder.value()
        returned = try decoder.bytes()
    }
}

/// Parameters of Approve and Cancel.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct TransactionIDParameters: Hashable, Sendable, CBORCodable {
    package var id: Int64
    /// The hash of the proposal that is meant; empty if whatever has this ID.
    package var proposalHash: [UInt8]

    package init(
        id: Int64,
        proposalHash: [UInt8]
    ) {
        self.id = id
        self.proposalHash = proposalHash
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.signed(id)
        encoder.bytes(proposalHash)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        id = try decoder.signed()
        proposalHash = try decoder.bytes()
    }
}

/// Result of Approve.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct ApproveReturn: Hashable, Sendable, CBORCodable {
    /// Whether the transaction was executed.
    package var applied: Bool
    package var code: ExitCode
    package var returned: [UInt8]

    package init(
        applied: Bool,
        code: ExitCode,
        returned: [UInt8]
    ) {
        self.applied = applied
        self.code = code
        self.returned = returned
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(3)
        encoder.bool(applied)
        encoder.encode(code)
        encoder.bytes(returned)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 3)
        applied = try decoder.bool()
        code = try decoder.value()
        returned = try decoder.bytes()
    }
}

/// Parameters of AddSigner.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct AddSignerParameters: Hashable, Sendable, CBORCodable {
    package var signer: Address
    /// Whether one more approval shall be needed.
    package var increase: Bool

    package init(
        signer: Address,
        increase: Bool
    ) {
        self.signer = signer
        self.increase = increase
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(signer)
        encoder.bool(increase)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        signer = try decoder.value()
        increase = try decoder.bool()
    }
}

/// Parameters of RemoveSigner.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct RemoveSignerParameters: Hashable, Sendable, CBORCodable {
    package var signer: Address
    /// Whether one approval less shall be needed.
    package var decrease: Bool

    package init(
        signer: Address,
        decrease: Bool
    ) {
        self.signer = signer
        self.decrease = decrease
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(signer)
        encoder.bool(decrease)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        signer = try decoder.value()
        decrease = try decoder.bool()
    }
}

/// Parameters of SwapSigner.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct SwapSignerParameters: Hashable, Sendable, CBORCodable {
    package var from: Address
    package var to: Address

    package init(
        from: Address,
        to: Address
    ) {
        self.from = from
        self.to = to
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(from)
        encoder.encode(to)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        from = try decoder.value()
        to = try decoder.value()
    }
}

/// Parameters of ChangeNumApprovalsThreshold.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct ChangeApprovalsThresholdParameters: Hashable, Sendable, CBORCodable {
    package var newThreshold: UInt64

    package init(
        newThreshold: UInt64
    ) {
        self.newThreshold = newThreshold
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.unsigned(newThreshold)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        newThreshold = try decoder.unsigned()
    }
}

/// Parameters of LockBalance.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct LockBalanceParameters: Hashable, Sendable, CBORCodable {
    package var startEpoch: ChainEpoch
    package var unlockDuration: ChainEpoch
    package var amount: TokenAmount

    package init(
        startEpoch: ChainEpoch,
        unlockDuration: ChainEpoch,
        amount: TokenAmount
    ) {
        self.startEpoch = startEpoch
        self.unlockDuration = unlockDuration
        self.amount = amount
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(3)
        encoder.encode(startEpoch)
        encoder.encode(unlockDuration)
        encoder.encode(amount)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 3)
        startEpoch = try decoder.value()
        unlockDuration = try decoder.value()
        amount = try decoder.value()
    }
}

/// A proposal that waits for approvals.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct MultisigTransaction: Hashable, Sendable, CBORCodable {
    package var to: Address
    package var value: TokenAmount
    package var method: MethodNumber
    package var params: [UInt8]
    /// Who approved; the proposer first.
    package var approved: [Address]

    package init(
        to: Address,
        value: TokenAmount,
        method: MethodNumber,
        params: [UInt8],
        approved: [Address]
    ) {
        self.to = to
        self.value = value
        self.method = method
        self.params = params
        self.approved = approved
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(5)
        encoder.encode(to)
        encoder.encode(value)
        encoder.encode(method)
        encoder.bytes(params)
        encoder.list(approved)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 5)
        to = try decoder.value()
        value = try decoder.value()
        method = try decoder.value()
        params = try decoder.bytes()
        approved = try decoder.list()
    }
}

/// What the hash of a proposal covers.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct ProposalHashData: Hashable, Sendable, CBORCodable {
    package var requester: Address
    package var to: Address
    package var value: TokenAmount
    package var method: MethodNumber
    package var params: [UInt8]

    package init(
        requester: Address,
        to: Address,
        value: TokenAmount,
        method: MethodNumber,
        params: [UInt8]
    ) {
        self.requester = requester
        self.to = to
        self.value = value
        self.method = method
        self.params = params
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(5)
        encoder.encode(requester)
        encoder.encode(to)
        encoder.encode(value)
        encoder.encode(method)
        encoder.bytes(params)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 5)
        requester = try decoder.value()
        to = try decoder.value()
        value = try decoder.value()
        method = try decoder.value()
        params = try decoder.bytes()
    }
}

/// The state of a multisig actor.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct MultisigState: Hashable, Sendable, CBORCodable {
    /// ID addresses.
    package var signers: [Address]
    package var approvalsThreshold: UInt64
    package var nextTransactionID: Int64
    /// What is locked at the start epoch and released evenly.
    package var initialBalance: TokenAmount
    package var startEpoch: ChainEpoch
    package var unlockDuration: ChainEpoch
    /// HAMT of transactions by ID.
    package var pendingTransactions: CID

    package init(
        signers: [Address],
        approvalsThreshold: UInt64,
        nextTransactionID: Int64,
        initialBalance: TokenAmount,
        startEpoch: ChainEpoch,
        unlockDuration: ChainEpoch,
        pendingTransactions: CID
    ) {
        self.signers = signers
        self.approvalsThreshold = approvalsThreshold
        self.nextTransactionID = nextTransactionID
        self.initialBalance = initialBalance
        self.startEpoch = startEpoch
        self.unlockDuration = unlockDuration
        self.pendingTransactions = pendingTransactions
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(7)
        encoder.list(signers)
        encoder.unsigned(approvalsThreshold)
        encoder.signed(nextTransactionID)
        encoder.encode(initialBalance)
        encoder.encode(startEpoch)
        encoder.encode(unlockDuration)
        encoder.encode(pendingTransactions)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 7)
        signers = try decoder.list()
        approvalsThreshold = try decoder.unsigned()
        nextTransactionID = try decoder.signed()
        initialBalance = try decoder.value()
        startEpoch = try decoder.value()
        unlockDuration = try decoder.value()
        pendingTransactions = try decoder.value()
    }
}
