import BitFields
import CBOR
import FilecoinCrypto
import FilecoinTypes
import JSON
import JSONRPC
import VenusAPI

/// The sealer's node over JSON-RPC.
struct NodeProvingChain: ProvingChain {
    /// Of the node's `/rpc/v1`, over a WebSocket.
    let client: RPCClient
    let miner: ActorID

    private var address: Address { .id(miner) }

    func head() async throws -> Tipset { try await client.call(ChainHead.self) }

    func headChanges() async throws -> AsyncThrowingStream<[TipsetChange], any Error> {
        try await client.open(ChainNotify.self)
    }

    func periodStart(at key: TipsetKey) async throws -> ChainEpoch {
        try await client.call(StateMinerProvingDeadline.self, address, key).periodStart
    }

    func partitions(_ deadline: UInt64, at key: TipsetKey) async throws -> [PartitionState] {
        let found = try await client.call(StateMinerPartitions.self, address, deadline, key) ?? []
        return found.map { partition in
            PartitionState(
                live: partition.liveSectors.field,
                faults: partition.faultySectors.field,
                recoveries: partition.recoveringSectors.field
            )
        }
    }

    func submitted(_ deadline: UInt64, at key: TipsetKey) async throws -> BitField {
        let deadlines = try await client.call(StateMinerDeadlines.self, address, key)
        guard deadline < UInt64(deadlines.count) else { return BitField() }
        return deadlines[Int(deadline)].postSubmissions.field
    }

    func draws(_ window: ProvingWindow, at key: TipsetKey) async throws -> WindowDraws {
        let challenge = try await client.call(
            StateGetRandomnessFromBeacon.self,
            RandomnessPurpose.windowedPoStChallengeSeed.rawValue,
            window.challenge,
            JSONBytes(address.cborBytes()),
            key
        )
        let commit = try await client.call(
            StateGetRandomnessFromTickets.self,
            RandomnessPurpose.poStChainCommit.rawValue,
            window.challenge,
            JSONBytes([]),
            key
        )
        return WindowDraws(challenge: challenge.bytes, commit: commit.bytes)
    }

    func sectors(_ numbers: BitField, at key: TipsetKey) async throws -> [SectorOnChainResult] {
        let runs = BitFieldRuns(numbers)
        return try await client.call(StateMinerSectors.self, address, runs, key) ?? []
    }

    func minerInfo(at key: TipsetKey) async throws -> MinerInfoResult {
        try await client.call(StateMinerInfo.self, address, key)
    }
}

/// The sealer's messager over JSON-RPC.
struct MessagerProvingMessages: ProvingMessages {
    let client: RPCClient
    let miner: ActorID

    /// How long the messager may take: two epochs at most, for a window has only sixty.
    private static let patience: Duration = .seconds(20)

    func push(_ message: PoStMessage, from sender: Address) async throws {
        var spec = MessagerSendSpec()
        spec.expireEpoch = message.expires
        let call = Message(
            to: .id(miner),
            from: sender,
            method: message.kind.method,
            params: message.parameters
        )
        do {
            _ = try await client.call(
                MessagerPushMessageWithId.self,
                message.id,
                call,
                spec,
                timeout: Self.patience
            )
        } catch {
            // The answer may have been lost, or the process may have died between push and note.
            guard try await has(message.id) else { throw error }
        }
    }

    private func has(_ id: String) async throws -> Bool {
        try await client.call(MessagerHasMessageByUid.self, id, timeout: Self.patience)
    }

    func outcome(of id: String) async throws -> MessageOutcome {
        guard try await has(id) else { return .unknown }
        let message = try await client.call(
            MessagerGetMessageByUid.self,
            id,
            timeout: Self.patience
        )
        switch message.state {
        case .unfilled: return .waiting(error: message.errorText)
        case .onChain:
            guard let receipt = message.receipt else { return .onItsWay }
            return .executed(receipt.exitCode, at: message.height)
        case .failed: return .failed(message.errorText.isEmpty ? "given up" : message.errorText)
        case .nonceConflict: return .failed("another message took its nonce")
        default: return .onItsWay
        }
    }

    func abandon(_ id: String) async throws {
        // Only what is not signed yet can be taken back without harm.
        guard case .waiting = try await outcome(of: id) else { return }
        _ = try await client.call(MessagerMarkBadMessage.self, id)
    }
}
