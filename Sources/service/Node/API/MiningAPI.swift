import ChainStore
import Consensus
import EventLoop
import FilecoinTypes
import HTTP
import JSON
import JSONRPC
import ServiceKit
import Multiformats
import StateView
import VenusAPI

/// The methods with which miners make blocks, and those that follow the chain.
struct MiningAPI: Sendable {
    let reader: ChainReader
    let beacons: BeaconClient
    let proofs: any WinningPoStVerifier
    let intake: BlockIntake
    let wallet: NodeWallet
    let events: HeadEvents
    let badBlocks: BadBlocks

    func register(on api: inout RPCService, _ version: NodeAPIVersion) {
        registerMining(on: &api)
        registerSync(on: &api)
        registerWaiting(on: &api, version)
    }

    // MARK: - Making blocks

    private func registerMining(on api: inout RPCService) {
        let api0 = self
        api.on(MinerGetBaseInfo.self, need: .read) { _, miner, epoch, key in
            try await api0.baseInfo(miner, epoch, key)
        }
        api.on(MinerCreateBlock.self, need: .write) { _, template in
            try await api0.createBlock(template)
        }
        let beacons = beacons
        api.on(StateGetBeaconEntry.self, need: .read) { _, epoch in
            try await beacons.entry(at: epoch)
        }
        api.on(BeaconGetEntry.self, need: .read) { _, epoch in
            try await beacons.entry(at: epoch)
        }
    }

    private func baseInfo(
        _ miner: Address,
        _ epoch: ChainEpoch,
        _ key: TipsetKey
    ) async throws -> MiningBaseInfo? {
        let (base, previous) = try await reader.at(key) { chain, base in
            do { _ = try chain.consensus.lookback(for: epoch, base: base) } catch let error
                as ConsensusError
            { throw RPCError("getting lookback miner actor state: \(error)") }
            return (base, try chain.store.latestBeaconEntry(of: base))
        }
        let entries = try await beacons.entries(
            at: epoch,
            parentEpoch: base.height,
            previous: previous
        )
        let proofs = proofs
        return try await reader.read { chain in
            do {
                let info = try chain.consensus.miningBase(
                    of: miner,
                    at: epoch,
                    base: base,
                    entries: entries,
                    verifier: proofs
                )
                return info.map(MiningBaseInfo.init)
            } catch let error as StateViewError {
                throw RPCError("loading miner in current state: \(ChainReader.text(of: error))")
            }
        }
    }

    private func createBlock(_ template: VenusAPI.BlockTemplate) async throws -> BlockMessage {
        guard let ticket = template.ticket, let election = template.electionProof else {
            throw RPCError("a block template needs a ticket and an election proof")
        }
        let wallet = wallet
        return try await reader.read { chain in
            let unsigned = try BlockAssembler(chain: chain.consensus, states: chain.states)
                .assemble(
                    Consensus.BlockTemplate(
                        miner: template.miner,
                        parents: template.parents,
                        ticket: ticket,
                        electionProof: election,
                        beaconEntries: template.beaconValues,
                        messages: template.messages,
                        epoch: template.epoch,
                        timestamp: template.timestamp,
                        winningPoStProof: template.winningPoStProof
                    )
                )
            var message = unsigned.blockMessage
            // Whoever has no key here signs elsewhere and submits the block.
            message.header.blockSignature = try wallet.sign(
                message.header.signingBytes,
                by: unsigned.worker
            )
            return message
        }
    }

    // MARK: - The chain

    private func registerSync(on api: inout RPCService) {
        let intake = intake
        let badBlocks = badBlocks
        let reader = reader
        let events = events
        api.on(SyncSubmitBlock.self, need: .write) { _, block in
            let reason = badBlocks.reason(for: block.cid)
            guard reason.isEmpty else { throw RPCError("block \(block.cid): \(reason)") }
            try await intake.submit(block)
            return NoResult()
        }
        api.on(ChainSetHead.self, need: .admin) { _, key in
            do { try await intake.setHead(key) } catch let error as ChainStoreError {
                throw RPCError(ChainReader.text(of: error))
            }
            return NoResult()
        }
        api.on(SyncState.self, need: .read) { _ in
            let head = try await reader.read { try $0.store.head() }
            let sync = ActiveSync(
                workerID: 0,
                base: head,
                target: head,
                stage: 4,
                height: head.height,
                start: "0001-01-01T00:00:00Z",
                end: "0001-01-01T00:00:00Z",
                message: ""
            )
            return SyncStateResult(activeSyncs: [sync], vmApplied: 0)
        }
        let bad = badBlocks
        api.on(SyncCheckBad.self, need: .read, runs: .loop) { _, cid in bad.reason(for: cid) }
        api.on(SyncMarkBad.self, need: .admin, runs: .loop) { _, cid in
            bad.mark(cid)
            return NoResult()
        }
        api.on(SyncUnmarkBad.self, need: .admin, runs: .loop) { _, cid in
            bad.unmark(cid)
            return NoResult()
        }
        api.on(SyncUnmarkAllBad.self, need: .admin, runs: .loop) { _ in
            bad.unmarkAll()
            return NoResult()
        }
        api.on(ChainNotify.self, need: .read) { _ in
            events.subscribe()
        }
    }

    // MARK: - Waiting for messages

    private func registerWaiting(on api: inout RPCService, _ version: NodeAPIVersion) {
        let api0 = self
        switch version {
        case .v0:
            api.on(StateWaitMsgV0.self, need: .read) { _, cid, confidence in
                try await api0.wait(cid, confidence, limit: MessageSearch.noLimit, true)
            }
            api.on(StateWaitMsgLimited.self, need: .read) { _, cid, confidence, limit in
                try await api0.wait(cid, confidence, limit: limit, true)
            }
        case .v1:
            api.on(StateWaitMsg.self, need: .read) { _, cid, confidence, limit, allowsReplaced in
                try await api0.wait(cid, confidence, limit: limit, allowsReplaced)
            }
        }
    }

    private func wait(
        _ cid: CID,
        _ confidence: UInt64,
        limit: ChainEpoch,
        _ allowsReplaced: Bool
    ) async throws -> MessageLookup {
        for await _ in events.subscribe() {
            let found = try await reader.read { chain in
                let head = try chain.store.head()
                let found = try MessageSearch(chain: chain).find(
                    cid,
                    from: head,
                    limit: limit,
                    allowsReplaced: allowsReplaced
                )
                guard let found,
                    head.height.rawValue - found.height.rawValue >= Int64(clamping: confidence)
                else { return MessageLookup?.none }
                return found
            }
            if let found { return found }
        }
        throw RPCError("the node stops; ask again later")
    }
}

extension MiningBaseInfo {
    init(_ base: MiningBase) {
        self.init(
            minerPower: TokenAmount(attoFIL: base.minerPower),
            networkPower: TokenAmount(attoFIL: base.networkPower),
            sectors: base.sectors,
            workerKey: base.workerKey,
            sectorSize: base.sectorSize,
            previousBeaconEntry: base.previousBeaconEntry,
            beaconEntries: base.beaconEntries,
            isEligible: base.isEligible
        )
    }
}
