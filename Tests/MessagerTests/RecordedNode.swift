import FilecoinTypes
import JSON
import JSONRPC
import Multiformats
import Synchronization
import VenusAPI

@testable import Messager

/// A node and a wallet that answer as those of a recorded scenario did, and note what is pushed.
final class RecordedNode: MessagerChain, MessagerTarget, MessagerSigner, MessagerAccounts {
    struct Missing: Error { let what: String }

    /// What the scenario's steps asked, by method and parameters.
    private let answers = Mutex<[String: JSONValue]>([:])
    private let estimates = Mutex<[String: JSONValue]>([:])
    private let pushError = Mutex<String?>(nil)
    private let pushed = Mutex<[[CID]]>([])

    /// Learns the answers of a step; those that depend on the moment replace older ones.
    func learn(_ asked: [JSONValue]) throws {
        pushError.withLock { $0 = nil }
        for entry in asked {
            let object = try entry.expectObject()
            let method = try object.decode("method", as: String.self)
            let parameters = try object.decode("params", as: [JSONValue].self)
            let result = object.value(forField: "result") ?? .null
            switch method {
            case "Filecoin.GasBatchEstimateMessageGas":
                let messages = try parameters[0].expectArray()
                for (question, answer) in zip(messages, try result.expectArray()) {
                    let key = try Self.key(EstimateMessage(from: question))
                    estimates.withLock { $0[key] = answer }
                }
            case "Gateway.WalletSign":
                guard result != .null else { continue }
                answers.withLock { $0["sign " + (parameters[2].string ?? "")] = result }
            case "Filecoin.MpoolBatchPushUntrusted":
                if let error = object.value(forField: "error")?.string {
                    pushError.withLock { $0 = error }
                }
            default:
                let key = try Self.key(method, parameters)
                answers.withLock { $0[key] = result }
            }
        }
    }

    /// What was pushed since the last call: the CIDs of each batch.
    func takePushed() -> [[CID]] {
        pushed.withLock { pushed in
            defer { pushed = [] }
            return pushed
        }
    }

    // The letter of addresses differs from network to network.
    private static func key(_ method: String, _ parameters: [JSONValue]) throws -> String {
        let texts = parameters.map { value in
            value.string.flatMap { Address($0)?.stored } ?? value.jsonText()
        }
        return "\(method) \(texts)"
    }

    private static func key(_ request: EstimateMessage) -> String {
        "\(request.message.from.stored) \(request.message.value) \(request.message.method) "
            + "\(request.message.gasFeeCap) \(request.spec?.jsonText() ?? "")"
    }

    private func answer(_ method: String, _ parameters: [JSONValue]) throws -> JSONValue {
        let key = try Self.key(method, parameters)
        guard let answer = answers.withLock({ $0[key] }) else { throw Missing(what: key) }
        return answer
    }

    // MARK: - Chain

    func head() async throws -> Tipset { throw Missing(what: "head") }

    func headChanges() async throws -> AsyncThrowingStream<[TipsetChange], any Error> {
        throw Missing(what: "head changes")
    }

    func tipset(_ key: TipsetKey) async throws -> Tipset {
        try Tipset(from: answer("Filecoin.ChainGetTipSet", [key.jsonValue()]))
    }

    func parentMessages(of block: CID) async throws -> [ChainMessageResult] {
        try [ChainMessageResult](
            from: answer("Filecoin.ChainGetParentMessages", [block.jsonValue()])
        )
    }

    func parentReceipts(of block: CID) async throws -> [MessageReceipt] {
        try [MessageReceipt](from: answer("Filecoin.ChainGetParentReceipts", [block.jsonValue()]))
    }

    func messages(in key: TipsetKey) async throws -> [Message] {
        try [ChainMessageResult](
            from: answer("Filecoin.ChainGetMessagesInTipset", [key.jsonValue()])
        ).map(\.message)
    }

    func account(of address: Address, at key: TipsetKey) async throws -> SenderAccount? {
        let actor = try answer("Filecoin.StateGetActor", [address.jsonValue(), key.jsonValue()])
            .expectObject()
        return SenderAccount(nonce: try actor.decode("Nonce"), balance: try actor.decode("Balance"))
    }

    func code(of address: Address, at key: TipsetKey) async throws -> CID? {
        try answer("Filecoin.StateGetActor", [address.jsonValue(), key.jsonValue()])
            .expectObject().decode("Code")
    }

    func poolNonce(of address: Address) async throws -> UInt64 { throw Missing(what: "pool nonce") }

    func accountKey(of address: Address) async throws -> Address {
        try Address(from: answer("Filecoin.StateAccountKey", [address.jsonValue(), .array([])]))
    }

    func search(_ cid: CID) async throws -> MessageLookup? { nil }

    func estimate(
        _ messages: [EstimateMessage],
        fromNonce: UInt64,
        at key: TipsetKey
    ) async throws -> [EstimateResult] { try messages.map(recordedEstimate) }

    // Apart and not inlined: the optimizer of Swift 6.3 crashes on this inside an asynchronous function.
    @inline(never)
    private func recordedEstimate(_ message: EstimateMessage) throws -> EstimateResult {
        let key = Self.key(message)
        guard let answer = estimates.withLock({ $0[key] }) else {
            throw Missing(what: "estimate \(key)")
        }
        return try EstimateResult(from: answer)
    }

    func estimate(_ message: EstimateMessage) async throws -> Message {
        throw Missing(what: "estimate of one message")
    }

    func replaceByFeeRatio() async throws -> Double { 1.25 }
    func blockDelay() async throws -> Duration { .seconds(2) }

    func push(_ messages: [SignedMessage]) async throws {
        let error = pushError.withLock { $0 }
        // After a refusal ours tries one message after the other, where the original waits for the next head.
        if error == nil || messages.count > 1 {
            pushed.withLock { $0.append(messages.map(\.cid)) }
        }
        if let error { throw RPCError(error) }
    }

    // MARK: - Wallet and accounts

    func has(_ address: Address, accounts: [String]) async throws -> Bool { true }

    func sign(_ message: Message, accounts: [String]) async throws -> Signature {
        let key = "sign " + (try JSONBytes(message.cid.bytes).jsonValue().string ?? "")
        guard let answer = answers.withLock({ $0[key] }) else {
            throw Missing(what: "signature of value \(message.value), nonce \(message.nonce)")
        }
        return try Signature(from: answer)
    }

    func accounts(of signer: Address) async throws -> [String] { ["sp1"] }
    func owns(_ account: String, _ signer: Address) async throws -> Bool { account == "sp1" }
}
