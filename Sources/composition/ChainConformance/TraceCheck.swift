internal import ActorRuntime
internal import ChainStore
internal import Conformance
internal import Consensus
internal import FilecoinTypes
internal import JSON
internal import Multiformats
internal import StateMachine

/// The recorded traces of a height: every call of a message and every charge for gas, in order.
struct TraceCheck {
    private let traces: [JSONValue]
    private let recorded: RecordedChain

    /// Takes the lines of `traces.jsonl.gz` about one height.
    init(_ traces: [JSONValue], _ recorded: RecordedChain) {
        self.traces = traces
        self.recorded = recorded
    }

    /// Reads the traces of a chain, by the height of their tipset; none if there is no such file.
    static func read(_ folder: ChainFolder) throws -> [ChainEpoch: [JSONValue]] {
        var byHeight: [ChainEpoch: [JSONValue]] = [:]
        for line in try folder.file("traces.jsonl.gz")?.lines() ?? [] {
            let json = try JSONValue(parsing: line)
            byHeight[ChainEpoch(rawValue: try json.integer("height")), default: []].append(json)
        }
        return byHeight
    }

    /// Checks every trace; `lines` are the tipsets of the height, the main chain's first.
    func check(_ lines: [ChainLine]) throws {
        guard let first = lines.first else {
            throw TestDataError("the index has no tipset at this height")
        }
        var messages: [String: AppliedMessage] = [:]
        for line in lines {
            let tipset = try recorded.tipset(line)
            let applied = try recorded.runner.run(tipset, isTraced: true).applied
            let cids = try recorded.chain.executedMessages(of: tipset).flatMap(\.messages.cids)
            for (cid, message) in zip(cids, applied.filter { !$0.isImplicit }) {
                // A message of two tipsets was traced in the main chain's.
                messages[cid.description] = messages[cid.description] ?? message
            }
            if line.key == first.key { try checkImplicit(applied.filter(\.isImplicit)) }
        }
        for trace in traces where trace["kind"] == nil {
            let cid = try trace.member("cid").text("/")
            guard let message = messages[cid] else {
                throw TestDataError("message \(cid) is not executed")
            }
            let expected = try TracedCall(trace.member("trace"))
            if let difference = TracedCall(message).difference(from: expected) {
                let label = trace["label"]?.string ?? "no label"
                throw TestDataError("message \(cid) (\(label)): \(difference)")
            }
        }
    }

    /// Checks the traces of the protocol's own calls: some of them, in their order.
    private func checkImplicit(_ applied: [AppliedMessage]) throws {
        var left = applied[...]
        for trace in traces {
            guard let kind = trace["kind"]?.string else { continue }
            let expected = try TracedCall(trace.member("trace"))
            let place = left.firstIndex { TracedCall($0).difference(from: expected) == nil }
            guard let place else { throw TestDataError(Self.closest(kind, left, expected)) }
            left = left[(place + 1)...]
        }
    }

    /// What differs from the first call of the kind that is left.
    private static func closest(
        _ kind: String,
        _ implicit: ArraySlice<AppliedMessage>,
        _ expected: TracedCall
    ) -> String {
        let same = implicit.filter { ($0.message.to == .reward) == (kind == "reward") }
        let difference = same.first.flatMap { TracedCall($0).difference(from: expected) }
        return "no \(kind) has the recorded trace: \(difference ?? "there is none")"
    }
}

/// A call, what it was charged and what it called.
private struct TracedCall {
    /// Who is called; nil if the call is not made.
    private var to: Address?
    private var method: UInt64
    private var exit: Int64
    private var returned: [UInt8]
    /// Name, computation and storage of each charge that is not nothing.
    private var charges: [String]
    private var calls: [TracedCall]

    /// Reads a recorded call.
    init(_ json: JSONValue) throws {
        let text = try json.text("to")
        to = text == "<empty>" ? nil : Address(text)
        guard to != nil || text == "<empty>" else {
            throw TestDataError("\(text) is no address")
        }
        method = UInt64(clamping: try json.integer("method"))
        exit = try json.integer("exit")
        returned = json["return"] == nil ? [] : try TestData.base64(json["return"])
        charges = (json["gas"]?.array ?? []).compactMap { charge in
            Self.text(
                charge[0]?.string ?? "",
                charge[1]?.integer() ?? 0,
                charge[2]?.integer() ?? 0
            )
        }
        calls = try (json["sub"]?.array ?? []).map { try TracedCall($0) }
    }

    /// Puts the events of our machine together; what happens outside of any call belongs to the message.
    init(_ applied: AppliedMessage) {
        self.init(to: applied.message.to, method: applied.message.method)
        var stack: [TracedCall] = []
        for event in applied.events {
            switch event {
            case .enter(_, let to, let method, _, _):
                stack.append(TracedCall(to: to, method: method))
            case .gas(let charge):
                guard let text = Self.text("\(charge.name)", charge.compute, charge.storage) else {
                    continue
                }
                // The first call is the message itself.
                if stack.count < 2 {
                    charges.append(text)
                } else {
                    stack[stack.count - 1].charges.append(text)
                }
            case .exit(let code, let bytes, _):
                guard var call = stack.popLast() else { continue }
                call.exit = code.rawValue
                call.returned = bytes
                switch stack.count {
                case 0: break
                case 1: calls.append(call)
                default: stack[stack.count - 1].calls.append(call)
                }
            case .get, .put: break
            }
        }
        exit = applied.result.receipt.exitCode.rawValue
        returned = applied.result.receipt.returnValue
    }

    private init(to: Address, method: MethodNumber) {
        self.to = to
        self.method = method.rawValue
        exit = 0
        returned = []
        charges = []
        calls = []
    }

    /// Marks cost nothing, and not every version makes them.
    private static func text(_ name: String, _ compute: Int64, _ storage: Int64) -> String? {
        compute == 0 && storage == 0 ? nil : "\(name) \(compute) \(storage)"
    }

    /// The first difference; nil if there is none.
    func difference(from other: TracedCall, path: String = "call") -> String? {
        let name = "\(path) of method \(other.method)"
        guard let expected = other.to else {
            // A message that could not pay is not even charged, whatever its receipt says.
            return charges.isEmpty && calls.isEmpty ? nil : "\(name): a call that is not made"
        }
        guard to == expected, method == other.method else {
            return "\(name): found method \(method) of \(to.map { "\($0)" } ?? "nobody")"
        }
        for (index, (found, expected)) in zip(charges, other.charges).enumerated()
        where found != expected {
            return "\(name): charge \(index): found \(found), expected \(expected)"
        }
        if charges.count != other.charges.count {
            return "\(name): found \(charges.count) charges, expected \(other.charges.count)"
        }
        for (index, (call, expected)) in zip(calls, other.calls).enumerated() {
            if let found = call.difference(from: expected, path: "\(path).\(index)") {
                return found
            }
        }
        if calls.count != other.calls.count {
            return "\(name): found \(calls.count) calls, expected \(other.calls.count)"
        }
        if exit != other.exit { return "\(name): exit code \(exit), expected \(other.exit)" }
        return returned == other.returned ? nil : "\(name): returned bytes differ"
    }
}
