import BigIntegers
import FilecoinTypes
import JSON
import JSONRPC
import VenusAPI

/// The first half of check 7: what cannot be done is refused or held, and nothing behind it is stuck.
struct RefusalChecks: Sendable {
    let pool: PoolUnderTest
    let report: CheckReport

    func run() async {
        let accounts = pool.accounts
        await report.check("7.1 insufficient funds") {
            try await held(from: accounts[2], expecting: "funds") { message in
                message.value = .fil(900_000_000)
            }
        }
        await report.check("7.2 fee cap below the base fee") {
            try await held(from: accounts[3], expecting: "fee") { message in
                message.gasFeeCap = TokenAmount(attoFIL: 1)
                message.gasPremium = TokenAmount(attoFIL: 1)
                message.gasLimit = 1_000_000
            }
        }
        await report.check("7.3 unknown signer") {
            // Nobody's key: the hash of nothing.
            let stranger = Address.secp256k1(publicKey: [UInt8](repeating: 4, count: 65))
            do {
                let admin = try pool.client(.messager, token: pool.localToken(.messager))
                let message = Message(to: accounts[0], from: stranger)
                _ = try await admin.call(MessagerPushMessage.self, message, nil)
            } catch let error as RPCError {
                try require(
                    error.message.contains("\(stranger)"),
                    "the refusal does not name the signer: \(error)"
                )
                return
            }
            throw CheckFailure("it was taken")
        }
        await report.check("7.4 bad address") {
            let messager = try pool.messager()
            var object = Message(to: accounts[0], from: accounts[0]).jsonText()
            object = object.replacing("\"\(accounts[0])\"", with: "\"t1nonsense\"")
            do {
                _ = try await messager.call(
                    MessagerPushMessage.name,
                    [try JSONValue(parsing: object), .null]
                )
            } catch let error as RPCError {
                try require(
                    error.message.contains("t1nonsense") || error.message.contains("address"),
                    "the refusal does not say what is wrong: \(error)"
                )
                return
            }
            throw CheckFailure("it was taken")
        }
    }

    /// A message that is refused at once, or held with an error that has this word, while the next message of
    /// the same sender lands.
    private func held(
        from sender: Address,
        expecting word: String,
        _ change: (inout Message) -> Void
    ) async throws {
        let receiver = pool.accounts[0]
        var id: String?
        do {
            id = try await pool.push(
                from: sender,
                to: receiver,
                value: TokenAmount(attoFIL: 1),
                change
            )
        } catch let error as RPCError {
            try require(
                error.message.lowercased().contains(word),
                "the refusal is \"\(error.message)\""
            )
        }
        let next = try await pool.push(from: sender, to: receiver, value: TokenAmount(attoFIL: 2))
        let landed = try await pool.waitForMessage(next, seconds: pool.seconds(18))
        let code = landed.receipt?.exitCode ?? ExitCode(rawValue: -1)
        try require(code.isSuccess, "the message behind it ended with exit code \(code)")
        guard let id else { return }
        let messager = try pool.messager()
        let message = try await messager.call(MessagerGetMessageByUid.self, id)
        try require(
            message.state == .unfilled || message.state == .failed,
            "it is in state \(message.state)"
        )
        try require(
            message.errorText.lowercased().contains(word),
            "its error is \"\(message.errorText)\", without the word \"\(word)\""
        )
        // So that it does not wait for ever.
        let admin = try pool.client(.messager, token: pool.localToken(.messager))
        if message.state == .unfilled { _ = try await admin.call(MessagerMarkBadMessage.self, id) }
    }
}
