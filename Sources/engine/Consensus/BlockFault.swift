package import BigIntegers
package import FilecoinCrypto
package import FilecoinTypes
package import Multiformats
package import StateView

/// A rule that a block breaks.
///
/// Such a block is bad for ever, for everybody.
package enum BlockFault: Error, Hashable, Sendable, CustomStringConvertible {
    // What a header must have at all.
    case missingElectionProof
    case missingTicket
    case missingSignature
    case missingAggregate
    case minerNotAnID(Address)
    // What it builds on.
    case parents(String)
    case heightNotAboveParent(ChainEpoch, parent: ChainEpoch)
    case timestamp(UInt64, expected: UInt64)
    case weight(BigInt, computed: BigInt)
    case baseFee(TokenAmount, computed: TokenAmount)
    case stateRoot(CID, computed: CID)
    case receiptsRoot(CID, computed: CID)
    // Who made it.
    case notAMiner(Address, StateViewError)
    case minerWithoutClaim(Address)
    case signature(SignatureError)
    // That the miner won.
    case notAWinner
    case ineligible(String)
    case electionProof(SignatureError)
    case slashed
    case winCount(Int64, computed: Int64)
    case ticket(SignatureError)
    case beacon(BeaconFault)
    case winningPoSt(String)
    // What it carries.
    case messages(MessageListFault)

    package var description: String {
        switch self {
        case .missingElectionProof: "block cannot have nil election proof"
        case .missingTicket: "block cannot have nil ticket"
        case .missingSignature: "block had nil signature"
        case .missingAggregate: "block had nil bls aggregate signature"
        case .minerNotAnID: "block had non-ID miner address"
        case .parents(let reason): "load parent tipset failed: \(reason)"
        case .heightNotAboveParent(let height, let parent):
            "block height not greater than parent height: \(height) != \(parent)"
        case .timestamp(let timestamp, let expected):
            "block has wrong timestamp: \(timestamp) != \(expected)"
        case .weight(let weight, let computed):
            "parent weight different: \(weight) (header) != \(computed) (computed)"
        case .baseFee(let fee, let computed):
            "base fee doesn't match: \(fee.attoFIL) (header) != \(computed.attoFIL) (computed)"
        case .stateRoot(let root, let computed):
            "parent state root did not match computed state (\(root) != \(computed))"
        case .receiptsRoot(let root, let computed):
            "parent receipts root did not match computed value (\(computed) != \(root))"
        case .notAMiner(_, let reason): "GetMinerWorkerRaw failed: \(reason)"
        case .minerWithoutClaim: "minerIsValid failed: miner isn't valid"
        case .signature(let reason): "check block signature failed: \(reason)"
        case .notAWinner: "block is not claiming to be a winner"
        case .ineligible(let reason): "block's miner is ineligible to mine: \(reason)"
        case .electionProof(let reason):
            "validating block election proof failed: vrf was invalid: \(reason)"
        case .slashed: "received block was from slashed or invalid miner"
        case .winCount(let claimed, let computed):
            "miner claims wrong number of wins: miner: \(claimed), computed: \(computed)"
        case .ticket(let reason): "validating block tickets failed: vrf was invalid: \(reason)"
        case .beacon(let reason): "failed to validate blocks random beacon values: \(reason)"
        case .winningPoSt(let reason): "invalid election post: \(reason)"
        case .messages(let reason): "block had invalid messages: \(reason)"
        }
    }
}

/// What is wrong with the messages of a block.
package enum MessageListFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// One of the two lists.
    package enum List: String, Hashable, Sendable {
        case bls
        case secp = "secpk"
    }

    /// A rule that one message breaks.
    package enum One: Hashable, Sendable {
        case inclusion(MessageFault)
        case blockGasLimitExceeded
        case senderNotFound(Address)
        case senderNotAnAccount(Address)
        case nonce(UInt64, expected: UInt64)
        case signatureType(SignatureType)
        case signature(SignatureError)
    }

    /// The sender of a message in the first list has no BLS key.
    case noBLSKey(Address)
    case aggregate(SignatureError)
    case message(List, Int, One)
    case root(CID, computed: CID)

    package var description: String {
        switch self {
        case .noBLSKey(let sender):
            "failed to load bls public to validate block: \(sender) has none"
        case .aggregate(let reason): "bls aggregate signature was invalid: \(reason)"
        case .message(_, let index, .signature(let reason)):
            "failed to validate signature: message \(index) of its list: \(reason)"
        case .message(let list, let index, let fault):
            "block had invalid \(list.rawValue) message at index \(index): \(fault)"
        case .root(let root, let computed):
            "messages didn't match message root in header (\(root) != \(computed))"
        }
    }
}

extension MessageListFault.One: CustomStringConvertible {
    package var description: String {
        switch self {
        case .inclusion(let fault): "invalid for block inclusion: \(fault)"
        case .blockGasLimitExceeded: "block gas limit exceeded"
        case .senderNotFound(let sender): "failed to lookup sender \(sender): actor not found"
        case .senderNotAnAccount: "Sender must be an account actor"
        case .nonce(let nonce, let expected): "wrong nonce (exp: \(expected), got: \(nonce))"
        case .signatureType(let type): "signature of type \(type) in a list of secp256k1 messages"
        case .signature(let reason): "failed to validate signature: \(reason)"
        }
    }
}

/// Why a block was not accepted.
package enum BlockRejection: Error, CustomStringConvertible {
    /// The block breaks these rules; it and all that builds on it are bad.
    case invalid([BlockFault])
    /// The block is ahead of the clock; it may be good later. Times in seconds since 1970.
    case fromTheFuture(timestamp: UInt64, now: UInt64)
    /// This node cannot tell: something is missing, or it cannot execute the parents.
    case undecided(any Error)

    package var description: String {
        switch self {
        case .invalid(let faults):
            "\(faults.count) rule\(faults.count == 1 ? "" : "s") broken: "
                + faults.map(\.description).joined(separator: "; ")
        case .fromTheFuture(let timestamp, let now):
            "block was from the future (now=\(now), blk=\(timestamp)): temporal error"
        case .undecided(let error): "cannot validate the block: \(error)"
        }
    }
}
