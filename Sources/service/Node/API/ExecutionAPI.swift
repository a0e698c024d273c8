import ActorRuntime
import BigIntegers
import BuiltinActors
import Bytes
import CBOR
import ChainStore
import Consensus
import FilecoinTypes
import IPLD
import JSON
import JSONRPC
import Multiformats
import ServiceKit
import StateMachine
import StateView
import VenusAPI

/// The methods that execute messages to see what they do.
struct ExecutionAPI: Sendable {
    /// The gas of all messages of a block, which a call without a limit may use.
    private static let blockGasLimit: GasAmount = 10_000_000_000

    let reader: ChainReader

    func register(on api: inout RPCService, _ version: NodeAPIVersion) {
        let reader = reader
        api.on(StateCall.self, need: .read) { _, message, key in
            try await reader.at(key) { chain, tipset in
                try Self.call(message, on: tipset, chain)
            }
        }
        api.on(StateReplay.self, need: .read) { _, key, cid in
            try await reader.read { try Self.replay(cid, key, $0) }
        }
        api.on(StateCompute.self, need: .read) { _, height, messages, key in
            try await reader.at(key) { chain, tipset in
                try Self.compute(height, messages, on: tipset, chain)
            }
        }
        api.on(StateComputeDataCID.self, need: .read) { _, miner, proof, deals, key in
            try await reader.at(key) { chain, tipset in
                try Self.dataCommitment(of: deals, proof, miner, on: tipset, chain)
            }
        }
    }

    // MARK: - One message

    /// Executes a message on the state after a tipset; nothing is paid and nothing kept.
    private static func call(
        _ message: Message,
        on tipset: Tipset,
        _ chain: NodeChain
    ) throws -> InvocationResult {
        var message = message
        if message.gasLimit == 0 { message.gasLimit = blockGasLimit }
        let clock = ContinuousClock.now
        let wanted = message
        let (completed, result, events) = try trial(on: tipset, chain) { machine in
            guard let sender = try machine.tree.resolve(wanted.from),
                let account = try machine.tree.actor(sender)
            else {
                throw RPCError("sender \(wanted.from) not found on chain: sender validation failed")
            }
            var message = wanted
            message.nonce = account.nonce
            var call = message
            call.from = .id(sender)
            return (message, try machine.applyImplicit(call))
        }
        if let error = result.error { throw RPCError(text(error, result.receipt.exitCode)) }
        return InvocationResult(
            completed,
            cid: completed.cid,
            result,
            isImplicit: true,
            events,
            duration: ContinuousClock.now - clock
        )
    }

    /// Runs something with a traced machine over the state after a tipset.
    private static func trial(
        on tipset: Tipset,
        _ chain: NodeChain,
        _ body: @escaping @Sendable (Machine) throws -> (Message, MessageResult)
    ) throws -> (Message, MessageResult, [ExecutionTrace.Event]) {
        let root = try chain.states.execution(of: tipset).stateRoot
        return try DeepStack.run {
            let machine = try chain.rules.machine(
                tree: try StateTree(
                    root: root,
                    store: BufferedBlockStore(over: chain.store.blocks)
                ),
                epoch: tipset.height,
                baseFee: 0,
                view: chain.chainView(from: tipset)
            )
            let trace = ExecutionTrace()
            machine.trace = trace
            let (message, result) = try body(machine)
            return (message, result, trace.events)
        }
    }

    private static func dataCommitment(
        of deals: [DealID],
        _ proof: RegisteredSealProof,
        _ miner: Address,
        on tipset: Tipset,
        _ chain: NodeChain
    ) throws -> CID {
        let inputs = [SectorDataSpec(dealIDs: deals, sectorType: proof)]
        let call = Message(
            to: .market,
            from: miner,
            gasLimit: blockGasLimit,
            method: MarketMethod.computeDataCommitment,
            params: ComputeDataCommitmentParameters(inputs: inputs).cborBytes()
        )
        let (_, result, _) = try trial(on: tipset, chain) { (call, try $0.applyImplicit(call)) }
        if let error = result.error { throw RPCError(text(error, result.receipt.exitCode)) }
        let answer = try ComputeDataCommitmentReturn(cbor: result.receipt.returnValue)
        guard let commitment = answer.commDs.first else {
            throw RPCError("the market computed no commitment")
        }
        return commitment
    }

    /// An error as lotus words it.
    fileprivate static func text(_ error: String, _ code: ExitCode) -> String {
        "\(error) (RetCode=\(code.rawValue))"
    }

    // MARK: - Tipsets

    private static func replay(
        _ cid: CID,
        _ key: TipsetKey,
        _ chain: NodeChain
    ) throws -> InvocationResult {
        var tipset: Tipset
        if key.isEmpty {
            let found = try MessageSearch(chain: chain).find(
                cid,
                from: try chain.store.head(),
                limit: MessageSearch.noLimit,
                allowsReplaced: true
            )
            guard let found else { throw RPCError("message \(cid) is not on the chain") }
            tipset = try chain.store.parent(of: try chain.store.tipset(found.tipset))
        } else {
            tipset = try chain.store.tipset(key)
        }
        let cids = try chain.messages(of: tipset)
        guard let wanted = cids.first(where: { $0.cid == cid || $0.message.cid == cid }) else {
            throw RPCError("given message not found in tipset")
        }
        for result in try traced(tipset, chain).results
        where result.message.cid == wanted.message.cid {
            return result
        }
        throw RPCError("given message not found in tipset")
    }

    /// Executes a tipset again and tells what everything did.
    private static func traced(
        _ tipset: Tipset,
        _ chain: NodeChain
    ) throws -> (root: CID, results: [InvocationResult]) {
        if tipset.height == 0 { return (tipset.parentStateRoot, []) }
        let clock = ContinuousClock.now
        let executed = try chain.runner.run(tipset, isTraced: true)
        let duration = ContinuousClock.now - clock
        var cids: [CID: CID] = [:]
        for (cid, message) in try chain.messages(of: tipset) { cids[message.cid] = cid }
        let results = executed.applied.map { applied in
            InvocationResult(
                applied.message,
                cid: cids[applied.message.cid] ?? applied.message.cid,
                applied.result,
                isImplicit: applied.isImplicit,
                applied.events,
                // Messages are not timed one by one: each gets its share.
                duration: duration / executed.applied.count
            )
        }
        return (executed.stateRoot, results)
    }

    private static func compute(
        _ height: ChainEpoch,
        _ messages: [Message],
        on tipset: Tipset,
        _ chain: NodeChain
    ) throws -> ComputeStateResult {
        guard height >= tipset.height else {
            throw RPCError("height \(height) is before the tipset's, \(tipset.height)")
        }
        var (root, results) = try traced(tipset, chain)
        let start = root
        let (end, own) = try DeepStack.run {
            let buffer = BufferedBlockStore(over: chain.store.blocks)
            var root = start
            for (epoch, upgrade) in chain.rules.upgrades.sorted(by: { $0.key < $1.key })
            where epoch >= tipset.height && epoch < height {
                root = try upgrade.apply(root: root, epoch: epoch, store: buffer)
            }
            let machine = try chain.rules.machine(
                tree: try StateTree(root: root, store: buffer),
                epoch: height,
                baseFee: tipset.parentBaseFee,
                view: chain.chainView(from: tipset)
            )
            let trace = ExecutionTrace()
            machine.trace = trace
            let own = try messages.map { message in
                let clock = ContinuousClock.now
                let start = trace.events.count
                let result = try machine.apply(ChainMessage(message))
                return InvocationResult(
                    message,
                    cid: message.cid,
                    result,
                    isImplicit: false,
                    trace.events(from: start),
                    duration: ContinuousClock.now - clock
                )
            }
            return (try machine.tree.flush(), own)
        }
        root = end
        results += own
        return ComputeStateResult(root: root, trace: results)
    }
}

extension InvocationResult {
    fileprivate init(
        _ message: Message,
        cid: CID,
        _ result: MessageResult,
        isImplicit: Bool,
        _ events: [ExecutionTrace.Event],
        duration: Duration
    ) {
        let gas = result.gas
        let receipt = result.receipt
        let total: TokenAmount = isImplicit ? .zero : message.requiredFunds - gas.refund
        self.init(
            messageCID: cid,
            message: message,
            receipt: MessageReceipt(
                exitCode: receipt.exitCode,
                returnValue: receipt.returnValue,
                gasUsed: receipt.gasUsed
            ),
            gasCost: GasCostResult(
                message: isImplicit ? nil : message.cid,
                gasUsed: TokenAmount(attoFIL: BigInt(receipt.gasUsed.rawValue)),
                baseFeeBurn: gas.baseFeeBurn,
                overEstimationBurn: gas.overEstimationBurn,
                minerPenalty: gas.minerPenalty,
                minerTip: gas.minerTip,
                refund: gas.refund,
                totalCost: total
            ),
            executionTrace: InvocationTrace(events, origin: message.from).json,
            error: result.error.map { ExecutionAPI.text($0, receipt.exitCode) } ?? "",
            duration: duration.nanoseconds
        )
    }
}

/// The calls of a message as the API shows them: each with what it charged and the calls that it made.
private struct InvocationTrace {
    /// The codec of CBOR among parameters and results; 0 stands for none.
    private static let cborCodec = 0x51

    private struct Call {
        let from: String
        let to: String
        let value: TokenAmount
        let method: MethodNumber
        let params: [UInt8]
        var exitCode: ExitCode = .ok
        var returned: [UInt8] = []
        var charges: [JSONValue] = []
        var calls: [JSONValue] = []

        static let none = Call(from: "<empty>", to: "<empty>", value: 0, method: .send, params: [])

        var json: JSONValue {
            [
                "Msg": [
                    "From": .string(from), "To": .string(to), "Value": .string("\(value.attoFIL)"),
                    "Method": .number(JSONNumber(method.rawValue)), "Params": bytes(params),
                    "ParamsCodec": codec(params), "GasLimit": 0, "ReadOnly": false,
                ],
                "MsgRct": [
                    "ExitCode": .number(JSONNumber(exitCode.rawValue)), "Return": bytes(returned),
                    "ReturnCodec": codec(returned),
                ],
                "GasCharges": charges.isEmpty ? .null : .array(charges),
                "Subcalls": calls.isEmpty ? .null : .array(calls),
            ]
        }

        private func bytes(_ bytes: [UInt8]) -> JSONValue {
            bytes.isEmpty ? .null : .string(Base64.encode(bytes))
        }

        private func codec(_ bytes: [UInt8]) -> JSONValue {
            bytes.isEmpty ? 0 : .number(JSONNumber(InvocationTrace.cborCodec))
        }
    }

    let json: JSONValue

    /// `origin`: who sent the message; inner calls come from actors, which have only their IDs.
    init(_ events: [ExecutionTrace.Event], origin: Address) {
        var open: [Call] = []
        var done: Call?
        for event in events {
            switch event {
            case .enter(let from, let to, let method, let value, let params):
                open.append(
                    Call(
                        from: open.isEmpty ? "\(origin)" : "\(Address.id(from))",
                        to: "\(to)",
                        value: value,
                        method: method,
                        params: params
                    )
                )
            case .gas(let charge):
                // What is charged after the call, for the result, belongs to it too.
                let row: JSONValue = [
                    "Name": .string("\(charge.name)"),
                    "tg": .number(JSONNumber(charge.total)),
                    "cg": .number(JSONNumber(charge.compute)),
                    "sg": .number(JSONNumber(charge.storage)), "tt": 0,
                ]
                if open.isEmpty {
                    done?.charges.append(row)
                } else {
                    open[open.count - 1].charges.append(row)
                }
            case .get, .put: break
            case .exit(let code, let returned, _):
                guard var call = open.popLast() else { continue }
                call.exitCode = code
                call.returned = returned
                if open.isEmpty {
                    done = call
                } else {
                    open[open.count - 1].calls.append(call.json)
                }
            }
        }
        // A message that was refused made no call.
        json = (done ?? .none).json
    }
}
