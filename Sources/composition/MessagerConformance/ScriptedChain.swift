import BigIntegers
import Bytes
import FilecoinCrypto
import FilecoinTypes
import JSON
import JSONRPC
import Multiformats
import Synchronization
import VenusAPI

/// The chain and the wallet behind the messager's recorded dialogs.
///
/// They follow the recording's rules: gas used is 1,000,000 and 1,000 for each byte of the parameters, the premium
/// 200,000, the fee cap ten times the base fee above the premium; the wallet has the first three keys. What the
/// recording says about a step goes before the rules.
final class ScriptedChain: Sendable {
    private struct Link: Sendable {
        let tipset: Tipset
        var messages: [SignedMessage] = []
        var exitCodes: [CID: Int64] = [:]
    }

    private struct State {
        var links: [TipsetKey: Link] = [:]
        var head: Tipset
        /// Every signed message that was seen.
        var messages: [CID: SignedMessage] = [:]
        /// What the step to come answers to estimates, pushes and requests for signatures.
        var estimates: [String: JSONValue] = [:]
        var pushError: String?
        var signErrors: [String: String] = [:]
        var pushed: [[CID]] = []
        var subscribers: [Int: AsyncStream<[TipsetChange]>.Continuation] = [:]
        var nextSubscriber = 0
    }

    private let state: Mutex<State>
    /// The keys of the recording.
    let keys: [SigningKey]
    /// How many of them the wallet has.
    private static let walletCount = 3
    private static let balance = TokenAmount(
        attoFIL: BigInt(1000) * BigInt(1_000_000_000_000_000_000)
    )
    private static let accountCode = "bafkqadlgnfwc6nzpmfrwg33vnz2a"
    private static let minerCode = "bafkqaetgnfwc6nzpon2g64tbm5sw22lomvza"

    init(keys: [SigningKey], head: Tipset) {
        self.keys = keys
        state = Mutex(State(links: [head.key: Link(tipset: head)], head: head))
    }

    // MARK: - The script

    /// The present head.
    var head: Tipset { state.withLock { $0.head } }

    /// Learns what the recording's program was answered in the step to come.
    func learn(_ asked: [JSONValue]) throws {
        state.withLock { state in
            state.pushError = nil
            state.signErrors = [:]
        }
        for entry in asked {
            let object = try entry.expectObject()
            let parameters = try object.decode("params", as: [JSONValue].self)
            let result = object.value(forField: "result") ?? .null
            let error = object.value(forField: "error")?.string
            switch try object.decode("method", as: String.self) {
            case "Filecoin.GasBatchEstimateMessageGas":
                let questions = try parameters[0].expectArray()
                for (question, answer) in zip(questions, result.array ?? []) {
                    let key = try Self.key(EstimateMessage(from: question))
                    state.withLock { $0.estimates[key] = answer }
                }
            case "Gateway.WalletSign":
                // The newest generation gives address and accounts, an older one account and address.
                guard let error, let bytes = parameters[2].string else { continue }
                state.withLock { $0.signErrors[bytes] = error }
            case "Filecoin.MpoolBatchPushUntrusted", "Filecoin.MpoolBatchPush":
                for message in parameters[0].array ?? [] {
                    remember(try SignedMessage(from: message))
                }
                if let error { state.withLock { $0.pushError = error } }
            default: break
            }
        }
    }

    /// Notes a message that blocks may contain.
    func remember(_ message: SignedMessage) {
        state.withLock { $0.messages[message.cid] = message }
    }

    /// Adds a tipset to the chain.
    func add(_ tipset: Tipset, messages: [CID], exitCodes: [CID: Int64]) throws {
        let known = state.withLock { state in messages.compactMap { state.messages[$0] } }
        guard known.count == messages.count else { throw RPCError("a block has unknown messages") }
        state.withLock { state in
            state.links[tipset.key] = Link(tipset: tipset, messages: known, exitCodes: exitCodes)
        }
    }

    /// Makes a tipset of the chain its head and tells who follows.
    func move(to tipset: Tipset) {
        let (subscribers, changes) = state.withLock { state in
            func ancestors(_ tipset: Tipset) -> [Tipset] {
                var chain = [tipset]
                while let parent = state.links[chain[chain.count - 1].parentKey] {
                    chain.append(parent.tipset)
                }
                return chain
            }
            let old = ancestors(state.head)
            let new = ancestors(tipset)
            let reverted = old.filter { !new.contains($0) }
            let applied = new.filter { !old.contains($0) }
            state.head = tipset
            let changes =
                reverted.map { TipsetChange(type: .revert, tipset: $0) }
                + applied.reversed().map { TipsetChange(type: .apply, tipset: $0) }
            return (state.subscribers.values.map { $0 }, changes)
        }
        for subscriber in subscribers { subscriber.yield(changes) }
    }

    /// What was pushed since the last call: the CIDs of each batch.
    func takePushed() -> [[CID]] {
        state.withLock { state in
            defer { state.pushed = [] }
            return state.pushed
        }
    }

    // MARK: - The node

    /// The head, then its moves.
    func follow() -> AsyncStream<[TipsetChange]> {
        let (stream, continuation) = AsyncStream.makeStream(of: [TipsetChange].self)
        let id = state.withLock { state in
            state.nextSubscriber += 1
            state.subscribers[state.nextSubscriber] = continuation
            continuation.yield([TipsetChange(type: .current, tipset: state.head)])
            return state.nextSubscriber
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.subscribers.removeValue(forKey: id) }
        }
        return stream
    }

    /// A tipset; one that the recording does not show is made up: it is empty.
    func tipset(_ key: TipsetKey) throws(RPCError) -> Tipset {
        let (found, child) = state.withLock { state in
            (state.links[key]?.tipset, state.links.values.first { $0.tipset.parentKey == key })
        }
        if let found { return found }
        guard let child, child.tipset.height > 0 else { throw RPCError("\(key) is unknown") }
        let made = Self.tipset(
            height: child.tipset.height - 1,
            parents: [CID.dagCBOR(hashing: Array(key.bytes))],
            baseFee: child.tipset.parentBaseFee,
            like: child.tipset
        )
        state.withLock { $0.links[made.key] = Link(tipset: made) }
        return made
    }

    /// A tipset that the recording does not show.
    static func tipset(
        height: ChainEpoch,
        parents: [CID],
        baseFee: TokenAmount,
        like model: Tipset
    ) -> Tipset {
        var header = model.blocks[0]
        header.height = height
        header.parents = parents
        header.parentBaseFee = baseFee
        let time = Int64(clamping: model.minTimestamp) + 2 * (height - model.height).rawValue
        header.timestamp = UInt64(clamping: time)
        // One block with a ticket is a tipset.
        return (try? Tipset([header])) ?? model
    }

    /// The messages of a tipset with their receipts.
    private func executed(
        _ key: TipsetKey
    ) -> [(message: SignedMessage, receipt: MessageReceipt)] {
        guard let link = state.withLock({ $0.links[key] }) else { return [] }
        // A block lists messages by the kind of their signatures; the gas tells their places in these lists.
        var counts: [SignatureType: Int64] = [:]
        return link.messages.map { message in
            let index = counts[message.signature.type, default: 0]
            counts[message.signature.type] = index + 1
            return (
                message,
                MessageReceipt(
                    exitCode: ExitCode(rawValue: link.exitCodes[message.cid] ?? 0),
                    returnValue: [],
                    gasUsed: GasAmount(500_000 + index)
                )
            )
        }
    }

    func messages(in key: TipsetKey) -> [ChainMessageResult] {
        executed(key).map { ChainMessageResult(cid: $0.message.cid, message: $0.message.message) }
    }

    private func parent(of block: CID) throws(RPCError) -> TipsetKey {
        try tipset(TipsetKey([block])).parentKey
    }

    func parentMessages(of block: CID) throws(RPCError) -> [ChainMessageResult] {
        messages(in: try parent(of: block))
    }

    func parentReceipts(of block: CID) throws(RPCError) -> [MessageReceipt] {
        executed(try parent(of: block)).map(\.receipt)
    }

    /// The state before a tipset's messages.
    func actor(_ address: Address, _ key: TipsetKey) throws(RPCError) -> ActorRecord {
        let isMiner = address == .id(1000)
        guard isMiner || keys.contains(where: { $0.address == address }) else {
            throw RPCError("actor not found")
        }
        var nonce: UInt64 = 0
        var current = key.isEmpty ? head.parentKey : try tipset(key).parentKey
        while let link = state.withLock({ $0.links[current] }) {
            let own = link.messages.map(\.message).filter { $0.from == address }.map(\.nonce)
            nonce = max(nonce, own.max().map { $0 + 1 } ?? 0)
            current = link.tipset.parentKey
        }
        do {
            return ActorRecord(
                code: try CID(isMiner ? Self.minerCode : Self.accountCode),
                head: CID.dagCBOR(hashing: address.bytes),
                nonce: nonce,
                balance: Self.balance
            )
        } catch {
            throw RPCError("\(error)")
        }
    }

    /// The recording's ID address 100 is the first key's.
    func accountKey(_ address: Address) throws(RPCError) -> Address {
        if address == .id(100), let first = keys.first { return first.address }
        throw RPCError("actor not found")
    }

    func search(_ cid: CID) throws -> MessageLookup? {
        guard let wanted = state.withLock({ $0.messages[cid] }) else { return nil }
        var child = head
        while let link = state.withLock({ $0.links[child.parentKey] }) {
            for (message, receipt) in executed(link.tipset.key)
            where message.message.from == wanted.message.from
                && message.message.nonce == wanted.message.nonce
            {
                return MessageLookup(
                    message: message.cid,
                    receipt: receipt,
                    returnDecoded: .null,
                    tipset: child.key,
                    height: child.height
                )
            }
            child = link.tipset
        }
        return nil
    }

    // MARK: - Gas

    // The letter of addresses differs from program to program.
    private static func key(_ request: EstimateMessage) -> String {
        let message = request.message
        return "\(message.from.text(on: .mainnet)) \(message.value) \(message.method) "
            + "\(message.gasFeeCap) \(message.gasLimit) \(message.params.hex) "
            + "\(request.spec?.jsonText() ?? "")"
    }

    /// A batch: an answer of the recording, or one by its rules.
    func estimate(_ requests: [EstimateMessage], fromNonce first: UInt64) throws -> [EstimateResult]
    {
        var nonce = first
        var results: [EstimateResult] = []
        for request in requests {
            var result: EstimateResult
            if let recorded = state.withLock({ $0.estimates[Self.key(request)] }) {
                result = try EstimateResult(from: recorded)
            } else {
                result = EstimateResult(message: estimate(request), error: "")
            }
            result.message?.nonce = nonce
            if result.error.isEmpty { nonce += 1 }
            results.append(result)
        }
        return results
    }

    /// One message by the rules.
    func estimate(_ request: EstimateMessage) -> Message {
        var message = request.message
        let spec = request.spec
        if message.gasLimit == 0 {
            let used = Double(1_000_000 + 1000 * message.params.count)
            let factor = spec?.gasOverEstimation ?? 0
            message.gasLimit = GasAmount(Int64(used * (factor > 0 ? factor : 1.25)))
        }
        if message.gasPremium.isZero {
            let factor = spec?.gasOverPremium ?? 0
            message.gasPremium = TokenAmount(
                attoFIL: BigInt(Int64(200_000 * (factor > 0 ? factor : 1)))
            )
        }
        if message.gasFeeCap.isZero {
            message.gasFeeCap =
                message.gasPremium + TokenAmount(attoFIL: head.parentBaseFee.attoFIL * BigInt(10))
        }
        let maxFee = spec?.maxFee ?? 0
        if maxFee > 0, message.requiredFunds > maxFee {
            let limit = BigInt(message.gasLimit.rawValue)
            let cap = maxFee.attoFIL.quotientAndRemainder(dividingBy: limit).quotient
            message.gasFeeCap = TokenAmount(attoFIL: cap)
            message.gasPremium = min(message.gasPremium, message.gasFeeCap)
        }
        return message
    }

    // MARK: - The pool and the wallet

    func push(_ messages: [SignedMessage]) throws(RPCError) -> [CID] {
        let cids = messages.map(\.cid)
        let error = state.withLock { state in
            for message in messages { state.messages[message.cid] = message }
            // After a refusal ours tries one message after the other, where the original waits for the next head.
            if state.pushError == nil || messages.count > 1 { state.pushed.append(cids) }
            return state.pushError
        }
        if let error { throw RPCError(error) }
        return cids
    }

    func hasKey(_ address: Address) -> Bool {
        keys.prefix(Self.walletCount).contains { $0.address == address }
    }

    func sign(_ bytes: [UInt8], by address: Address) throws(RPCError) -> Signature {
        let text = Base64.encode(bytes)
        if let error = state.withLock({ $0.signErrors[text] }) { throw RPCError(error) }
        guard let key = keys.prefix(Self.walletCount).first(where: { $0.address == address })
        else { throw RPCError("no wallet has the key of \(address)") }
        return key.sign(bytes)
    }
}
