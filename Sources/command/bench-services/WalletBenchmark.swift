import Benchmarking
import CBOR
import EventLoop
import FilecoinCrypto
import FilecoinTypes
import HTTP
import JSON
import JSONRPC
import Multiformats
import ServiceKit
import VenusAPI

/// venus-wallet, asked for BLS signatures of a message.
struct WalletBenchmark {
    let sign: Contender
    private static let method = "Filecoin.WalletSign"

    init(_ starter: Starter, _ client: HTTPClient) async throws {
        let folder = try starter.makeFolder("wallet")
        let password = starter.folder + "/password"
        try AtomicFile.write("bench password", to: password, mode: 0o600)
        let process = try await starter.start(
            starter.neighbour("venus-wallet"),
            [
                "--repo", folder, "run", "--api", "0", "--network", "devnet",
                "--password-file", password,
            ],
            log: "venus-wallet"
        )
        _ = try await starter.text(ofFile: folder + "/api", writtenBy: process)
        let info = try await Self.info(starter, folder: folder)
        let url = info.httpURL("/rpc/v0")
        guard let address = SocketAddress(ip: url.host, port: url.port) else {
            throw LoadGenerator.Failure(description: "venus-wallet listens on \(url)")
        }
        let wallet = RPCClient(url, token: info.token, http: client)
        let signer = try await wallet.call(WalletNew.self, "bls")
        let message = Message(
            to: .id(100),
            from: signer,
            nonce: 7,
            value: .fil(1),
            gasLimit: 1_000_000,
            gasFeeCap: 2_000_000_000,
            gasPremium: 200_000
        )
        let parameters: [JSONValue] = [
            try signer.jsonValue(),
            try JSONBytes(message.cid.bytes).jsonValue(),
            try SigningMeta(.message, extra: message.cborBytes()).jsonValue(),
        ]
        let body: JSONValue = [
            "jsonrpc": "2.0", "id": 1, "method": .string(Self.method), "params": .array(parameters),
        ]
        sign = Contender(
            name: "venus-wallet",
            process: process,
            address: address,
            load: Load("/rpc/v0", body.jsonText(), token: info.token)
        )
        let answer = try JSONValue(parsing: try await sign.ask(client))
        guard let result = answer["result"],
            try Signature(from: result).verifies(message.cid.bytes, by: signer)
        else { throw LoadGenerator.Failure(description: "venus-wallet answers \(answer)") }
    }

    /// Address and token, as the wallet's own command prints them.
    private static func info(_ starter: Starter, folder: String) async throws -> APIInfo {
        let process = try await starter.start(
            starter.neighbour("venus-wallet"),
            ["--repo", folder, "auth", "api-info", "--perm", "admin"],
            log: "api-info"
        )
        _ = await process.wait()
        let text = try await starter.text(
            ofFile: starter.folder + "/api-info.log",
            writtenBy: process
        )
        guard let info = APIInfo(String(text.prefix { !$0.isNewline })) else {
            throw LoadGenerator.Failure(description: "venus-wallet auth api-info prints \(text)")
        }
        return info
    }

    /// One core that does nothing but sign.
    static func rawSigning() throws -> Measurement {
        var generator = SystemRandomNumberGenerator()
        let key = try SigningKey(KeyInfo.generate(.bls, using: &generator))
        let message = [UInt8](repeating: 0x5a, count: 38)
        let batch = 200
        return Measurement.of(rounds: 9, items: batch, meter: .threadProcessor) {
            (0..<batch).reduce(into: 0) { sum, _ in sum += key.sign(message).data.count }
        }
    }
}
