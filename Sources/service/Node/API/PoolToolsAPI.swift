import FilecoinTypes
import JSON
import JSONRPC
import MessagePool
import ServiceKit
import VenusAPI

/// The methods with which people look into the message pool.
struct PoolToolsAPI: Sendable {
    let pool: MessagePool
    let sender: MessageSender

    func register(on api: inout RPCService, _ version: NodeAPIVersion) {
        let pool = pool
        let sender = sender
        api.on(MpoolCheckMessages.self, need: .read) { _, messages in
            let prototypes = messages.map { MessagePrototype($0.message, hasNonce: $0.hasNonce) }
            return try Self.json(try await pool.check(prototypes))
        }
        api.on(MpoolCheckPendingMessages.self, need: .read) { _, address in
            try Self.json(try await pool.checkPending(of: address))
        }
        api.on(MpoolCheckReplaceMessages.self, need: .read) { _, messages in
            try Self.json(try await pool.checkReplacing(messages))
        }
        api.on(MpoolSetConfig.self, need: .admin) { _, wanted in
            guard wanted.sizeLimitLow > 0, wanted.sizeLimitLow <= wanted.sizeLimitHigh,
                wanted.replaceByFeeRatio >= 1.1, wanted.gasLimitOverestimation >= 1
            else {
                throw RPCError(
                    "SizeLimitLow must be above 0 and at most SizeLimitHigh, ReplaceByFeeRatio at "
                        + "least 1.1, GasLimitOverestimation at least 1"
                )
            }
            var settings = await pool.configuration
            settings.priorityAddresses = wanted.priorityAddresses
            settings.sizeLimitHigh = wanted.sizeLimitHigh
            settings.sizeLimitLow = wanted.sizeLimitLow
            settings.replaceByFeeRatio = wanted.replaceByFeeRatio
            settings.pruneCooldownSeconds = Int(wanted.pruneCooldown / 1_000_000_000)
            settings.gasLimitOverestimation = wanted.gasLimitOverestimation
            await pool.setConfiguration(settings)
            return NoResult()
        }
        api.on(MpoolDeleteByAddress.self, need: .admin) { _, sender in
            try await pool.delete(of: sender)
            return NoResult()
        }
        api.on(MpoolBatchPushMessage.self, need: .sign) { _, messages, spec in
            var sent: [SignedMessage] = []
            for message in messages { sent.append(try await sender.send(message, spec)) }
            return sent
        }
        api.on(MpoolSub.self, need: .read) { _ in
            await pool.updates().map { update in
                PoolUpdateResult(type: update.kind.rawValue, message: update.message)
            }
        }
    }

    private static func json(_ checks: [[MessageCheck]]) throws -> JSONValue {
        try JSONValue(parsing: checks.jsonBytes())
    }
}
