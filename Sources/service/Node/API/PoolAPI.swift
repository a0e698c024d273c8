import FilecoinTypes
import JSON
import JSONRPC
import ServiceKit
import MessagePool
import Multiformats
import VenusAPI

/// The methods of the message pool and of gas.
struct PoolAPI: Sendable {
    let reader: ChainReader
    let pool: MessagePool
    let estimator: GasEstimator
    let sender: MessageSender

    func register(on api: inout RPCService, _ version: NodeAPIVersion) {
        registerPushes(on: &api)
        registerPending(on: &api)
        registerGas(on: &api)
    }

    // MARK: - Taking messages

    private func registerPushes(on api: inout RPCService) {
        let pool = pool
        let sender = sender
        api.on(MpoolPush.self, need: .write) { _, message in try await pool.push(message).cid }
        api.on(MpoolPushUntrusted.self, need: .write) { _, message in
            try await pool.push(message, from: .untrusted).cid
        }
        api.on(MpoolBatchPush.self, need: .write) { _, messages in
            var cids: [CID] = []
            for message in messages { cids.append(try await pool.push(message).cid) }
            return cids
        }
        api.on(MpoolBatchPushUntrusted.self, need: .write) { _, messages in
            var cids: [CID] = []
            for message in messages {
                cids.append(try await pool.push(message, from: .untrusted).cid)
            }
            return cids
        }
        api.on(MpoolClear.self, need: .write) { _, includingLocal in
            try await pool.clear(includingLocal: includingLocal)
            return NoResult()
        }
        api.on(MpoolPushMessage.self, need: .sign) { _, message, spec in
            try await sender.send(message, spec)
        }
    }

    // MARK: - Asking

    private func registerPending(on api: inout RPCService) {
        let pool = pool
        let reader = reader
        api.on(MpoolPending.self, need: .read) { _, _ in await pool.pendingMessages().messages }
        api.on(MpoolGetNonce.self, need: .read) { _, address in
            try await pool.nextNonce(of: address)
        }
        api.on(MpoolSelect.self, need: .read) { _, key, quality in
            let base = try await reader.at(key) { $1 }
            var generator = SystemRandomNumberGenerator()
            let messages = try await pool.select(on: base, quality: quality, using: &generator)
            return messages.isEmpty ? nil : messages
        }
        api.on(MpoolSelects.self, need: .read) { _, key, qualities in
            let base = try await reader.at(key) { $1 }
            var generator = SystemRandomNumberGenerator()
            return try await pool.select(on: base, qualities: qualities, using: &generator)
        }
        api.on(MpoolGetConfig.self, need: .read) { _ in
            let settings = await pool.configuration
            return MpoolConfiguration(
                priorityAddresses: settings.priorityAddresses,
                sizeLimitHigh: settings.sizeLimitHigh,
                sizeLimitLow: settings.sizeLimitLow,
                replaceByFeeRatio: settings.replaceByFeeRatio,
                pruneCooldown: Int64(settings.pruneCooldownSeconds) * 1_000_000_000,
                gasLimitOverestimation: settings.gasLimitOverestimation
            )
        }
    }

    // MARK: - Gas

    private func registerGas(on api: inout RPCService) {
        let reader = reader
        let estimator = estimator
        let pool = pool
        api.on(GasEstimateFeeCap.self, need: .read) { _, message, queue, key in
            let head = try await reader.at(key) { $1 }
            return GasEstimator.feeCap(
                premium: message.gasPremium,
                queue: queue,
                parentBaseFee: head.parentBaseFee
            )
        }
        api.on(GasEstimateGasPremium.self, need: .read) { _, blocks, _, _, key in
            let head = try await reader.at(key) { $1 }
            var generator = SystemRandomNumberGenerator()
            return try await estimator.premium(blocks: blocks, at: head, using: &generator)
        }
        api.on(GasEstimateGasLimit.self, need: .read) { _, message, key in
            let head = try await reader.at(key) { $1 }
            return try await Self.explained {
                let earlier = try await Self.pending(pool, of: message.from)
                return try await estimator.gasLimit(of: message, after: earlier, on: head).rawValue
            }
        }
        api.on(GasEstimateMessageGas.self, need: .read) { _, message, spec, key in
            let head = try await reader.at(key) { $1 }
            return try await Self.explained {
                let earlier = try await Self.pending(pool, of: message.from)
                var generator = SystemRandomNumberGenerator()
                return try await estimator.estimate(
                    message,
                    spec: spec.map(GasSpec.init),
                    after: earlier,
                    on: head,
                    using: &generator
                )
            }
        }
        api.on(GasBatchEstimateMessageGas.self, need: .read) { _, messages, firstNonce, key in
            let head = try await reader.at(key) { $1 }
            guard let first = messages.first else { return [] }
            let earlier = try await Self.pending(pool, of: first.message.from)
            var generator = SystemRandomNumberGenerator()
            let results = try await estimator.estimate(
                batch: messages.map { ($0.message, $0.spec.map(GasSpec.init)) },
                firstNonce: firstNonce,
                after: earlier,
                on: head,
                using: &generator
            )
            return results.map { result in
                switch result {
                case .success(let message): EstimateResult(message: message, error: "")
                case .failure(let error): EstimateResult(message: nil, error: "\(error)")
                }
            }
        }
    }

    private static func pending(_ pool: MessagePool, of sender: Address) async throws -> [Message] {
        // An unknown sender has none; the estimate says what is wrong with it.
        guard let found = try? await pool.pendingMessages(of: sender) else { return [] }
        return found.messages.map(\.message)
    }

    /// Gives an error of the estimate the code and data that lotus gives it.
    private static func explained<Value>(
        _ body: () async throws -> Value
    ) async throws -> Value {
        do { return try await body() } catch let error as GasEstimationError {
            let data: JSONValue? = error.rpcCode == 3 ? .string("0x") : nil
            throw RPCError(code: error.rpcCode, "\(error)", data: data)
        }
    }
}

extension GasSpec {
    init(_ spec: VenusAPI.MessageSendSpec) {
        self.init(
            maxFee: spec.maxFee ?? 0,
            gasOverEstimation: spec.gasOverEstimation ?? 0,
            gasOverPremium: spec.gasOverPremium ?? 0
        )
    }
}
