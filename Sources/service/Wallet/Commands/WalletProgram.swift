import Bytes
import FilecoinCrypto
import FilecoinTypes
import JSON
import JSONRPC
package import ServiceKit
import VenusAPI

/// The program `venus-wallet`.
package enum WalletProgram {
    /// The configuration file that the program writes.
    package static var defaultConfiguration: String { WalletConfiguration.example }

    /// Its command line.
    package static let application = Application(
        name: "venus-wallet",
        usage: "keeps keys and signs with them",
        version: WalletService.version,
        flags: [
            Flag(
                "repo",
                default: "~/.venus_wallet",
                usage: "folder of the wallet",
                environment: ["VENUS_WALLET_PATH"],
                isHidden: true
            )
        ],
        commands: [
            Command("run", usage: "Start a venus wallet process", flags: runFlags, action: run),
            auth, log, setPassword, unlock, lock, lockState, new, list, export, importKey, sign,
            delete, record,
        ]
    )

    private static let runFlags = [
        Flag("api", usage: "port to listen on instead of the configured one"),
        Flag("network", usage: "network: mainnet shows f-addresses, any other name t-addresses"),
        Flag("password-file", usage: "file with the password, mode 0600, to unlock at the start"),
        Flag("password-fd", .integer, usage: "open file descriptor to read the password from"),
    ]

    @Sendable private static func run(_ call: Invocation) async throws {
        var options = WalletOptions(repository: call.string("repo"))
        if let text = call.optionalString("api") {
            guard let port = UInt16(text) else { throw UsageError("--api \(text) is not a port") }
            options.port = port
        }
        options.network =
            ["", "main", "mainnet"].contains(call.string("network")) ? .mainnet : .testnet
        if let path = call.optionalString("password-file") {
            options.password = try PasswordSource.file(path: path).read(console: call.console)
        } else if call.isSet("password-fd") {
            guard let descriptor = Int32(exactly: call.integer("password-fd")), descriptor >= 0
            else {
                throw UsageError("--password-fd is not a file descriptor")
            }
            options.password = try PasswordSource.descriptor(descriptor).read(console: call.console)
        }
        let service = try await WalletService.start(options)
        await TerminationSignal.wait()
        await service.stop()
    }

    // MARK: - Clients

    /// A client of the running wallet, with the token of its configuration.
    static func client(_ call: Invocation) throws -> RPCClient {
        let folder = Repository.expanded(call.string("repo"))
        let (configuration, address) = try place(folder)
        guard let info = APIInfo(address: address, token: configuration.token.revealed) else {
            throw CommandFailure("\"\(address)\" in \(folder) is not an address")
        }
        return RPCClient(info.httpURL("/rpc/v0"), token: info.token)
    }

    /// The configuration in a folder, and where its wallet listens.
    static func place(_ folder: String) throws -> (WalletConfiguration, address: String) {
        let path = folder + "/config.toml"
        let text: String
        do throws(FileFailure) {
            text = String(decoding: try AtomicFile.read(path, maximumBytes: 1 << 20), as: UTF8.self)
        } catch {
            throw CommandFailure("\(error); was venus-wallet started with --repo \(folder)?")
        }
        let configuration = try WalletConfiguration(toml: text, name: path)
        let running = try? AtomicFile.read(folder + "/api", maximumBytes: 4096)
        let address = running.map { String(decoding: $0, as: UTF8.self) }
        return (configuration, address ?? configuration.listenAddress)
    }

    /// Asks for the password; shows an asterisk for each of its characters, as the original does.
    static func askPassword(_ call: Invocation, _ question: String = "Password:") throws -> Secret {
        call.console.write(question)
        guard let line = call.console.readHiddenLine() else { throw CommandFailure("EOF") }
        call.console.write(String(repeating: "*", count: line.count))
        return Secret(line)
    }

    /// Asks for the password and has the wallet check it before keys are touched.
    ///
    /// With `isOptional`, a wallet without a password is content with any.
    ///
    /// - Throws: What the wallet says of the password.
    static func confirm(
        _ call: Invocation,
        _ client: RPCClient,
        isOptional: Bool = false
    ) async throws {
        let password = try askPassword(call)
        do {
            _ = try await client.call(WalletVerifyPassword.self, password.revealed)
        } catch let error as RPCError
            where isOptional && error.message == WalletFailure.passwordNotSet.description
        {
            return
        }
    }

    static func address(_ call: Invocation, count: Int = 1) throws -> Address {
        guard call.arguments.count == count else { throw CommandFailure("parameter mismatch") }
        return try Address(text: call.arguments[0])
    }
}
