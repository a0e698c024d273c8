import ActorRuntime
import BuiltinActors
import Bytes
import FilecoinTypes
import JSON
import Multiformats
import StateInspection

/// Parameters of the methods of actors as people write them.
enum ParameterText {
    /// The name of a method, where the actor is one that is known.
    static func methodName(_ code: CID, _ method: MethodNumber) -> String? {
        if method == .send { return "Send" }
        guard let code = ActorCode(cid: code) else { return nil }
        return ActorRegistry.builtin[code.kind]?.method(method, version: code.version)?.name
    }

    /// Reads parameters from JSON or hexadecimal text.
    ///
    /// - Parameters:
    ///   - text: The parameters.
    ///   - type: `json` or `hex`.
    ///   - method: The method that they are for.
    ///   - code: Says which actor it is; asked only for JSON.
    /// - Returns: The parameters as the actor reads them.
    /// - Throws: ``MessagerFailure``; what `code` throws.
    static func encode(
        _ text: String,
        type: String,
        method: MethodNumber,
        code: () async throws -> CID
    ) async throws -> [UInt8] {
        switch type {
        case "hex":
            guard let bytes = [UInt8](hex: text) else {
                throw MessagerFailure("failed to decode hex params: \(text) is not hexadecimal")
            }
            return bytes
        case "json": return try encode(json: text, method: method, of: try await code())
        default: throw MessagerFailure("unexpected param type \(type)")
        }
    }

    private static func encode(json: String, method: MethodNumber, of code: CID) throws -> [UInt8] {
        func failure(_ text: String) -> MessagerFailure {
            MessagerFailure("failed to decode json params: \(text)")
        }
        guard let actor = ActorCode(cid: code),
            let known = ActorRegistry.builtin[actor.kind]?.method(method, version: actor.version)
        else { throw failure("method \(method) not found on actor \(code)") }
        guard known.parameters != nil else { return [] }
        guard let shape = ParameterShape.of(actor.kind, method, actor.version) else {
            throw failure("parameters of \(known.name) are taken as --params-hex only")
        }
        do { return try shape.cbor(json: JSONValue(parsing: json)) } catch {
            throw failure("\(known.name): \(error)")
        }
    }
}
