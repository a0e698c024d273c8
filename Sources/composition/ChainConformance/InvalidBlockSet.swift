internal import CBOR
internal import ChainStore
package import Conformance
internal import Consensus
internal import FilecoinTypes
internal import JSON
internal import Multiformats

/// Blocks on a recorded chain, most of them changed in one rule, judged as lotus judged them and for the same rule.
///
/// A file of them is known by its folder, `invalid-blocks`, or by its first line; its chain is the one among the
/// files that has the parents of its blocks, whatever the two are called.
package struct InvalidBlockSet: ConformanceSet {
    package let name = "invalid blocks"
    private static let corpus = "reference/lotus/invalid-blocks"

    package init() {}

    package func cases(in files: [ConformanceFile]) -> [ConformanceCase] {
        let found = files.filter(Self.isOne)
        if found.isEmpty { return [] }
        let folders = ChainFolder.all(in: files)
        let chains = folders.map { (loader: ChainLoader($0), keys: Self.keys(of: $0)) }
        return found.flatMap { file -> [ConformanceCase] in
            do {
                let lines = try file.lines().map { try InvalidBlock(JSONValue(parsing: $0)) }
                let chain = chains.first { chain in
                    lines.contains { $0.header.map { chain.keys.contains($0.parentKey) } ?? false }
                }
                return Self.cases(lines, on: chain?.loader, file)
            } catch {
                let reason = "cannot be read: \(error)"
                return [Self.one("file", file) { throw TestDataError(reason) }]
            }
        }
    }

    /// Whether a file has such blocks.
    private static func isOne(_ file: ConformanceFile) -> Bool {
        guard file.path.hasSuffix(".jsonl.gz") else { return false }
        return file.path.contains("/invalid-blocks/")
            || TestData.prefix(file.path).starts(with: Array(#"{"bls":["#.utf8))
    }

    /// The tipsets of a chain; none if its index cannot be read, which its own cases tell.
    private static func keys(of folder: ChainFolder) -> Set<TipsetKey> {
        Set(((try? RecordedChain.lines(of: folder)) ?? []).map(\.key))
    }

    private static func cases(
        _ lines: [InvalidBlock],
        on loader: ChainLoader?,
        _ file: ConformanceFile
    ) -> [ConformanceCase] {
        guard let loader else {
            return [
                one("file", file) {
                    throw LeftOut("invalid blocks without their chain: put its folder beside them")
                }
            ]
        }
        if lines.isEmpty {
            return [one("file", file) { throw TestDataError("the file has no lines") }]
        }
        return lines.map { line in
            one(line.name, file) { try line.check(loader.chain().validator) }
        }
    }

    private static func one(
        _ name: String,
        _ file: ConformanceFile,
        _ check: @escaping @Sendable () throws -> Void
    ) -> ConformanceCase {
        ConformanceCase(corpus: corpus, name: "\(file.relativePath) \(name)") { _ in
            ConformanceReport(group: "invalid block", check)
        }
    }
}

/// A block and lotus's verdict on it.
struct InvalidBlock: Sendable {
    let name: String
    /// Nil if the block cannot even be encoded.
    let header: BlockHeader?
    let messages: BlockMessages
    private let json: JSONValue

    init(_ json: JSONValue) throws {
        self.json = json
        name = try json.text("name")
        header = try json["header"] == nil ? nil : BlockHeader(cbor: json.hex("header"))
        messages = BlockMessages(
            bls: try (json["bls"]?.array ?? []).map { try Message(cbor: Self.bytes($0)) },
            secp: try (json["secp"]?.array ?? []).map { try SignedMessage(cbor: Self.bytes($0)) }
        )
    }

    private static func bytes(_ value: JSONValue) throws -> [UInt8] {
        guard let text = value.string else { throw TestDataError("a message is no text") }
        return try hexBytes(text)
    }

    /// The block.
    ///
    /// - Throws: ``LeftOut`` if there is none.
    func block() throws -> FullBlock {
        guard let header else { throw LeftOut("a block that cannot be encoded") }
        return FullBlock(header: header, messages: messages)
    }

    /// Checks that the validator's verdict is lotus's, for the same rules.
    func check(_ validator: BlockValidator) throws {
        let block = try block()
        if json["cid"] != nil {
            try checkEqual("\(block.header.cid)", try json.member("cid").text("/"), "CID")
        }
        try checkMessageRoot(block)
        guard let isValid = json["valid"]?.bool else { throw TestDataError("valid is missing") }
        do { try validator.validate(block) } catch {
            guard case .invalid = error else { throw error }
            try Conformance.check(!isValid, "lotus accepts it, we say: \(error)")
            return try checkReason(error.description)
        }
        try Conformance.check(
            isValid,
            "accepted; lotus says: \(json["error"]?.string ?? "nothing")"
        )
    }

    /// The syncer looks at the message root before anything else.
    private func checkMessageRoot(_ block: FullBlock) throws {
        let message = BlockMessage(
            header: block.header,
            blsMessages: block.messages.bls.map(\.cid),
            secpMessages: block.messages.secp.map(\.cid)
        )
        let isRight = (try? message.checkMessageRoot()) != nil
        try checkEqual(isRight, json["msgMetaError"] == nil, "whether the message root is right")
    }

    private func checkReason(_ reason: String) throws {
        guard let error = json["error"]?.string else {
            // Where lotus crashed, there is nothing to compare.
            guard json["panic"] == nil else { return }
            throw TestDataError("the line has no error, and ours is \(reason)")
        }
        let expected = Self.rules(error)
        try Conformance.check(!expected.isEmpty, "no rule that we know is named in: \(error)")
        let found = Self.rules(reason)
        try Conformance.check(
            found == expected,
            "rules broken: found \(found.sorted()), expected \(expected.sorted()): \(reason)"
        )
    }

    /// The rules that an answer names.
    private static func rules(_ text: String) -> Set<String> {
        // Newer and older lotus spell a word differently.
        let text = text.replacing("parrent weight", with: "parent weight")
        return Set(phrases.filter { text.contains($0) })
    }

    /// Phrases of lotus's answers, by rule; each must be named by us exactly when lotus names it.
    private static let phrases: [String] =
        [
            // In the header.
            "block cannot have nil election proof", "block cannot have nil ticket",
            "block had nil signature", "block had nil bls aggregate signature",
            "block had non-ID miner address", "block height not greater than parent height",
            "block has wrong timestamp", "GetMinerWorkerRaw failed", "minerIsValid failed",
            "check block signature failed", "block is not claiming to be a winner",
            "ineligible to mine", "validating block election proof failed",
            "miner claims wrong number of wins", "validating block tickets failed",
            "failed to validate blocks random beacon values", "invalid election post",
            "block had invalid messages", "base fee doesn't match", "parent weight different",
            "parent state root did not match", "parent receipts root did not match",
            "received block was from slashed or invalid miner", "load parent tipset failed",
            // In the messages.
            "messages didn't match message root in header", "bls aggregate signature was invalid",
            "wrong nonce", "failed to validate signature", "block gas limit exceeded",
            "'GasLimit' field cannot be less", "'GasLimit' field cannot be greater",
            "'GasFeeCap' less than 'GasPremium'", "'Value' field cannot be negative",
            "'GasPremium' field cannot be negative", "'Value' field cannot be greater",
            "'GasFeeCap' field cannot be negative", "'Version' unsupported", "invalid 'To' address",
            "failed to lookup sender", "Sender must be an account actor",
            // In the beacon.
            "expected final beacon entry in block to be at round", "mock beacon entry was invalid",
            "expected to have beacon entries in this block",
            "expected not to have any beacon entries in this block",
        ]
        + (0...9).flatMap {
            ["invalid bls message at index \($0)", "invalid secpk message at index \($0)"]
        }
}
