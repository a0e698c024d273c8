package import FilecoinTypes
package import JSON
package import JSONRPC

// Multisig actors: what they hold, and the messages that move it. Such a message is not sent: the caller completes it.

/// The message that creates a multisig.
package enum MsigCreate: RPCMethod {
    package static let name = "Filecoin.MsigCreate"
    package static let parameterNames: [String] = [
        "threshold",
        "signers",
        "unlockDuration",
        "value",
        "sender",
        "gasPrice",
    ]
    package typealias Parameters = Positional<
        UInt64, [Address], ChainEpoch, TokenAmount, Address, TokenAmount
    >
    package typealias Result = MessagePrototypeResult
}

/// The message that proposes a transaction.
package enum MsigPropose: RPCMethod {
    package static let name = "Filecoin.MsigPropose"
    package static let parameterNames: [String] = [
        "multisig",
        "to",
        "value",
        "sender",
        "method",
        "params",
    ]
    package typealias Parameters = Positional<
        Address, Address, TokenAmount, Address, UInt64, JSONBytes
    >
    package typealias Result = MessagePrototypeResult
}

/// The message that approves a transaction by its number.
package enum MsigApprove: RPCMethod {
    package static let name = "Filecoin.MsigApprove"
    package static let parameterNames: [String] = ["multisig", "transaction", "sender"]
    package typealias Parameters = Positional<Address, UInt64, Address>
    package typealias Result = MessagePrototypeResult
}

/// The message that approves a transaction if it is this one.
package enum MsigApproveTxnHash: RPCMethod {
    package static let name = "Filecoin.MsigApproveTxnHash"
    package static let parameterNames: [String] = [
        "multisig",
        "transaction",
        "proposer",
        "to",
        "value",
        "sender",
        "method",
        "params",
    ]
    package typealias Parameters = Positional<
        Address, UInt64, Address, Address, TokenAmount, Address, UInt64, JSONBytes
    >
    package typealias Result = MessagePrototypeResult
}

/// The message that takes a transaction back.
package enum MsigCancel: RPCMethod {
    package static let name = "Filecoin.MsigCancel"
    package static let parameterNames: [String] = ["multisig", "transaction", "sender"]
    package typealias Parameters = Positional<Address, UInt64, Address>
    package typealias Result = MessagePrototypeResult
}

/// The message that takes a transaction back if it is this one.
package enum MsigCancelTxnHash: RPCMethod {
    package static let name = "Filecoin.MsigCancelTxnHash"
    package static let parameterNames: [String] = [
        "multisig",
        "transaction",
        "to",
        "value",
        "sender",
        "method",
        "params",
    ]
    package typealias Parameters = Positional<
        Address, UInt64, Address, TokenAmount, Address, UInt64, JSONBytes
    >
    package typealias Result = MessagePrototypeResult
}

/// The message that proposes a new signer.
package enum MsigAddPropose: RPCMethod {
    package static let name = "Filecoin.MsigAddPropose"
    package static let parameterNames: [String] = ["multisig", "sender", "signer", "increase"]
    package typealias Parameters = Positional<Address, Address, Address, Bool>
    package typealias Result = MessagePrototypeResult
}

/// The message that approves a new signer.
package enum MsigAddApprove: RPCMethod {
    package static let name = "Filecoin.MsigAddApprove"
    package static let parameterNames: [String] = [
        "multisig",
        "sender",
        "transaction",
        "proposer",
        "signer",
        "increase",
    ]
    package typealias Parameters = Positional<Address, Address, UInt64, Address, Address, Bool>
    package typealias Result = MessagePrototypeResult
}

/// The message that takes the proposal of a new signer back.
package enum MsigAddCancel: RPCMethod {
    package static let name = "Filecoin.MsigAddCancel"
    package static let parameterNames: [String] = [
        "multisig",
        "sender",
        "transaction",
        "signer",
        "increase",
    ]
    package typealias Parameters = Positional<Address, Address, UInt64, Address, Bool>
    package typealias Result = MessagePrototypeResult
}

/// The message that proposes another signer in the place of one.
package enum MsigSwapPropose: RPCMethod {
    package static let name = "Filecoin.MsigSwapPropose"
    package static let parameterNames: [String] = ["multisig", "sender", "old", "new"]
    package typealias Parameters = Positional<Address, Address, Address, Address>
    package typealias Result = MessagePrototypeResult
}

/// The message that approves another signer in the place of one.
package enum MsigSwapApprove: RPCMethod {
    package static let name = "Filecoin.MsigSwapApprove"
    package static let parameterNames: [String] = [
        "multisig",
        "sender",
        "transaction",
        "proposer",
        "old",
        "new",
    ]
    package typealias Parameters = Positional<Address, Address, UInt64, Address, Address, Address>
    package typealias Result = MessagePrototypeResult
}

/// The message that takes the proposal of another signer back.
package enum MsigSwapCancel: RPCMethod {
    package static let name = "Filecoin.MsigSwapCancel"
    package static let parameterNames: [String] = [
        "multisig",
        "sender",
        "transaction",
        "old",
        "new",
    ]
    package typealias Parameters = Positional<Address, Address, UInt64, Address, Address>
    package typealias Result = MessagePrototypeResult
}

/// The message that proposes to remove a signer.
package enum MsigRemoveSigner: RPCMethod {
    package static let name = "Filecoin.MsigRemoveSigner"
    package static let parameterNames: [String] = ["multisig", "sender", "signer", "decrease"]
    package typealias Parameters = Positional<Address, Address, Address, Bool>
    package typealias Result = MessagePrototypeResult
}

/// What a multisig could spend now.
package enum MsigGetAvailableBalance: RPCMethod {
    package static let name = "Filecoin.MsigGetAvailableBalance"
    package static let parameterNames: [String] = ["multisig", "key"]
    package typealias Parameters = Positional<Address, TipsetKey>
    package typealias Result = TokenAmount
}

/// What vested between two tipsets.
package enum MsigGetVested: RPCMethod {
    package static let name = "Filecoin.MsigGetVested"
    package static let parameterNames: [String] = ["multisig", "start", "end"]
    package typealias Parameters = Positional<Address, TipsetKey, TipsetKey>
    package typealias Result = TokenAmount
}

/// How a multisig's balance vests.
package enum MsigGetVestingSchedule: RPCMethod {
    package static let name = "Filecoin.MsigGetVestingSchedule"
    package static let parameterNames: [String] = ["multisig", "key"]
    package typealias Parameters = Positional<Address, TipsetKey>
    package typealias Result = VestingScheduleResult
}

/// The transactions that wait for approval.
package enum MsigGetPending: RPCMethod {
    package static let name = "Filecoin.MsigGetPending"
    package static let parameterNames: [String] = ["multisig", "key"]
    package typealias Parameters = Positional<Address, TipsetKey>
    package typealias Result = [MultisigTransactionResult]
}
