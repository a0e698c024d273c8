internal import ActorRuntime
internal import BigIntegers
internal import ChainStore
internal import Conformance
internal import Consensus
internal import FilecoinTypes
internal import IPLD
internal import JSON
internal import Multiformats
internal import NetworkParameters
internal import StateMachine
internal import StateView

/// A tipset executed by our state machine: every number that lotus got.
struct ExecutionCheck {
    private let line: ChainLine
    private let recorded: RecordedChain
    private let tipset: Tipset

    init(_ line: ChainLine, _ recorded: RecordedChain) throws {
        self.line = line
        self.recorded = recorded
        tipset = try recorded.tipset(line)
    }

    /// Checks the tipset and what follows from it.
    func check() throws {
        try checkHeader()
        if line.height == 0 {
            try checkEqual(try line.cid("stateRoot"), tipset.parentStateRoot, "state root")
        } else {
            try checkExecution()
        }
        try checkEqual(
            "\(try recorded.chain.weight(of: tipset))",
            try line.json.text("weight"),
            "weight of the tipset"
        )
        try checkEqual(
            "\(try recorded.chain.nextBaseFee(after: tipset).attoFIL)",
            try line.json.text("nextBaseFee"),
            "next base fee"
        )
        try checkSupply()
    }

    // MARK: - What the index says of the tipset itself

    private func checkHeader() throws {
        let json = line.json
        try checkEqual(tipset.height, line.height, "height")
        try checkEqual(
            recorded.chain.parameters.networkVersion(at: line.height),
            line.networkVersion,
            "network version"
        )
        try checkEqual(Int64(tipset.minTimestamp), try json.integer("timestamp"), "timestamp")
        try checkEqual(
            tipset.parentKey.cids,
            try json.list("parents").map { try CID($0.text("/")) },
            "parents"
        )
        try checkEqual(tipset.parentStateRoot, try line.cid("parentStateRoot"), "parent state root")
        try checkEqual(
            tipset.parentMessageReceipts,
            try line.cid("parentReceiptsRoot"),
            "parent receipts root"
        )
        try checkEqual(
            "\(tipset.parentBaseFee.attoFIL)",
            try json.text("parentBaseFee"),
            "parent base fee"
        )
        try checkEqual("\(tipset.parentWeight)", try json.text("parentWeight"), "parent weight")
        let blocks = try json.list("blocks")
        try checkEqual(tipset.blocks.count, blocks.count, "number of blocks")
        for (header, block) in zip(tipset.blocks, blocks) {
            let cid = header.cid
            let messages = try recorded.store.messages(of: header)
            try checkEqual("\(cid)", try block.member("cid").text("/"), "CID of a block")
            try checkAddress(header.miner, block, "miner", of: " of \(cid)")
            try checkEqual(
                header.electionProof?.winCount ?? 0,
                try block.integer("winCount"),
                "win count of \(cid)"
            )
            try checkEqual(
                Int64(messages.bls.count),
                try block.integer("blsMessages"),
                "BLS messages of \(cid)"
            )
            try checkEqual(
                Int64(messages.secp.count),
                try block.integer("secpkMessages"),
                "secp256k1 messages of \(cid)"
            )
        }
    }

    // MARK: - Execution

    private func checkExecution() throws {
        let result = try recorded.runner.run(tipset)
        // Null if there are none.
        let messages = line.json["messages"]?.array ?? []
        let cids = try recorded.chain.executedMessages(of: tipset).flatMap(\.messages.cids)
        try checkEqual(
            cids.map(\.description),
            try messages.map { try $0.member("cid").text("/") },
            "messages in the order of execution"
        )
        for (applied, expected) in zip(result.applied.filter { !$0.isImplicit }, messages) {
            do { try checkMessage(applied, expected) } catch {
                throw TestDataError(
                    "message \(try expected.member("cid").text("/")) "
                        + "(\(expected["label"]?.string ?? "no label")): \(error)"
                )
            }
        }
        try checkImplicit(result.applied.filter(\.isImplicit))
        try checkEqual(result.receiptsRoot, try line.cid("receiptsRoot"), "receipts root")
        let expected = try line.cid("stateRoot")
        guard result.stateRoot != expected else { return }
        throw TestDataError(
            "state root: found \(result.stateRoot), expected \(expected): "
                + (try stateDifference(result.stateRoot, expected))
        )
    }

    private func checkMessage(_ applied: AppliedMessage, _ expected: JSONValue) throws {
        let message = applied.message
        try checkAddress(message.from, expected, "from")
        try checkAddress(message.to, expected, "to")
        try checkEqual(Int64(clamping: message.nonce), try expected.integer("nonce"), "nonce")
        try checkEqual(
            Int64(clamping: message.method.rawValue),
            try expected.integer("method"),
            "method"
        )
        try checkEqual(message.gasLimit.rawValue, try expected.integer("gasLimit"), "gas limit")
        for (name, amount) in [
            ("value", message.value), ("gasFeeCap", message.gasFeeCap),
            ("gasPremium", message.gasPremium),
        ] { try checkAmount(amount, expected, name) }

        let receipt = applied.result.receipt
        let reason = applied.result.error.map { " (\($0))" } ?? ""
        try checkEqual(
            receipt.exitCode.rawValue,
            try expected.integer("exit"),
            "exit code\(reason)"
        )
        try checkEqual(receipt.gasUsed.rawValue, try expected.integer("gasUsed"), "gas used")
        let returned = expected["return"] == nil ? [] : try TestData.base64(expected["return"])
        try checkEqual(receipt.returnValue, returned, "returned bytes")
        let gas = applied.result.gas
        // As lotus counts it, also where a sender could not put it up and paid nothing.
        let cost = message.gasFeeCap * message.gasLimit.rawValue - gas.refund
        for (name, amount) in [
            ("baseFeeBurn", gas.baseFeeBurn), ("overEstimationBurn", gas.overEstimationBurn),
            ("minerPenalty", gas.minerPenalty), ("minerTip", gas.minerTip),
            ("refund", gas.refund), ("totalCost", cost),
        ] { try checkAmount(amount, expected, name) }
    }

    private func checkAmount(_ found: TokenAmount, _ expected: JSONValue, _ name: String) throws {
        try checkEqual("\(found.attoFIL)", try expected.text(name), name)
    }

    /// Compares addresses, whatever letter they are written with.
    private func checkAddress(
        _ found: Address,
        _ expected: JSONValue,
        _ name: String,
        of what: String = ""
    ) throws {
        let text = try expected.text(name)
        guard let address = Address(text) else { throw TestDataError("\(text) is no address") }
        try checkEqual(found, address, name + what)
    }

    /// The calls that the protocol makes itself: cron for each null round, rewards, cron.
    private func checkImplicit(_ applied: [AppliedMessage]) throws {
        let expected = try line.json.list("implicit")
        try checkEqual(applied.count, expected.count, "number of implicit messages")
        for (index, (applied, expected)) in zip(applied, expected).enumerated() {
            let kind = applied.message.to == .reward ? "reward" : "cron"
            try checkEqual(kind, try expected.text("kind"), "kind of implicit message \(index)")
            try checkEqual(
                applied.result.receipt.exitCode.rawValue,
                try expected.integer("exit"),
                "exit code of implicit message \(index)"
            )
            let params = expected["params"] == nil ? [] : try TestData.base64(expected["params"])
            try checkEqual(
                applied.message.params,
                params,
                "parameters of implicit message \(index)"
            )
        }
    }

    /// The first actor that differs from the recorded state, and how many do.
    private func stateDifference(_ found: CID, _ expected: CID) throws -> String {
        let store = recorded.store.blocks
        let ours = try StateTree(root: found, store: store)
        let theirs = try StateTree(root: expected, store: store)
        var different: [(id: ActorID, text: String)] = []
        var known: Set<ActorID> = []
        try theirs.forEach { id, actor in
            known.insert(id)
            let own = try ours.actor(id)
            guard own != actor else { return }
            different.append(
                (id, "found \(own.map(Self.text) ?? "none"), expected \(Self.text(actor))")
            )
        }
        try ours.forEach { id, actor in
            if !known.contains(id) {
                different.append((id, "found \(Self.text(actor)), expected none"))
            }
        }
        guard let first = different.min(by: { $0.id < $1.id }) else {
            return "all actors are the same"
        }
        return "\(different.count) actors differ, first \(Address.id(first.id)): \(first.text)"
    }

    private static func text(_ actor: ActorRecord) -> String {
        "\(actor.actorCode?.name ?? "\(actor.code)") head \(actor.head) nonce \(actor.nonce) "
            + "balance \(actor.balance.attoFIL)"
    }

    // MARK: - Supply

    private func checkSupply() throws {
        let view = try recorded.chain.view(line.cid("stateRoot"))
        let supply = try CirculatingSupply(
            view.tree,
            at: line.height,
            parameters: recorded.chain.parameters
        )
        let expected = try line.json.member("circulatingSupply")
        for (name, amount) in [
            ("FilVested", supply.vested), ("FilMined", supply.mined),
            ("FilBurnt", supply.burnt), ("FilLocked", supply.locked),
            ("FilReserveDisbursed", supply.reserveDisbursed),
            ("FilCirculating", supply.circulating),
        ] { try checkAmount(amount, expected, name) }
    }
}
