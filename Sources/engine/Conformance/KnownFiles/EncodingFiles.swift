internal import BitFields
internal import Bytes
internal import CBOR
internal import FilecoinCrypto
internal import FilecoinTypes
internal import Hashing
internal import IPLD
internal import JSON
internal import Multiformats
internal import ServiceKit

extension KnownFileSet {
    /// Addresses, messages, headers, bit fields, IPLD's codecs, BLAKE2b and tokens.
    static let encodingFiles: [KnownFile] = [
        KnownFile("address/addresses.json", addresses),
        KnownFile("serialization/block_headers.json") { file in
            try rows(file) { row in
                let header = try BlockHeader(from: row.member("block"))
                let bytes = try row.hex("cbor_hex")
                try checkEqual(header.cborBytes().hex, bytes.hex, "bytes")
                try checkEqual(header.cid.description, try row.text("cid"), "CID")
                try check(try BlockHeader(cbor: bytes) == header, "reads back differently")
                try checkEqual(header.jsonText(), try row.member("block").jsonText(), "JSON")
            }
        },
        KnownFile("serialization/unsigned_messages.json") { file in
            try rows(file) { row in
                let message = try Message(from: row.member("message"))
                let bytes = try row.hex("hex_cbor")
                try checkEqual(message.cborBytes().hex, bytes.hex, "bytes")
                try check(try Message(cbor: bytes) == message, "reads back differently")
                // Since then a CID follows the fields.
                let written = try row.member("message").jsonText().dropLast()
                let withCID = written + #","CID":\#(message.cid.jsonText())}"#
                try checkEqual(message.jsonText(), String(withCID), "JSON")
            }
        },
        KnownFile("serialization/message_signing.json") { file in
            try rows(file) { row in
                let message = try Message(from: row.member("Unsigned"))
                try checkEqual(message.cid.description, try row.text("Cid"), "CID")
                try checkEqual(message.cid.bytes.hex, try row.text("CidHexBytes"), "CID")
                let signature = try Signature(from: row.member("Signature"))
                try signature.verify(message.cid.bytes, by: message.from)
                let signed = SignedMessage(message: message, signature: signature)
                try checkEqual(signed.cid, message.cid, "CID with the signature")
                try check(
                    try SignedMessage(cbor: signed.cborBytes()) == signed,
                    "reads back differently"
                )
                try check(
                    try SignedMessage(json: signed.jsonBytes()) == signed,
                    "JSON reads back differently"
                )
            }
        },
        KnownFile("bitfield/rleplus.json", bitFields),
        KnownFile("codec-fixtures.tar.gz", codecFixtures),
        KnownFile("blake2b-kat.txt.gz", blake2b),
        KnownFile("jwt/hs256.json") { file in
            try file.json().list("cases").enumerated().map { index, row in
                KnownFile.Row("\(index)") { try token(row) }
            }
        },
    ]

    /// A row for each element of a JSON list.
    static func rows(
        _ file: ConformanceFile,
        _ check: @escaping @Sendable (JSONValue) throws -> Void
    ) throws -> [KnownFile.Row] {
        guard let list = try file.json().array else { throw TestDataError("the file is no list") }
        return list.enumerated().map { index, row in KnownFile.Row("\(index)") { try check(row) } }
    }

    // MARK: - Addresses

    @Sendable private static func addresses(_ file: ConformanceFile) throws -> [KnownFile.Row] {
        let json = try file.json()
        @Sendable func number(_ row: JSONValue, _ name: String) throws -> ActorID {
            guard let number = UInt64(try row.text(name)) else {
                throw TestDataError("\(name) is no number")
            }
            return ActorID(rawValue: number)
        }
        var rows = try json.list("id").map { row in
            KnownFile.Row("id " + (try row.text("id"))) {
                let address = Address.id(try number(row, "id"))
                try checkEqual(address.text(on: .testnet), try row.text("testnet"), "text")
                try roundTrip(address)
            }
        }
        let kinds: [(String, @Sendable ([UInt8]) throws -> Address)] = [
            ("secp256k1", { Address.secp256k1(publicKey: $0) }),
            ("actor", { Address.actor(seed: $0) }),
            ("bls", { try Address.bls(publicKey: $0) }),
        ]
        for (kind, make) in kinds {
            rows += try json.member(kind).list("cases").map { row in
                KnownFile.Row("\(kind) \(try row.text("mainnet"))") {
                    let address = try make(row.hex("inputHex"))
                    try checkEqual(address.text(on: .testnet), try row.text("testnet"), "text")
                    try checkEqual(address.text(on: .mainnet), try row.text("mainnet"), "text")
                    try roundTrip(address)
                }
            }
        }
        rows += try json.list("delegated").map { row in
            KnownFile.Row("delegated \(try row.text("string"))") {
                let address = try Address.delegated(
                    namespace: number(row, "namespace"),
                    subaddress: row.hex("subaddressHex")
                )
                try checkEqual(address.text(on: .mainnet), try row.text("string"), "text")
                try roundTrip(address)
            }
        }
        let valid = try json.list("valid") + [json.member("trailingBits").member("valid")]
        for text in valid.compactMap(\.string) {
            rows.append(
                KnownFile.Row(text) {
                    let address = try Address(text: text)
                    let network: AddressNetwork = text.hasPrefix("f") ? .mainnet : .testnet
                    try checkEqual(address.text(on: network), text, "text")
                    try roundTrip(address)
                }
            )
        }
        let invalid =
            try json.list("invalidStrings").map { try $0.text("s") }
            + [json.member("trailingBits").text("invalid")]
        for text in invalid {
            rows.append(
                KnownFile.Row("refused \(text)") {
                    try checkRefused(text) { _ = try Address(text: text) }
                }
            )
        }
        rows += try json.list("invalidBytesHex").map { row in
            KnownFile.Row("refused bytes \(try row.text("hex"))") {
                let bytes = try row.hex("hex")
                try checkRefused(bytes.hex) { _ = try Address(bytes: bytes) }
            }
        }
        return rows
    }

    private static func roundTrip(_ address: Address) throws {
        try check(try Address(bytes: address.bytes) == address, "bytes read back differently")
        try check(try Address(cbor: address.cborBytes()) == address, "CBOR reads back differently")
        try check(
            try Address(text: address.text(on: .mainnet)) == address,
            "text reads back differently"
        )
    }

    // MARK: - Bit fields

    @Sendable private static func bitFields(_ file: ConformanceFile) throws -> [KnownFile.Row] {
        let json = try file.json()
        let golden = try json.hex("goldenHex")
        var rows = [
            KnownFile.Row("golden") {
                try check(try BitField(rlePlus: golden).rlePlus == golden, "encodes differently")
            }
        ]
        for (index, row) in try json.list("cases").enumerated() {
            rows.append(KnownFile.Row("\(index)") { try bitField(row) })
        }
        return rows
    }

    private static func bitField(_ row: JSONValue) throws {
        let bytes = try row.hex("hex")
        if let reason = row["error"]?.string {
            let known: [String: BitFieldError] = [
                "NotMinimal": .notMinimal, "InvalidVarint": .invalidVarint,
                "RLEOverflow": .overflow,
            ]
            var found: BitFieldError?
            do throws(BitFieldError) { _ = try BitField(rlePlus: bytes) } catch { found = error }
            return try checkEqual(found, known[reason], "refusal")
        }
        let field = try BitField(rlePlus: bytes)
        try checkEqual(field.rlePlus.hex, bytes.hex, "encoding")
        if let ranges = row["ranges"]?.array {
            let expected = ranges.map { range in
                (UInt64(range[0]?.string ?? "") ?? 0)..<(UInt64(range[1]?.string ?? "") ?? 0)
            }
            return try checkEqual(field.ranges, expected, "ranges")
        }
        let bits = try row.list("bits").map { bit in
            guard let number: UInt64 = bit.integer() else {
                throw TestDataError("\(bit) is no bit")
            }
            return number
        }
        // A row that lost its bytes when it was extracted: an empty string is the empty set.
        guard !bytes.isEmpty else { return try check(field.isEmpty, "nothing is something") }
        try check(field == BitField(bits), "other bits")
    }

    // MARK: - Codecs

    private static func decode(_ bytes: [UInt8], _ codec: String) throws -> CBORValue {
        switch codec {
        case "dag-cbor": try CBORValue(cbor: bytes)
        case "dag-json": try DAGJSON.decode(bytes)
        default: try DAGPB.decode(bytes)
        }
    }

    private static func encode(_ value: CBORValue, _ codec: String) throws -> [UInt8] {
        switch codec {
        case "dag-cbor": value.cborBytes()
        case "dag-json": DAGJSON.encode(value)
        default: try DAGPB.encode(value)
        }
    }

    /// The folders `fixtures/NAME/CID.CODEC` and `negative-fixtures/CODEC/(decode|encode)/*.json`.
    @Sendable private static func codecFixtures(_ file: ConformanceFile) throws -> [KnownFile.Row] {
        struct Form {
            let cid: CID
            let codec: String
            let bytes: [UInt8]
        }
        var forms: [String: [Form]] = [:]
        var rows: [KnownFile.Row] = []
        for entry in try tarEntries(file) {
            let parts = entry.name.split(separator: "/").map(String.init).filter { $0 != "." }
            if parts.count == 3, parts[0] == "fixtures",
                let dot = parts[2].lastIndex(of: "."), let cid = try? CID(String(parts[2][..<dot]))
            {
                let codec = String(parts[2][parts[2].index(after: dot)...])
                forms[parts[1], default: []].append(
                    Form(cid: cid, codec: codec, bytes: entry.bytes)
                )
            } else if parts.count == 4, parts[0] == "negative-fixtures", parts[3].hasSuffix(".json")
            {
                rows += try negativeRows(entry.bytes, codec: parts[1], file: parts[3])
            }
        }
        for (name, forms) in forms.sorted(by: { $0.key < $1.key }) {
            rows.append(
                KnownFile.Row(name) {
                    for form in forms {
                        let value = try decode(form.bytes, form.codec)
                        for other in forms {
                            let bytes = try encode(value, other.codec)
                            try check(
                                bytes == other.bytes,
                                "\(form.codec) to \(other.codec) differs"
                            )
                            try check(
                                other.cid.matches(bytes) == true,
                                "another CID than \(other.cid)"
                            )
                        }
                    }
                }
            )
        }
        return rows
    }

    private static func negativeRows(
        _ bytes: [UInt8],
        codec: String,
        file: String
    ) throws -> [KnownFile.Row] {
        try JSONValue(parsing: bytes).expectArray().map { row in
            KnownFile.Row("refused \(codec) \(file) \(row["name"]?.string ?? "")") {
                if row["hex"] != nil {
                    let block = try row.hex("hex")
                    try checkRefused(block.hex) { _ = try decode(block, codec) }
                } else {
                    let value = try row.member("dag-json")
                    try checkRefused("the value") {
                        _ = try encode(try DAGJSON.value(value), codec)
                    }
                }
            }
        }
    }

    // MARK: - Hashes and tokens

    @Sendable private static func blake2b(_ file: ConformanceFile) throws -> [KnownFile.Row] {
        var fields: [String: [UInt8]] = [:]
        var rows: [KnownFile.Row] = []
        for line in try file.lines() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard let name = parts.first, name == "in" || name == "key" || name == "hash" else {
                continue
            }
            let value = parts.count > 1 ? parts[1].filter { !$0.isWhitespace } : ""
            fields[String(name)] = try hexBytes(value)
            guard name == "hash" else { continue }
            let (input, key, hash) = (fields["in"] ?? [], fields["key"] ?? [], fields["hash"] ?? [])
            rows.append(
                KnownFile.Row("\(rows.count)") {
                    let found = BLAKE2b.hash(input, outputLength: 64, key: key)
                    try checkEqual(found.hex, hash.hex, "hash")
                }
            )
        }
        return rows
    }

    private static func token(_ row: JSONValue) throws {
        let secret = try row.hex("secretHex")
        let lotus = try AllowClaims(from: row.member("lotusPayload"))
        let venus = try AuthClaims(from: row.member("venusPayload"))
        try checkEqual(lotus.token(secret: secret).revealed, try row.text("lotusToken"), "token")
        try checkEqual(venus.token(secret: secret).revealed, try row.text("venusToken"), "token")
        let token = Secret(try row.text("venusToken"))
        try check(try AuthClaims.verify(token, secret: secret) == venus, "other claims")
        try checkRefused("another secret") {
            _ = try AuthClaims.verify(token, secret: [1] + secret)
        }
    }
}
