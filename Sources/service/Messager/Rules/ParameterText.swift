import ActorRuntime
import BigIntegers
import BuiltinActors
import Bytes
import CBOR
import FilecoinTypes
import JSON
import Multiformats

/// Parameters of the methods of actors as people write them.
enum ParameterText {
    /// The shape of parameters.
    private indirect enum Shape {
        case amount
        case address
        case unsigned
        case bytes
        case list(Shape)
        case record([(name: String, shape: Shape)])
    }

    /// Methods whose parameters can be written in JSON, with the names that the reference gives their fields.
    private static func shape(_ kind: ActorKind, _ method: MethodNumber) -> Shape? {
        switch (kind, method.rawValue) {
        case (.storageMiner, 3):
            .record([("NewWorker", .address), ("NewControlAddrs", .list(.address))])
        case (.storageMiner, 4): .record([("NewID", .bytes)])
        case (.storageMiner, 16): .record([("AmountRequested", .amount)])
        case (.storageMiner, 18): .record([("NewMultiaddrs", .list(.bytes))])
        case (.storageMiner, 23), (.storageMarket, 2): .address
        case (.storageMarket, 3):
            .record([("ProviderOrClientAddress", .address), ("Amount", .amount)])
        case (.multisig, 2):
            .record([
                ("To", .address), ("Value", .amount), ("Method", .unsigned), ("Params", .bytes),
            ])
        case (.multisig, 3), (.multisig, 4):
            .record([("ID", .unsigned), ("ProposalHash", .bytes)])
        case (.verifiedRegistry, 4): .record([("Address", .address), ("Allowance", .amount)])
        default: nil
        }
    }

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
        guard let shape = shape(actor.kind, method) else {
            throw failure("parameters of \(known.name) are taken as --params-hex only")
        }
        do {
            var encoder = CBOREncoder()
            try write(JSONValue(parsing: json), shape, to: &encoder)
            return encoder.bytes
        } catch {
            throw failure("\(known.name): \(error)")
        }
    }

    private static func write(
        _ value: JSONValue,
        _ shape: Shape,
        to encoder: inout CBOREncoder
    ) throws {
        switch shape {
        case .amount:
            encoder.encode(value.isNull ? TokenAmount(attoFIL: 0) : try TokenAmount(from: value))
        case .address: encoder.encode(try Address(from: value))
        case .unsigned: encoder.unsigned(value.isNull ? 0 : try UInt64(from: value))
        case .bytes: encoder.bytes(value.isNull ? [] : try JSONBytes(from: value).bytes)
        case .list(let element):
            let values = value.isNull ? [] : try value.expectArray()
            encoder.array(values.count)
            for value in values { try write(value, element, to: &encoder) }
        case .record(let fields):
            let object = try value.expectObject()
            encoder.array(fields.count)
            for field in fields {
                try write(
                    object.value(forField: field.name) ?? .null,
                    field.shape,
                    to: &encoder
                )
            }
        }
    }
}
