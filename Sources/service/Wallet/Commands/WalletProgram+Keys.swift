import Bytes
import FilecoinCrypto
import FilecoinTypes
import JSON
import JSONRPC
import ServiceKit
import VenusAPI

extension WalletProgram {
    static let new = Command(
        "new",
        usage: "Generate a new key of the given type",
        argumentsUsage: "[bls|secp256k1 (default secp256k1)]"
    ) { call in
        let client = try client(call)
        try await confirm(call, client)
        let type = call.arguments.first ?? SignatureType.secp256k1.description
        call.print(try await client.call(WalletNew.self, type).description)
    }

    static let list = Command("list", aliases: ["ls"], usage: "List wallet address") { call in
        let client = try client(call)
        try await confirm(call, client, isOptional: true)
        for address in try await client.call(WalletList.self) { call.print(address.description) }
    }

    static let export = Command("export", usage: "export keys", argumentsUsage: "[address]") {
        call in
        let address = try address(call)
        let client = try client(call)
        try await confirm(call, client)
        let key = try await client.call(WalletExport.self, OptionalAddress(address))
        call.print(key.jsonBytes().hex)
    }

    static let importKey = Command(
        "import",
        usage: "import keys",
        argumentsUsage: "[<path> (optional, will read from stdin if omitted)]",
        flags: [
            Flag(
                "format",
                default: "hex-venus",
                usage: "specify input format for key: hex-venus, json-venus or gfc-json"
            )
        ]
    ) { call in
        let client = try client(call)
        let text = try keyText(call)
        let key = try key(text, format: call.string("format"))
        try await confirm(call, client)
        let address = try await client.call(WalletImport.self, ImportedKey(key))
        call.print("imported key \(address) successfully!")
    }

    static let sign = Command(
        "sign",
        usage: "sign a message",
        argumentsUsage: "<signing address> <hexMessage>",
        flags: [
            Flag("msg-type", default: SigningType.unknown.rawValue, usage: "what the bytes are"),
            Flag("extra", usage: "hexadecimal data that belongs to them; of a message its CBOR"),
        ]
    ) { call in
        let signer = try address(call, count: 2)
        let bytes = try hexadecimal(call.arguments[1])
        guard let type = SigningType(rawValue: call.string("msg-type")) else {
            let names = SigningType.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure("--msg-type has to be one of: \(names)")
        }
        let extra = try hexadecimal(call.string("extra"))
        let client = try client(call)
        try await confirm(call, client)
        let signature = try await client.call(
            WalletSign.self,
            OptionalAddress(signer),
            JSONBytes(bytes),
            SigningMeta(type, extra: extra)
        )
        call.print(signature.bytes.hex)
    }

    static let delete = Command(
        "del",
        aliases: ["delete"],
        usage: "del a wallet and message",
        argumentsUsage: "<address>"
    ) { call in
        let address = try address(call)
        let client = try client(call)
        try await confirm(call, client)
        _ = try await client.call(WalletDelete.self, OptionalAddress(address))
        call.print("success")
    }

    // MARK: - Input

    private static func hexadecimal(_ text: String) throws -> [UInt8] {
        guard let bytes = [UInt8](hex: text) else {
            throw CommandFailure("\"\(text)\" is not hexadecimal")
        }
        return bytes
    }

    private static func keyText(_ call: Invocation) throws -> String {
        let text: String
        if let path = call.arguments.first, path != "-" {
            let bytes = try AtomicFile.read(Repository.expanded(path), maximumBytes: 1 << 16)
            text = String(decoding: bytes, as: UTF8.self)
        } else {
            call.console.write("Enter private key: ")
            text = call.console.readHiddenLine() ?? ""
        }
        return String(text.trimmingPrefix { $0.isWhitespace }.prefix { !$0.isNewline })
    }

    /// Reads a key in one of the forms that wallets exchange.
    private static func key(_ text: String, format: String) throws -> KeyInfo {
        switch format {
        case "hex-venus": return try KeyInfo(json: hexadecimal(text))
        case "json-venus": return try KeyInfo(json: text)
        case "gfc-json":
            let file = try JSONValue(parsing: text)
            guard let first = file["KeyInfo"]?[0]?.object,
                let number = first.value(forField: "SigType")
            else { throw CommandFailure("the file has no KeyInfo") }
            var object = JSONObject()
            object["Type"] = number
            object["PrivateKey"] = first.value(forField: "PrivateKey")
            return try KeyInfo(from: .object(object))
        default: throw CommandFailure("unrecognized format: \(format)")
        }
    }
}
