package import FilecoinTypes
package import JSON
package import Multiformats

/// One step of the head: `current` first, then `revert` and `apply`.
package struct TipsetChange: Hashable, Sendable {
    package var type: Kind
    package var tipset: Tipset

    package init(type: Kind, tipset: Tipset) {
        self.type = type
        self.tipset = tipset
    }
}

extension TipsetChange: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Type", type)
            writer.member("Val", tipset)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        type = try object.decode("Type")
        tipset = try object.decode("Val")
    }
}

/// The messages of a block.
package struct BlockMessagesResult: Hashable, Sendable {
    package var blsMessages: [Message]
    package var secpMessages: [SignedMessage]
    package var cids: [CID]

    package init(blsMessages: [Message], secpMessages: [SignedMessage], cids: [CID]) {
        self.blsMessages = blsMessages
        self.secpMessages = secpMessages
        self.cids = cids
    }
}

extension BlockMessagesResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("BlsMessages", blsMessages)
            writer.member("SecpkMessages", secpMessages)
            writer.member("Cids", cids)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        blsMessages = try object.decode("BlsMessages")
        secpMessages = try object.decode("SecpkMessages")
        cids = try object.decode("Cids")
    }
}

/// A message and the CID under which the chain has it.
package struct ChainMessageResult: Hashable, Sendable {
    package var cid: CID
    package var message: Message

    package init(cid: CID, message: Message) {
        self.cid = cid
        self.message = message
    }
}

extension ChainMessageResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Cid", cid)
            writer.member("Message", message)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        cid = try object.decode("Cid")
        message = try object.decode("Message")
    }
}

/// Where a message was executed.
package struct MessageLookup: Hashable, Sendable {
    /// The message that was executed: the one asked for, or one that replaced it.
    package var message: CID
    package var receipt: MessageReceipt
    package var returnDecoded: JSONValue
    /// The tipset whose parent state has the effect.
    package var tipset: TipsetKey
    package var height: ChainEpoch

    package init(
        message: CID,
        receipt: MessageReceipt,
        returnDecoded: JSONValue,
        tipset: TipsetKey,
        height: ChainEpoch
    ) {
        self.message = message
        self.receipt = receipt
        self.returnDecoded = returnDecoded
        self.tipset = tipset
        self.height = height
    }
}

extension MessageLookup: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Message", message)
            writer.member("Receipt", receipt)
            writer.member("ReturnDec", returnDecoded)
            writer.member("TipSet", tipset)
            writer.member("Height", height)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        message = try object.decode("Message")
        receipt = try object.decode("Receipt")
        returnDecoded = try object.decode("ReturnDec")
        tipset = try object.decode("TipSet")
        height = try object.decode("Height")
    }
}

/// What a service is.
package struct VersionResult: Hashable, Sendable {
    package var version: String
    /// The number of the API: major << 16, minor << 8 and patch.
    package var apiVersion: UInt32
    package var blockDelay: UInt64?
    package var agent: String?

    package init(
        version: String,
        apiVersion: UInt32,
        blockDelay: UInt64? = nil,
        agent: String? = nil
    ) {
        self.version = version
        self.apiVersion = apiVersion
        self.blockDelay = blockDelay
        self.agent = agent
    }
}

extension VersionResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Version", version)
            writer.member("APIVersion", apiVersion)
            writer.member("BlockDelay", blockDelay)
            writer.member("Agent", agent)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        version = try object.decode("Version")
        apiVersion = try object.decode("APIVersion")
        blockDelay = try object.decodeIfPresent("BlockDelay")
        agent = try object.decodeIfPresent("Agent")
    }
}

/// One synchronization that goes on.
package struct ActiveSync: Hashable, Sendable {
    package var workerID: UInt64
    package var base: Tipset?
    package var target: Tipset?
    /// What it does: 0 idle, 1 headers, 2 persisting headers, 3 messages, 4 complete, 5 error, 6 fetching messages.
    package var stage: Int
    package var height: ChainEpoch
    package var start: String
    package var end: String
    package var message: String

    package init(
        workerID: UInt64,
        base: Tipset? = nil,
        target: Tipset? = nil,
        stage: Int,
        height: ChainEpoch,
        start: String,
        end: String,
        message: String
    ) {
        self.workerID = workerID
        self.base = base
        self.target = target
        self.stage = stage
        self.height = height
        self.start = start
        self.end = end
        self.message = message
    }
}

extension ActiveSync: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("WorkerID", workerID)
            writer.member("Base", base)
            writer.member("Target", target)
            writer.member("Stage", stage)
            writer.member("Height", height)
            writer.member("Start", start)
            writer.member("End", end)
            writer.member("Message", message)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        workerID = try object.decode("WorkerID")
        base = try object.decodeIfPresent("Base")
        target = try object.decodeIfPresent("Target")
        stage = try object.decode("Stage")
        height = try object.decode("Height")
        start = try object.decode("Start")
        end = try object.decode("End")
        message = try object.decode("Message")
    }
}

/// How far the node follows the chain.
package struct SyncStateResult: Hashable, Sendable {
    package var activeSyncs: [ActiveSync]
    package var vmApplied: UInt64

    package init(activeSyncs: [ActiveSync], vmApplied: UInt64) {
        self.activeSyncs = activeSyncs
        self.vmApplied = vmApplied
    }
}

extension SyncStateResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("ActiveSyncs", orNull: activeSyncs)
            writer.member("VMApplied", vmApplied)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        activeSyncs = try object.decodeIfPresent("ActiveSyncs") ?? []
        vmApplied = try object.decode("VMApplied")
    }
}

/// The parts of the circulating supply, in attoFIL.
package struct CirculatingSupplyResult: Hashable, Sendable {
    package var vested: TokenAmount
    package var mined: TokenAmount
    package var burnt: TokenAmount
    package var locked: TokenAmount
    package var circulating: TokenAmount
    package var reserveDisbursed: TokenAmount

    package init(
        vested: TokenAmount,
        mined: TokenAmount,
        burnt: TokenAmount,
        locked: TokenAmount,
        circulating: TokenAmount,
        reserveDisbursed: TokenAmount
    ) {
        self.vested = vested
        self.mined = mined
        self.burnt = burnt
        self.locked = locked
        self.circulating = circulating
        self.reserveDisbursed = reserveDisbursed
    }
}

extension CirculatingSupplyResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("FilVested", vested)
            writer.member("FilMined", mined)
            writer.member("FilBurnt", burnt)
            writer.member("FilLocked", locked)
            writer.member("FilCirculating", circulating)
            writer.member("FilReserveDisbursed", reserveDisbursed)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        vested = try object.decode("FilVested")
        mined = try object.decode("FilMined")
        burnt = try object.decode("FilBurnt")
        locked = try object.decode("FilLocked")
        circulating = try object.decode("FilCirculating")
        reserveDisbursed = try object.decode("FilReserveDisbursed")
    }
}
