internal import Bytes
package import FilecoinTypes
package import JSON
package import Multiformats

/// What executing a tipset, and messages after it, gave.
package struct ComputeStateResult: Hashable, Sendable {
    /// The root of the state after all of it.
    package var root: CID
    /// Every message, the protocol's own included, in the order of execution.
    package var trace: [InvocationResult]

    package init(root: CID, trace: [InvocationResult]) {
        self.root = root
        self.trace = trace
    }
}

extension ComputeStateResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Root", root)
            writer.member("Trace", trace)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        root = try object.decode("Root")
        trace = try object.decode("Trace")
    }
}

/// The least and the most that may be put at stake.
package struct CollateralBounds: Hashable, Sendable {
    package var minimum: TokenAmount
    package var maximum: TokenAmount

    package init(minimum: TokenAmount, maximum: TokenAmount) {
        self.minimum = minimum
        self.maximum = maximum
    }
}

extension CollateralBounds: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Min", minimum)
            writer.member("Max", maximum)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        minimum = try object.decode("Min")
        maximum = try object.decode("Max")
    }
}

/// A message that its sender must still complete.
package struct MessagePrototypeResult: Hashable, Sendable {
    package var message: Message
    /// Whether the message's nonce is meant; else it gets the next one.
    package var hasNonce: Bool

    package init(message: Message, hasNonce: Bool = false) {
        self.message = message
        self.hasNonce = hasNonce
    }
}

extension MessagePrototypeResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Message", message)
            writer.member("ValidNonce", hasNonce)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        message = try object.decode("Message")
        hasNonce = try object.decode("ValidNonce", default: false)
    }
}

/// How a multisig's balance vests.
package struct VestingScheduleResult: Hashable, Sendable {
    package var initialBalance: TokenAmount
    package var startEpoch: ChainEpoch
    package var unlockDuration: ChainEpoch

    package init(
        initialBalance: TokenAmount,
        startEpoch: ChainEpoch,
        unlockDuration: ChainEpoch
    ) {
        self.initialBalance = initialBalance
        self.startEpoch = startEpoch
        self.unlockDuration = unlockDuration
    }
}

extension VestingScheduleResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("InitialBalance", initialBalance)
            writer.member("StartEpoch", startEpoch)
            writer.member("UnlockDuration", unlockDuration)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        initialBalance = try object.decode("InitialBalance")
        startEpoch = try object.decode("StartEpoch")
        unlockDuration = try object.decode("UnlockDuration")
    }
}

/// A transaction of a multisig that waits for approval.
package struct MultisigTransactionResult: Hashable, Sendable {
    package var id: Int64
    package var to: Address
    package var value: TokenAmount
    package var method: MethodNumber
    package var params: [UInt8]
    package var approved: [Address]

    package init(
        id: Int64,
        to: Address,
        value: TokenAmount,
        method: MethodNumber,
        params: [UInt8],
        approved: [Address]
    ) {
        self.id = id
        self.to = to
        self.value = value
        self.method = method
        self.params = params
        self.approved = approved
    }
}

extension MultisigTransactionResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("ID", id)
            writer.member("To", to)
            writer.member("Value", value)
            writer.member("Method", method)
            writer.key("Params")
            if params.isEmpty { writer.null() } else { writer.value(JSONBytes(params)) }
            writer.member("Approved", orNull: approved)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        id = try object.decode("ID")
        to = try object.decode("To")
        self.value = try object.decode("Value")
        method = try object.decode("Method")
        params = try object.decodeIfPresent("Params", as: JSONBytes.self)?.bytes ?? []
        approved = try object.decode("Approved", default: [])
    }
}

/// The name of a libp2p peer, checked as far as its text goes.
package struct PeerIDText: Hashable, Sendable, JSONCodable {
    package let text: String

    package func encode(to writer: inout JSONWriter) { writer.string(text) }

    package init(from value: JSONValue) throws(JSONError) {
        text = try value.expectString()
        let isMultihash = (try? Base58.decode(text)).map { (try? Multihash(bytes: $0)) != nil }
        guard isMultihash == true || (try? CID(text)) != nil else {
            throw .invalid("failed to parse peer ID: \(text)")
        }
    }
}

/// Whether the node can be reached from outside: 0 stands for unknown.
package struct NATStatusResult: Hashable, Sendable, JSONCodable {
    package var reachability: Int
    package var publicAddresses: [String]

    package init(reachability: Int, publicAddresses: [String]) {
        self.reachability = reachability
        self.publicAddresses = publicAddresses
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Reachability", reachability)
            writer.member("PublicAddrs", orNull: publicAddresses)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        reachability = try object.decode("Reachability")
        publicAddresses = try object.decode("PublicAddrs", default: [])
    }
}

/// How well a node keeps up.
package struct NodeStatusResult: Hashable, Sendable, JSONCodable {
    /// The height of the head.
    package var epoch: UInt64
    /// Epochs by which the head is behind the clock.
    package var behind: UInt64
    /// Blocks a tipset over the last 100 tipsets; 0 if not asked for.
    package var blocksPerTipset: Double
    /// The same over as many tipsets as can be reorganized.
    package var blocksPerUnsettledTipset: Double

    package init(
        epoch: UInt64,
        behind: UInt64,
        blocksPerTipset: Double = 0,
        blocksPerUnsettledTipset: Double = 0
    ) {
        self.epoch = epoch
        self.behind = behind
        self.blocksPerTipset = blocksPerTipset
        self.blocksPerUnsettledTipset = blocksPerUnsettledTipset
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("SyncStatus")
            writer.object { writer in
                writer.member("Epoch", epoch)
                writer.member("Behind", behind)
            }
            writer.key("PeerStatus")
            writer.object { writer in
                // There is no peer-to-peer network yet.
                writer.member("PeersToPublishMsgs", 0)
                writer.member("PeersToPublishBlocks", 0)
            }
            writer.key("ChainStatus")
            writer.object { writer in
                writer.member("BlocksPerTipsetLast100", blocksPerTipset)
                writer.member("BlocksPerTipsetLastFinality", blocksPerUnsettledTipset)
            }
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        let sync = try object.decode("SyncStatus", as: JSONValue.self).expectObject()
        let chain = try object.decode("ChainStatus", as: JSONValue.self).expectObject()
        epoch = try sync.decode("Epoch")
        behind = try sync.decode("Behind")
        blocksPerTipset = try chain.decode("BlocksPerTipsetLast100")
        blocksPerUnsettledTipset = try chain.decode("BlocksPerTipsetLastFinality")
    }
}

/// The funds between two who have no payment channel here.
package struct ChannelFundsResult: Hashable, Sendable, JSONCodable {
    package var from: Address
    package var to: Address

    package init(from: Address, to: Address) {
        self.from = from
        self.to = to
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("Channel")
            writer.null()
            writer.member("From", from)
            writer.member("To", to)
            for name in ["ConfirmedAmt", "PendingAmt", "NonReservedAmt", "PendingAvailableAmt"] {
                writer.member(name, TokenAmount.zero)
            }
            writer.key("PendingWaitSentinel")
            writer.null()
            // The second name is the original's.
            for name in ["QueuedAmt", "VoucherReedeemedAmt"] {
                writer.member(name, TokenAmount.zero)
            }
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        from = try object.decode("From")
        to = try object.decode("To")
    }
}

/// A message that came into the pool (type 0) or left it (type 1).
package struct PoolUpdateResult: Hashable, Sendable, JSONCodable {
    package var type: Int
    package var message: SignedMessage

    package init(type: Int, message: SignedMessage) {
        self.type = type
        self.message = message
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Type", type)
            writer.member("Message", message)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        type = try object.decode("Type")
        message = try object.decode("Message")
    }
}

/// How large a tree of blocks is.
package struct ObjectSizeResult: Hashable, Sendable, JSONCodable {
    /// Bytes of all blocks.
    package var size: UInt64
    /// The blocks, for which the original has this name.
    package var links: UInt64

    package init(size: UInt64, links: UInt64) {
        self.size = size
        self.links = links
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Size", size)
            writer.member("Links", links)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        size = try object.decode("Size")
        links = try object.decode("Links")
    }
}

/// A block, or a part of it.
package struct NodeResult: Hashable, Sendable, JSONCodable {
    package var cid: CID
    /// DAG-JSON.
    package var object: JSONValue

    package init(cid: CID, object: JSONValue) {
        self.cid = cid
        self.object = object
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Cid", cid)
            writer.member("Obj", object)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let members = try value.expectObject()
        cid = try members.decode("Cid")
        object = try members.decode("Obj")
    }
}

/// A block with its messages.
package struct FullBlockResult: Hashable, Sendable, JSONCodable {
    package var header: BlockHeader
    package var blsMessages: [Message]
    package var secpMessages: [SignedMessage]

    package init(
        header: BlockHeader,
        blsMessages: [Message],
        secpMessages: [SignedMessage]
    ) {
        self.header = header
        self.blsMessages = blsMessages
        self.secpMessages = secpMessages
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Header", header)
            writer.member("BLSMessages", orNull: blsMessages)
            writer.member("SECPMessages", orNull: secpMessages)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        header = try object.decode("Header")
        blsMessages = try object.decode("BLSMessages", default: [])
        secpMessages = try object.decode("SECPMessages", default: [])
    }
}

/// What a check of a whole state found.
package struct InvariantsResult: Hashable, Sendable, JSONCodable {
    /// A rule that does not hold.
    package struct Broken: Hashable, Sendable, JSONCodable {
        /// The actor's address; empty for the state as a whole.
        package var actor: String
        package var text: String
        /// Whether the reference's own actors break it too.
        package var isKnown: Bool

        package init(actor: String, text: String, isKnown: Bool) {
            self.actor = actor
            self.text = text
            self.isKnown = isKnown
        }

        package func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.member("Actor", actor)
                writer.member("Text", text)
                writer.member("Known", isKnown)
            }
        }

        package init(from value: JSONValue) throws(JSONError) {
            let object = try value.expectObject()
            actor = try object.decode("Actor")
            text = try object.decode("Text")
            isKnown = try object.decode("Known")
        }
    }

    package var broken: [Broken]
    /// How many actors there are of each kind.
    package var actors: [String: Int]
    /// All balances together.
    package var total: TokenAmount

    package init(broken: [Broken], actors: [String: Int], total: TokenAmount) {
        self.broken = broken
        self.actors = actors
        self.total = total
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Broken", broken)
            writer.member("Actors", actors)
            writer.member("Total", total)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        broken = try object.decode("Broken")
        actors = try object.decode("Actors")
        total = try object.decode("Total")
    }
}
