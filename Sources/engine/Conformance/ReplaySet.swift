package import ActorRuntime
internal import CBOR
internal import FilecoinTypes
package import IPLD
internal import JSON
internal import Multiformats
package import StateMachine

/// Whole histories from a genesis state, checked step by step (`reference/actors/replay`).
///
/// A file `NAME.jsonl.gz` with a header line stands beside `NAME.genesis.car.zst`.
package struct ReplaySet: ConformanceSet {
    package init() {}

    package var name: String { "replays" }

    package func cases(in files: [ConformanceFile]) -> [ConformanceCase] {
        let paths = Set(files.map(\.path))
        return files.compactMap { file in
            guard file.path.hasSuffix(".jsonl.gz") else { return nil }
            let genesis = String(file.path.dropLast(".jsonl.gz".count)) + ".genesis.car.zst"
            guard paths.contains(genesis) else { return nil }
            let folders = file.relativePath.split(separator: "/").dropLast()
            let path = file.path
            return ConformanceCase(
                corpus: folders.isEmpty ? "." : folders.joined(separator: "/"),
                name: file.relativePath
            ) { options in
                let difference = try Replay(steps: path, genesis: genesis, options: options).run()
                return ConformanceReport(
                    group: "replay",
                    outcome: difference.map { .failed($0) } ?? .passedProofAssumed
                )
            }
        }
    }
}

/// Is told what a history does, for measurements.
package protocol ReplayObserver: AnyObject {
    /// A message is about to be executed.
    ///
    /// - Parameters:
    ///   - message: The message.
    ///   - method: The actor and the method that it calls.
    ///   - makeMachine: Makes another machine over the same state, whose changes nobody sees.
    /// - Throws: What ends the replay.
    func willApply(
        _ message: ChainMessage,
        method: String,
        makeMachine: () throws -> Machine
    ) throws

    /// A message was executed, and the state that came of it has its root.
    func didApply(_ result: MessageResult)
}

/// One history.
package final class Replay {
    /// Is told of the messages that run alone; those inside tipsets are not announced.
    package weak var observer: (any ReplayObserver)?
    /// Every block that the history has kept so far.
    package var blocks: MemoryBlockStore { store }

    private let lines: [JSONValue]
    private let header: JSONValue
    private let store = MemoryBlockStore()
    private let rules: ExecutionRules
    private let supply: TokenAmount
    private let options: ConformanceOptions
    private var root: CID
    private var epoch: ChainEpoch
    private var past: ChainEpoch

    /// Loads the steps and the state that they begin with.
    ///
    /// - Parameters:
    ///   - steps: The file of the steps.
    ///   - genesis: The archive of the state.
    ///   - options: What is shown of a failure.
    ///   - signatures: Verifies the signatures inside messages.
    /// - Throws: What reading the files throws, and ``TestDataError``.
    package init(
        steps: String,
        genesis: String,
        options: ConformanceOptions,
        signatures: any SignatureVerifier = KeySignatureVerifier()
    ) throws {
        let bytes = try TestData.bytes(steps)
        var offset = 0
        var lines: [JSONValue] = []
        while let start = bytes[offset...].firstIndex(where: { $0 > 0x20 }) {
            offset = start
            lines.append(try JSONValue(parsingPrefixOf: bytes, at: &offset))
        }
        guard let header = lines.first, let nv: UInt32 = header["nv"]?.integer(),
            let first: Int64 = header["first_epoch"]?.integer()
        else { throw TestDataError("replay without header") }
        self.header = header
        self.lines = Array(lines.dropFirst())
        self.options = options
        let version = NetworkVersion(rawValue: nv)
        rules = ExecutionRules(
            networkVersion: { _ in version },
            prices: header["gas"]?.string == "genesis" ? .genesis : .calico,
            policy: header["policy"]?.string == "2k" ? .twoKiB : .mainnet,
            proofs: AssumingVerifier(.unlessMarked),
            signatures: signatures
        )
        supply = TestData.amount(header["circ_supply"]) ?? .zero
        root = try TestData.cid(header["genesis_root"])
        epoch = ChainEpoch(rawValue: first)
        past = epoch - 1
        var reader = try CARReader(try TestData.bytes(genesis))
        _ = try reader.copyBlocks(into: store)
    }

    /// Runs every step and returns the first difference.
    package func run() throws -> String? {
        for (index, line) in lines.enumerated() {
            let difference: String?
            do {
                if line["msg"] != nil {
                    difference = try runMessage(line)
                } else if let ticks: Int = line["ticks"]?.integer() {
                    difference = try runTicks(ticks, line)
                } else {
                    difference = try runTipset(line)
                }
            } catch {
                return "step \(index + 1) of \(lines.count) at epoch \(epoch): \(error)"
            }
            if let difference {
                return "step \(index + 1) of \(lines.count) at epoch \(epoch): \(difference)"
            }
        }
        let expected = try TestData.cid(header["final_root"])
        return root == expected ? nil : "final root \(root), expected \(expected)"
    }

    private func runMessage(_ line: JSONValue) throws -> String? {
        let message = try VectorMessages.message(line["msg"])
        let buffer = BufferedBlockStore(over: store)
        let baseFee = TestData.amount(line["basefee"]) ?? 100
        let machine = try machine(over: buffer, baseFee: baseFee)
        let trace = options.showsTrace ? ExecutionTrace() : nil
        machine.trace = trace
        let group = VectorMessages.group(of: message.message, machine)
        try observer?.willApply(message, method: group) {
            try self.machine(over: BufferedBlockStore(over: store), baseFee: baseFee)
        }
        let result = try machine.apply(message)
        let new = try machine.tree.flush()
        observer?.didApply(result)
        let receipt: JSONValue = [
            "exit_code": line["exit"] ?? 0, "gas_used": line["gas"] ?? 0,
            "return": line["return"] ?? "",
        ]
        if let difference = try VectorMessages.difference(result, receipt) {
            let steps = try trace.map { try TraceComparison(line).text($0) } ?? ""
            return "\(group): \(difference)\(steps)"
        }
        if let penalty = TestData.amount(line["penalty"]), penalty != result.gas.minerPenalty {
            return "\(group): penalty \(result.gas.minerPenalty), expected \(penalty)"
        }
        let expected = try TestData.cid(line["post"])
        if new != expected { return "\(group): state root \(new), expected \(expected)" }
        if line["commit"]?.bool == true {
            try buffer.flush(roots: [new])
            root = new
        }
        return nil
    }

    private func machine(
        over buffer: BufferedBlockStore,
        baseFee: TokenAmount
    ) throws -> Machine {
        try rules.machine(
            tree: try StateTree(root: root, store: buffer),
            epoch: epoch,
            baseFee: baseFee,
            view: try RecordedChain(supply: supply, lookback: root)
        )
    }

    private func runTicks(_ count: Int, _ line: JSONValue) throws -> String? {
        for _ in 0..<count {
            _ = try executeTipset(blocks: [])
        }
        let expected = try TestData.cid(line["post"])
        return root == expected ? nil : "after \(count) tipsets \(root), expected \(expected)"
    }

    private func runTipset(_ line: JSONValue) throws -> String? {
        guard let at: Int64 = line["tipset"]?.integer() else {
            return "a step of unknown kind"
        }
        epoch = ChainEpoch(rawValue: at)
        let nulls: Int64 = line["nulls"]?.integer() ?? 0
        past = epoch - ChainEpoch(rawValue: nulls) - 1
        let result = try executeTipset(
            blocks: try (line["blocks"]?.array ?? []).map(VectorMessages.block)
        )
        let receipts = try TestData.cid(line["receipts"])
        if result.receiptsRoot != receipts {
            let codes = result.applied.map { "\($0.message.to): \($0.result.receipt)" }
            return "receipts root \(result.receiptsRoot), expected \(receipts): \(codes)"
        }
        let expected = try TestData.cid(line["post"])
        return root == expected ? nil : "tipset \(root), expected \(expected)"
    }

    private func executeTipset(blocks: [BlockExecution]) throws -> TipsetResult {
        let executor = TipsetExecutor(rules: rules, store: store)
        let result = try executor.execute(
            parentState: root,
            parentEpoch: past,
            epoch: epoch,
            blocks: blocks,
            baseFee: 100,
            view: try RecordedChain(supply: .zero, lookback: root)
        )
        root = result.stateRoot
        past = epoch
        epoch = epoch + 1
        return result
    }
}
