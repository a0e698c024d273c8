internal import BigIntegers
internal import Bytes
internal import CBOR
internal import FilecoinCrypto
internal import FilecoinTypes
internal import JSON
internal import Multiformats

extension KnownFileSet {
    /// Rules of blocks: beacon, election, fees, signing bytes, and blocks in the form of the API.
    static let chainFiles: [KnownFile] = [ruleFiles, poissonFiles, lambdaFiles].flatMap { $0 }

    private static let ruleFiles: [KnownFile] =
        [
            KnownFile("drand/beacons.json", drand),
            KnownFile("chain/basefee-and-burn.json", fees),
            KnownFile(one: "chain/blockheader-signing-bytes.json", signingBytes),
            KnownFile(one: "chain/calibnet_block_3000.json") { file in
                let json = try file.json()
                let header = try BlockHeader(from: json)
                try check(
                    try sorted(header.jsonValue()) == sorted(json),
                    "JSON reads back differently"
                )
                try check(
                    try BlockHeader(cbor: header.cborBytes()) == header,
                    "CBOR reads back differently"
                )
                try check(
                    try BlockHeader(json: header.jsonBytes()) == header,
                    "what was written as JSON reads back differently"
                )
            },
            KnownFile(one: "chain/docgen-tipset.json") { file in
                let json = try file.json()
                let tipset = try Tipset(from: json)
                // The recording is from the main network.
                let shown = tipset.jsonText().replacing("\"t01938223\"", with: "\"f01938223\"")
                try check(
                    try sorted(JSONValue(parsing: shown)) == sorted(json),
                    "JSON reads back differently"
                )
                try checkEqual(
                    tipset.cids.map(\.description),
                    try json.list("Cids").map { try $0.text("/") },
                    "CIDs"
                )
                try check(
                    try Tipset(cbor: tipset.cborBytes()) == tipset,
                    "CBOR reads back differently"
                )
            },
            KnownFile("mpool/test-messages.json.gz", poolMessages),
            KnownFile("election/TestExpFunction.golden") { file in
                try file.lines().dropFirst().map { line in
                    let fields = line.split(separator: ",").map(String.init)
                    return KnownFile.Row(String(fields[0].prefix(24))) {
                        guard let x = BigInt(decimal: fields[0]) else {
                            throw TestDataError("\(fields[0]) is no number")
                        }
                        try checkEqual(Q256.exponential(ofMinus: x).description, fields[1], "value")
                    }
                }
            },
        ]

    // MARK: - Beacon

    @Sendable private static func drand(_ file: ConformanceFile) throws -> [KnownFile.Row] {
        let json = try file.json()
        var rows = try json.list("networks").enumerated().map { index, network in
            KnownFile.Row("network \(index)") {
                // Reading compares the hash with the one computed from the parts.
                let info = try DrandChainInfo(from: network)
                _ = try DrandVerifier(info)
                try check(
                    try DrandChainInfo(json: info.jsonBytes()) == info,
                    "reads back differently"
                )
            }
        }
        rows += try json.list("beacons").enumerated().map { index, row in
            KnownFile.Row("round \(index)") {
                guard let scheme = DrandScheme(rawValue: try row.text("scheme")) else {
                    throw TestDataError("unknown scheme \(try row.text("scheme"))")
                }
                let info = DrandChainInfo(
                    publicKey: try row.hex("publicKey"),
                    periodSeconds: 30,
                    genesisTime: 0,
                    groupHash: [],
                    scheme: scheme
                )
                let verifier = try DrandVerifier(info)
                var entry = BeaconEntry(
                    round: UInt64(clamping: try row.integer("round")),
                    data: try row.hex("signature")
                )
                let previous = try row.hex("previousSignature")
                try verifier.verify(entry, previousSignature: previous)
                entry.round += 1
                try checkRefused("the signature of another round") {
                    try verifier.verify(entry, previousSignature: previous)
                }
            }
        }
        return rows
    }

    // MARK: - Election

    /// `lam-BASE-SHIFT.golden`: the tail of the distribution with mean BASE / 2^SHIFT, step by step.
    private static let poissonFiles: [KnownFile] = [
        (10, 10), (209_714, 20), (1_036_915, 20), (1706, 10), (2, 0), (5_242_879, 20), (5, 0),
    ].map { (base: Int, shift: Int) in
        KnownFile(one: "election/TestPoissonFunction/lam-\(base)-\(shift).golden") { file in
            var tail = PoissonTail(mean: BigInt(base) << (256 - shift))
            for (index, line) in try file.lines().dropFirst().enumerated() {
                try checkEqual(tail.value.description, line, "step \(index)")
                tail.advance()
            }
        }
    }

    /// `POWER-TOTAL.golden`: the mean number of wins.
    private static let lambdaFiles: [KnownFile] = [
        ("10", "100"), ("1024", "2048"), ("2000000000000000", "100000000000000000"),
    ].map { (power: String, total: String) in
        KnownFile(one: "election/TestLambdaFunction/\(power)-\(total).golden") { file in
            guard let own = BigInt(decimal: power), let all = BigInt(decimal: total) else {
                throw TestDataError("the name has no numbers")
            }
            let mean = Q256.mean(power: own, totalPower: all)
            try checkEqual(mean.description, try file.lines().first ?? "", "mean")
        }
    }

    // MARK: - Fees

    @Sendable private static func fees(_ file: ConformanceFile) throws -> [KnownFile.Row] {
        let json = try file.json()
        var rows = try json.list("nextBaseFee").enumerated().map { index, row in
            KnownFile.Row("base fee \(index)") {
                for (isAfterSmoke, name) in [(false, "preSmoke"), (true, "postSmoke")] {
                    let next = BaseFee.next(
                        after: TokenAmount(integerLiteral: try row.integer("baseFee")),
                        gasLimitTotal: GasAmount(try row.integer("gasLimitUsed")),
                        blockCount: Int(try row.integer("blocks")),
                        isAfterSmoke: isAfterSmoke
                    )
                    try checkEqual(next, TokenAmount(integerLiteral: try row.integer(name)), name)
                }
            }
        }
        rows += try json.list("overestimationBurn").enumerated().map { index, row in
            KnownFile.Row("burn \(index)") {
                let (refunded, burned) = GasOutputs.overestimation(
                    gasUsed: GasAmount(try row.integer("used")),
                    gasLimit: GasAmount(try row.integer("limit"))
                )
                try checkEqual(refunded, GasAmount(try row.integer("refund")), "refund")
                try checkEqual(burned, GasAmount(try row.integer("burn")), "burn")
            }
        }
        let outputs = try json.member("gasOutputs")
        let baseFee = TokenAmount(integerLiteral: try outputs.integer("baseFee"))
        rows += try outputs.list("cases").enumerated().map { index, row in
            KnownFile.Row("outputs \(index)") {
                func amount(_ name: String) throws -> TokenAmount {
                    TokenAmount(integerLiteral: try row.integer(name))
                }
                let found = GasOutputs(
                    gasUsed: GasAmount(try row.integer("used")),
                    gasLimit: GasAmount(try row.integer("limit")),
                    baseFee: baseFee,
                    feeCap: try amount("feeCap"),
                    premium: try amount("premium")
                )
                try checkEqual(found.baseFeeBurn, try amount("baseFeeBurn"), "base fee burn")
                try checkEqual(
                    found.overEstimationBurn,
                    try amount("overEstimationBurn"),
                    "over-estimation burn"
                )
                try checkEqual(found.minerPenalty, try amount("minerPenalty"), "miner penalty")
                try checkEqual(found.minerTip, try amount("minerTip"), "miner tip")
                try checkEqual(found.refund, try amount("refund"), "refund")
            }
        }
        return rows
    }

    // MARK: - Blocks and messages

    @Sendable private static func signingBytes(_ file: ConformanceFile) throws {
        let json = try file.json()
        let cid = try CID(json.member("header").text("Messages"))
        // The fields that lotus's test sets; the file gives only the CID and the result.
        var header = BlockHeader(
            miner: .secp256k1(publicKey: Array("address0".utf8)),
            ticket: Ticket(vrfProof: [1, 2, 3]),
            electionProof: ElectionProof(winCount: 0, vrfProof: [0x0a, 0x0b]),
            beaconEntries: [BeaconEntry(round: 5, data: [0x0c])],
            winPoStProof: [PoStProof(postProof: .stackedDrgWinning2KiBV1, proofBytes: [7])],
            parents: [cid],
            parentWeight: 1000,
            height: 2,
            parentStateRoot: cid,
            parentMessageReceipts: cid,
            messages: cid,
            blsAggregate: Signature(type: SignatureType(rawValue: 0), data: []),
            timestamp: 1,
            forkSignaling: 3,
            parentBaseFee: 1_000_000_000
        )
        let expected = try json.text("signingBytesHex")
        try checkEqual(header.signingBytes.hex, expected, "bytes")
        header.blockSignature = Signature(type: .bls, data: [1])
        try checkEqual(header.signingBytes.hex, expected, "bytes of a signed header")
    }

    /// A stream of objects, each closed by a brace at the start of a line.
    @Sendable private static func poolMessages(_ file: ConformanceFile) throws -> [KnownFile.Row] {
        let parts = try file.text().split(separator: "\n}").filter { $0.contains("{") }
        return parts.enumerated().map { index, part in
            let text = String(part) + "\n}"
            return KnownFile.Row("\(index)") {
                let json = try JSONValue(parsing: text)
                let message = try Message(from: json.member("Message"))
                try check(
                    try Message(cbor: message.cborBytes()) == message,
                    "CBOR reads back differently"
                )
                let written = try JSONObject(json: message.jsonBytes())
                for member in try json.member("Message").expectObject().members {
                    try check(written[member.name] == member.value, "\(member.name) differs")
                }
            }
        }
    }

    /// The value with the members of every object sorted.
    private static func sorted(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): .array(elements.map(sorted))
        case .object(let object):
            .object(
                JSONObject(
                    object.members.map { ($0.name, sorted($0.value)) }.sorted { $0.0 < $1.0 }
                )
            )
        case .null, .bool, .number, .string: value
        }
    }
}
