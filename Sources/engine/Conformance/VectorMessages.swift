internal import ActorRuntime
internal import BuiltinActors
internal import CBOR
internal import FilecoinTypes
internal import JSON
internal import StateMachine

/// Messages, blocks and receipts as vectors and replays write them.
enum VectorMessages {
    /// Reads a message; the size of one from a secp256k1 sender counts a signature.
    static func message(_ value: JSONValue?) throws -> ChainMessage {
        let message = try Message(cbor: try TestData.base64(value))
        guard message.from.kind == .secp256k1 else { return ChainMessage(message) }
        let signature = Signature(type: .secp256k1, data: [UInt8](repeating: 0, count: 65))
        return ChainMessage(SignedMessage(message: message, signature: signature))
    }

    /// The actor and method that a message calls, for tables.
    ///
    /// A message that is refused never looks for its receiver, which a sparse archive then lacks.
    static func group(of message: Message, _ machine: Machine) -> String {
        guard let found = try? machine.tree.resolve(message.to) else {
            return "new actor.\(message.method)"
        }
        guard let actor = try? machine.tree.actor(found) else {
            return "not in the data.\(message.method)"
        }
        guard let code = machine.registry.codes.code(of: actor) else {
            return "unknown.\(message.method)"
        }
        if message.method == .send { return "\(code.kind.rawValue).Send" }
        let definition = machine.registry[code.kind] ?? ActorRegistry.builtin[code.kind]
        let name = definition?.method(message.method, version: code.version)?.name
        return "\(code.kind.rawValue).\(name ?? message.method.description)"
    }

    static func difference(
        _ result: MessageResult,
        _ expected: JSONValue
    ) throws -> String? {
        let receipt = result.receipt
        let code: Int64 = expected["exit_code"]?.integer() ?? 0
        if receipt.exitCode.rawValue != code {
            return "exit code \(receipt.exitCode.rawValue), expected \(code)"
                + " (\(result.error ?? "no error"), gas \(receipt.gasUsed))"
        }
        let gas: Int64 = expected["gas_used"]?.integer() ?? 0
        if receipt.gasUsed.rawValue != gas {
            return "gas \(receipt.gasUsed), expected \(gas), exit \(code)"
                + " (\(result.error ?? "no error"), gas \(receipt.gasUsed))"
        }
        let returned =
            expected["return"]?.string.map { $0.isEmpty } == false
            ? try TestData.base64(expected["return"]) : []
        if receipt.returnValue != returned {
            return "return value \(receipt.returnValue), expected \(returned)"
        }
        return nil
    }

    static func block(_ value: JSONValue) throws -> BlockExecution {
        guard let text = (value["miner_addr"] ?? value["miner"])?.string, let miner = Address(text)
        else {
            throw TestDataError("block without miner")
        }
        var bls: [ChainMessage] = []
        var secp: [ChainMessage] = []
        for bytes in value["messages"]?.array ?? [] {
            let message = try message(bytes)
            switch message.message.from.kind {
            case .bls: bls.append(message)
            case .secp256k1: secp.append(message)
            case .id, .actor, .delegated:
                bls.append(message)
                secp.append(message)
            }
        }
        return BlockExecution(
            miner: miner,
            winCount: (value["win_count"] ?? value["win"])?.integer() ?? 0,
            messages: bls + secp
        )
    }
}
