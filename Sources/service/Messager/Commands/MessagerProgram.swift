import BigIntegers
import Bytes
import FilecoinTypes
import HTTP
import JSON
import JSONRPC
package import ServiceKit
import VenusAPI

/// The program `venus-messager`.
package enum MessagerProgram {
    /// The configuration file that the program writes.
    package static var defaultConfiguration: String { MessagerConfiguration().text }

    /// Its command line.
    package static let application = Application(
        name: "venus-messager",
        usage: "takes messages to the chain",
        version: MessagerService.version,
        flags: [
            Flag(
                "repo",
                default: "~/.venus-messager",
                usage: "folder of the service",
                environment: ["VENUS_MESSAGER_PATH", "SOPHON_MESSAGER_PATH"]
            )
        ],
        commands: [
            Command("run", usage: "run the messager", flags: runFlags, action: run),
            message, addresses, sharedParameters, actor, node, wallet, send, log,
        ],
        // The original prints its errors there, and scripts read them.
        errorsGoToOutput: true
    )

    private static let runFlags = [
        Flag("listen", usage: "multiaddr to listen on"),
        Flag("auth-url", usage: "URL of the auth service"),
        Flag("auth-token", usage: "token for auth service, node and gateways"),
        Flag("node-url", usage: "address of the node"),
        Flag("node-token", usage: "token of the node, instead of --auth-token"),
        Flag("gateway-url", .list, usage: "address of a gateway; may be repeated"),
        Flag("gateway-token", usage: "token of the gateways, instead of --auth-token"),
        Flag("db-type", usage: "which database: sqlite (mysql follows)"),
        Flag("mysql-dsn", usage: "address of a MySQL database"),
        Flag("disable-push", .boolean, usage: "leave selection and pushing to another instance"),
        .clockFile,
    ]

    @Sendable private static func run(_ call: Invocation) async throws {
        var options = MessagerOptions(
            repository: call.string("repo"),
            clock: try call.protocolClock()
        )
        let listen = call.optionalString("listen")
        let authURL = call.optionalString("auth-url")
        let token = call.optionalString("auth-token")
        let nodeURL = call.optionalString("node-url")
        let nodeToken = call.optionalString("node-token") ?? token
        let gateways = call.isSet("gateway-url") ? call.list("gateway-url") : nil
        let gatewayToken = call.optionalString("gateway-token") ?? token
        let type = call.isSet("mysql-dsn") ? "mysql" : call.optionalString("db-type")
        let skips = call.boolean("disable-push")
        if let type { try Configuration.checkEmbedded(type) }
        options.adjust = { configuration in
            if let listen { configuration.listen = listen }
            if let authURL { configuration.authURL = authURL }
            if let token { configuration.authToken = token }
            if let nodeURL { configuration.nodeURL = nodeURL }
            if let nodeToken { configuration.nodeToken = nodeToken }
            if let gateways { configuration.gateways = gateways }
            if let gatewayToken { configuration.gatewayToken = gatewayToken }
            if let type { configuration.databaseType = type }
            if skips { configuration.skipsPushing = true }
        }
        let service = try await MessagerService.start(options)
        await TerminationSignal.wait()
        await service.stop()
    }

    private static let log = Command.log(
        MessagerLogList.self,
        MessagerSetLogLevel.self
    ) { try client($0) }

    private static let send = Command(
        "send",
        usage: "have a method called",
        argumentsUsage: "<target> <amount>",
        flags: [
            Flag("from", usage: "the sender", isRequired: true),
            Flag("method", .integer, default: "0", usage: "number of the method"),
            Flag("params-json", usage: "parameters in JSON"),
            Flag("params-hex", usage: "parameters in CBOR, hexadecimal"),
            Flag("account", usage: "the account that it is noted under"),
            Flag("gas-premium", default: "0", usage: "in attoFIL; 0 for an estimate"),
            Flag("gas-feecap", default: "0", usage: "in attoFIL; 0 for an estimate"),
            Flag("gas-limit", .integer, default: "0", usage: "0 for an estimate"),
        ]
    ) { call in
        guard call.arguments.count == 2 else {
            throw UsageError("'send' expects two arguments, target and amount")
        }
        let isJSON = call.isSet("params-json")
        guard !isJSON || !call.isSet("params-hex") else {
            throw UsageError("give --params-json or --params-hex, not both")
        }
        var quick = MessagerQuickSend(
            to: try address(call.arguments[0]),
            from: try flagAddress(call, "from"),
            method: MethodNumber(rawValue: UInt64(clamping: call.integer("method"))),
            parametersType: isJSON ? "json" : "hex"
        )
        do { quick.value = try TokenAmount(call.arguments[1]) } catch {
            throw UsageError("\(call.arguments[1]) is no amount")
        }
        quick.parameters = call.string(isJSON ? "params-json" : "params-hex")
        quick.account = call.string("account")
        quick.gasPremium = try amount(call, "gas-premium")
        quick.gasFeeCap = try amount(call, "gas-feecap")
        quick.gasLimit = GasAmount(rawValue: call.integer("gas-limit"))
        let id = try await client(call).call(MessagerSend.self, quick)
        call.print("msg uuid \(id) ")
    }

    // MARK: - Clients

    /// A client of the running service, with the admin token of its folder.
    static func client(_ call: Invocation) throws -> RPCClient {
        try ServiceDoor.client(call)
    }

    // MARK: - Arguments

    static func argument(_ call: Invocation, _ index: Int, _ name: String) throws -> String {
        guard index < call.arguments.count else { throw UsageError("<\(name)> is missing") }
        return call.arguments[index]
    }

    static func address(_ text: String) throws -> Address {
        guard let address = Address(text) else { throw UsageError("\(text) is no address") }
        return address
    }

    static func flagAddress(_ call: Invocation, _ flag: String) throws -> Address {
        try address(call.string(flag))
    }

    static func firstAddress(_ call: Invocation) throws -> Address {
        try address(argument(call, 0, "address"))
    }

    /// An amount of attoFIL.
    static func amount(_ call: Invocation, _ flag: String) throws -> TokenAmount {
        guard let number = BigInt(decimal: call.string(flag)) else {
            throw UsageError("--\(flag) \(call.string(flag)) is no number of attoFIL")
        }
        return TokenAmount(attoFIL: number)
    }

    static let reallyFlag = Flag(
        "really-do-it",
        .boolean,
        usage: "needed, since it cannot be taken back"
    )

    /// Refuses unless the flag is there.
    ///
    /// - Throws: `UsageError`.
    static func checkReally(_ call: Invocation) throws {
        guard call.boolean("really-do-it") else {
            throw UsageError("pass --really-do-it to confirm")
        }
    }

    static func printJSON(_ value: some JSONEncodable, _ call: Invocation) {
        call.print(value.jsonText(.indented("\t")))
    }
}
