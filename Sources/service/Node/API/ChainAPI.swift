import Bytes
import ChainStore
import Consensus
import FilecoinTypes
import HTTP
import Hashing
import IPLD
import JSON
import JSONRPC
import ServiceKit
import Multiformats
import VenusAPI

/// The methods that read the chain: head, tipsets, blocks, messages, randomness.
struct ChainAPI: Sendable {
    let reader: ChainReader

    func register(on api: inout RPCService, _ version: NodeAPIVersion) {
        registerTipsets(on: &api)
        registerMessages(on: &api)
        registerObjects(on: &api)
        registerRandomness(on: &api)
    }

    // MARK: - Tipsets

    private func registerTipsets(on api: inout RPCService) {
        let reader = reader
        api.on(ChainHead.self, need: .read) { _ in
            try await reader.read { try $0.store.head() }
        }
        api.on(ChainGetGenesis.self, need: .read) { _ in
            try await reader.read { try Tipset([$0.genesis]) }
        }
        api.on(ChainGetTipSet.self, need: .read) { _, key in
            guard !key.isEmpty else {
                throw RPCError("NewTipSet called with zero length array of blocks")
            }
            return try await reader.at(key) { $1 }
        }
        api.on(ChainGetTipSetByHeight.self, need: .read) { _, height, key in
            try await Self.tipset(reader, height, key, previous: true)
        }
        api.on(ChainGetTipSetAfterHeight.self, need: .read) { _, height, key in
            try await Self.tipset(reader, height, key, previous: false)
        }
        api.on(ChainGetBlock.self, need: .read) { _, cid in
            try await reader.read { try $0.store.header(cid) }
        }
        api.on(ChainTipSetWeight.self, need: .read) { _, key in
            try await reader.at(key) { chain, tipset in
                TokenAmount(attoFIL: try chain.consensus.weight(of: tipset))
            }
        }
        api.on(ChainGetPath.self, need: .read) { _, from, to in
            try await reader.read { chain in
                let change = try HeadChange.path(
                    from: try chain.store.tipset(from),
                    to: try chain.store.tipset(to)
                ) { try chain.store.parent(of: $0) }
                return change.steps
            }
        }
    }

    private static func tipset(
        _ reader: ChainReader,
        _ height: ChainEpoch,
        _ key: TipsetKey,
        previous: Bool
    ) async throws -> Tipset {
        try await reader.at(key) { chain, start in
            if height < 0 { throw RPCError("height \(height) is negative") }
            return try chain.store.tipset(at: height, from: start, previous: previous)
        }
    }

    // MARK: - Messages

    private func registerMessages(on api: inout RPCService) {
        let reader = reader
        api.on(ChainGetBlockMessages.self, need: .read) { _, cid in
            try await reader.read { chain in
                let messages = try chain.store.messages(of: try chain.store.header(cid))
                return BlockMessagesResult(
                    blsMessages: messages.bls,
                    secpMessages: messages.secp,
                    cids: messages.cids
                )
            }
        }
        api.on(ChainGetParentMessages.self, need: .read) { _, cid in
            try await reader.read { chain in
                let header = try chain.store.header(cid)
                if header.height == 0 { return nil }
                return try Self.messages(chain, of: try chain.store.tipset(header.parentKey))
            }
        }
        api.on(ChainGetParentReceipts.self, need: .read) { _, cid in
            try await reader.read { chain in
                let header = try chain.store.header(cid)
                if header.height == 0 { return nil }
                return try chain.store.receipts(header.parentMessageReceipts)
            }
        }
        api.on(ChainGetMessagesInTipset.self, need: .read) { _, key in
            try await reader.at(key) { chain, tipset in
                if tipset.height == 0 { return nil }
                return try Self.messages(chain, of: tipset)
            }
        }
        api.on(ChainGetMessage.self, need: .read) { _, cid in
            try await reader.read { try $0.message(cid) }
        }
    }

    /// The messages of a tipset; nil without any, which lotus writes as `null`.
    private static func messages(
        _ chain: NodeChain,
        of tipset: Tipset
    ) throws -> [ChainMessageResult]? {
        let messages = try chain.messages(of: tipset)
        return messages.isEmpty
            ? nil : messages.map { ChainMessageResult(cid: $0.cid, message: $0.message) }
    }

    // MARK: - Blocks of the store

    private func registerObjects(on api: inout RPCService) {
        let reader = reader
        api.on(ChainReadObj.self, need: .read) { _, cid in
            try await reader.read { chain in
                guard let block = try chain.store.blocks.get(cid) else {
                    throw RPCError("blockstore get: \(NotFound(cid))")
                }
                return JSONBytes(block)
            }
        }
        api.on(ChainExportMethod.self, need: .read) { _, epochs, skipsOld, key in
            if skipsOld {
                throw RPCError("an export always has all messages; ask without skipping them")
            }
            let head = try await reader.at(key) { $1 }
            return try await ChainExport.make(reader.chain, head: head, stateEpochs: epochs)
        }
        api.on(ChainHasObj.self, need: .read) { _, cid in
            try await reader.read { try $0.store.blocks.has(cid) }
        }
    }

    // MARK: - Randomness

    private func registerRandomness(on api: inout RPCService) {
        let reader = reader
        // The two generations of the API differ in where the tipset stands.
        api.on(StateGetRandomnessFromTickets.self, need: .read) {
            try await Self.ticketRandomness(reader, $1, $2, $3, $4)
        }
        api.on(StateGetRandomnessFromBeacon.self, need: .read) {
            try await Self.beaconRandomness(reader, $1, $2, $3, $4)
        }
        api.on(ChainGetRandomnessFromTickets.self, need: .read) {
            try await Self.ticketRandomness(reader, $2, $3, $4, $1)
        }
        api.on(ChainGetRandomnessFromBeacon.self, need: .read) {
            try await Self.beaconRandomness(reader, $2, $3, $4, $1)
        }
    }

    private static func ticketRandomness(
        _ reader: ChainReader,
        _ purpose: Int64,
        _ epoch: ChainEpoch,
        _ entropy: JSONBytes,
        _ key: TipsetKey
    ) async throws -> JSONBytes {
        try await reader.at(key) { chain, tipset in
            if epoch > tipset.height {
                throw RPCError("getting chain randomness: cannot draw randomness from the future")
            }
            return JSONBytes(
                try chain.consensus.ticketRandomness(
                    purpose,
                    at: epoch,
                    entropy: entropy.bytes,
                    base: tipset
                )
            )
        }
    }

    private static func beaconRandomness(
        _ reader: ChainReader,
        _ purpose: Int64,
        _ epoch: ChainEpoch,
        _ entropy: JSONBytes,
        _ key: TipsetKey
    ) async throws -> JSONBytes {
        try await reader.at(key) { chain, tipset in
            if epoch > tipset.height {
                throw RPCError("getting beacon randomness: cannot draw randomness from the future")
            }
            return JSONBytes(
                try chain.consensus.beaconRandomness(
                    purpose,
                    at: epoch,
                    entropy: entropy.bytes,
                    base: tipset,
                    schedule: chain.beacon
                )
            )
        }
    }
}

extension HeadChange {
    /// The change as subscribers get it: what is undone first, newest first, then what is new.
    var steps: [TipsetChange] {
        reverted.map { TipsetChange(type: .revert, tipset: $0) }
            + applied.map { TipsetChange(type: .apply, tipset: $0) }
    }
}
