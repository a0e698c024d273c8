package import FilecoinTypes
package import JSON

/// Where a service is, and a token for it.
package struct MinerEndpoint: Hashable, Sendable, JSONCodable {
    /// A multiaddr or URL.
    package var address: String
    package var token: String

    package init(address: String, token: String) {
        self.address = address
        self.token = token
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        address = try object.decode("ListenAPI", default: "")
        token = try object.decode("Token", default: "")
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("ListenAPI", address)
            writer.member("Token", token)
        }
    }
}

/// A storage miner that blocks are made for, in the forms of both generations.
///
/// | field | generation | meaning |
/// |---|---|---|
/// | `Addr` | both | the miner |
/// | `Id`, `Name`, `OpenMining` | today | the user that it belongs to, and whether blocks are made |
/// | `Sealer`, `Wallet` | 2021 | where it proves and signs |
package struct MinerEntry: Hashable, Sendable, JSONCodable {
    package var miner: Address
    /// The ID of the user in the auth service.
    package var userID: String = ""
    /// The user's name; the account under which gateways know its wallet.
    package var user: String = ""
    package var isOpen: Bool = true
    package var sealer: MinerEndpoint?
    /// Nothing lets the node sign.
    package var wallet: MinerEndpoint?

    package init(miner: Address) { self.miner = miner }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        miner = try object.decode("Addr")
        userID = try object.decode("Id", default: "")
        user = try object.decode("Name", default: "")
        isOpen = try object.decode("OpenMining", default: true)
        sealer = try object.decodeIfPresent("Sealer")
        wallet = try object.decodeIfPresent("Wallet")
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Addr", miner)
            writer.member("Id", userID)
            writer.member("Name", user)
            writer.member("OpenMining", isOpen)
            writer.memberIfPresent("Sealer", sealer)
            writer.memberIfPresent("Wallet", wallet)
        }
    }
}

/// Whether blocks are made for a miner, and what keeps them from being made.
package struct MinerState: Hashable, Sendable, JSONCodable {
    package var miner: Address
    package var isMining: Bool
    /// `YYYY-MM-DD HH:MM:SS text`, oldest first, since the last success.
    package var errors: [String]

    package init(miner: Address, isMining: Bool, errors: [String]) {
        self.miner = miner
        self.isMining = isMining
        self.errors = errors
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        miner = try object.decode("Addr")
        isMining = try object.decode("IsMining")
        errors = try object.decodeIfPresent("Err") ?? []
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Addr", miner)
            writer.member("IsMining", isMining)
            writer.member("Err", orNull: errors)
        }
    }
}

/// Which miners a call is about: a list, or one address as the first generation sent; none means all.
package struct MinerSelection: Hashable, Sendable, JSONCodable {
    package var miners: [Address]

    package init(_ miners: [Address]) { self.miners = miners }

    package init(from value: JSONValue) throws(JSONError) {
        if case .string = value {
            miners = [try Address(from: value)]
        } else {
            miners = value.isNull ? [] : try [Address](from: value)
        }
    }

    package func encode(to writer: inout JSONWriter) { writer.value(miners) }
}

/// What `UpdateAddress` is asked: today to read the miners of the auth service again, in 2021 to change one.
package enum MinerUpdate: Hashable, Sendable, JSONCodable {
    case change(MinerEntry)
    case reload(skip: Int64)

    package init(from value: JSONValue) throws(JSONError) {
        switch value {
        case .number: self = .reload(skip: try Int64(from: value))
        default: self = .change(try MinerEntry(from: value))
        }
    }

    package func encode(to writer: inout JSONWriter) {
        switch self {
        case .change(let entry): writer.value(entry)
        case .reload(let skip): writer.value(skip)
        }
    }
}

/// What a miner won in some epochs.
package struct MinerWins: Hashable, Sendable, JSONCodable {
    /// The wins of one epoch.
    package struct Epoch: Hashable, Sendable, JSONCodable {
        package var epoch: ChainEpoch
        package var winCount: Int64
        /// Why it could not be counted; empty if it was.
        package var message: String

        package init(epoch: ChainEpoch, winCount: Int64, message: String = "") {
            self.epoch = epoch
            self.winCount = winCount
            self.message = message
        }

        package init(from value: JSONValue) throws(JSONError) {
            let object = try value.expectObject()
            epoch = try object.decode("epoch")
            winCount = try object.decode("winCount")
            message = try object.decode("msg", default: "")
        }

        package func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.member("epoch", epoch)
                writer.member("winCount", winCount)
                writer.member("msg", message)
            }
        }
    }

    package var miner: Address
    package var total: Int64
    /// Why nothing could be counted; empty if it could.
    package var message: String
    package var epochs: [Epoch]

    package init(miner: Address, total: Int64, message: String, epochs: [Epoch]) {
        self.miner = miner
        self.total = total
        self.message = message
        self.epochs = epochs
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        miner = try object.decode("miner")
        total = try object.decode("totalWinCount")
        message = try object.decode("msg", default: "")
        epochs = try object.decodeIfPresent("winEpochList") ?? []
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("miner", miner)
            writer.member("totalWinCount", total)
            writer.member("msg", message)
            writer.member("winEpochList", orNull: epochs)
        }
    }
}

/// Which records are asked for: those of a miner, from an epoch backwards.
package struct MinerRecordQuery: Hashable, Sendable, JSONCodable {
    package var miner: Address
    package var epoch: ChainEpoch
    /// How many; 0 means one.
    package var limit: Int64

    package init(miner: Address, epoch: ChainEpoch, limit: Int64) {
        self.miner = miner
        self.epoch = epoch
        self.limit = limit
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        miner = try object.decode("Miner")
        epoch = try object.decode("Epoch")
        limit = try object.decode("Limit", default: 0)
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Miner", miner)
            writer.member("Epoch", epoch)
            writer.member("Limit", limit)
        }
    }
}

/// Which blocks are listed.
package struct MinerBlockQuery: Hashable, Sendable, JSONCodable {
    /// None means all.
    package var miners: [Address]
    /// 0 means no limit.
    package var limit: Int64
    package var offset: Int64

    package init(miners: [Address], limit: Int64, offset: Int64) {
        self.miners = miners
        self.limit = limit
        self.offset = offset
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        miners = try object.decodeIfPresent("Miners") ?? []
        limit = try object.decode("Limit", default: 0)
        offset = try object.decode("Offset", default: 0)
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Miners", miners)
            writer.member("Limit", limit)
            writer.member("Offset", offset)
        }
    }
}

/// A block that was won, and what became of it.
package struct MinerBlock: Hashable, Sendable, JSONCodable {
    /// The numbers are those of the original's database.
    package enum State: Int64, Hashable, Sendable {
        case mining = 0
        case success = 1
        case timeout = 2
        case chainForked = 3
        case error = 4
    }

    package var parentEpoch: ChainEpoch
    package var parentKey: String
    package var epoch: ChainEpoch
    /// The address in f-form.
    package var miner: String
    /// Empty unless the block was made.
    package var cid: String
    /// RFC 3339; nil unless the epoch was won.
    package var winningAt: String?
    package var state: State

    package init(
        parentEpoch: ChainEpoch,
        parentKey: String,
        epoch: ChainEpoch,
        miner: String,
        cid: String,
        winningAt: String?,
        state: State
    ) {
        self.parentEpoch = parentEpoch
        self.parentKey = parentKey
        self.epoch = epoch
        self.miner = miner
        self.cid = cid
        self.winningAt = winningAt
        self.state = state
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        parentEpoch = try object.decode("ParentEpoch")
        parentKey = try object.decode("ParentKey")
        epoch = try object.decode("Epoch")
        miner = try object.decode("Miner")
        cid = try object.decode("Cid")
        winningAt = try object.decodeIfPresent("WinningAt")
        let number: Int64 = try object.decode("MineState")
        guard let state = State(rawValue: number) else {
            throw .invalid("unknown state of mining \(number)")
        }
        self.state = state
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("ParentEpoch", parentEpoch)
            writer.member("ParentKey", parentKey)
            writer.member("Epoch", epoch)
            writer.member("Miner", miner)
            writer.member("Cid", cid)
            writer.member("WinningAt", winningAt)
            writer.member("MineState", state.rawValue)
            // The original has the column and never fills it.
            writer.member("Consuming", 0)
        }
    }
}
