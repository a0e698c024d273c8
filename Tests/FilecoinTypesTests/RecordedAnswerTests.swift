import Bytes
import CBOR
import FilecoinTypes
import JSON
import Multiformats
import TestSupport
import Testing

/// Answers of a running lotus: what we read from them, we write as lotus did, to the byte.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct RecordedAnswerTests {
    /// Reads a value and writes it again.
    private typealias RoundTrip = (JSONValue) throws(JSONError) -> String

    private func form<Value: JSONCodable>(of type: Value.Type) -> RoundTrip {
        { value throws(JSONError) in try Value(from: value).jsonText() }
    }

    @Test func `values of the API come back as lotus wrote them`() throws {
        let forms: [String: RoundTrip] = [
            "BeaconGetEntry": form(of: BeaconEntry.self),
            "ChainGetBlock": form(of: BlockHeader.self),
            "ChainGetGenesis": form(of: Tipset.self),
            "ChainGetMessage": form(of: Message.self),
            "ChainGetParentReceipts": form(of: [MessageReceipt].self),
            "ChainGetTipSet": form(of: Tipset.self),
            "ChainGetTipSetAfterHeight": form(of: Tipset.self),
            "ChainGetTipSetByHeight": form(of: Tipset.self),
            "ChainHead": form(of: Tipset.self),
            "GasEstimateMessageGas": form(of: Message.self),
            "MpoolPending": form(of: [SignedMessage].self),
            "MpoolPushMessage": form(of: SignedMessage.self),
            "StateAccountKey": form(of: Address.self),
            "StateGetActor": form(of: ActorRecord.self),
            "StateGetBeaconEntry": form(of: BeaconEntry.self),
            "StateListActors": form(of: [Address].self),
            "StateListMiners": form(of: [Address].self),
            "StateLookupID": form(of: Address.self),
            "StateMinerAvailableBalance": form(of: TokenAmount.self),
            "StateNetworkVersion": form(of: NetworkVersion.self),
            "WalletBalance": form(of: TokenAmount.self),
            "WalletList": form(of: [Address].self),
            "WalletSign": form(of: Signature.self),
            "WalletSignMessage": form(of: SignedMessage.self),
        ]
        let text = String(
            decoding: try Vectors.gunzipped("reference/lotus/rpc/full-node-http.jsonl.gz"),
            as: UTF8.self
        )
        var checked: [String: Int] = [:]
        for line in text.split(separator: "\n") {
            let row = try JSONValue(parsing: String(line))
            guard let request = row["request"]?["body"]?.string,
                let answer = row["response"]?["body"]?.string,
                let method = try? JSONValue(parsing: request)["method"]?.string,
                let roundTrip = forms[String(method.dropFirst("Filecoin.".count))],
                let result = try? JSONValue(parsing: answer)["result"], !result.isNull
            else { continue }
            #expect(try roundTrip(result) == result.jsonText(), "\(row["id"] ?? .null)")
            // The text itself was in the answer, so member order and spelling are lotus's.
            #expect(answer.contains(result.jsonText()))
            checked[method, default: 0] += 1
        }
        #expect(checked.count > 15, "\(checked)")
    }
}

/// Blocks that lotus judged, most of them broken in one rule.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct RecordedBlockTests {
    @Test func `blocks with a broken rule still decode and encode to their CIDs`() throws {
        let text = String(
            decoding: try Vectors.gunzipped(
                "reference/lotus/invalid-blocks/chain-nv15-a.jsonl.gz"
            ),
            as: UTF8.self
        )
        var headers = 0
        for line in text.split(separator: "\n") {
            let row = try JSONObject(json: String(line))
            let name = try row.decode("name", as: String.self)
            for (kind, decode) in [
                ("bls", reencoded(Message.self)), ("secp", reencoded(SignedMessage.self)),
            ] {
                for message in try row.decode(kind, default: [String]()) {
                    let bytes = try #require([UInt8](hex: message))
                    #expect(try decode(bytes) == bytes, "\(name): \(kind)")
                }
            }
            guard let hex: String = try row.decodeIfPresent("header") else { continue }
            let bytes = try #require([UInt8](hex: hex))
            let header = try BlockHeader(cbor: bytes)
            #expect(header.cborBytes() == bytes, "\(name)")
            #expect(try header.cid == row.decode("cid"), "\(name)")
            headers += 1
        }
        #expect(headers > 60)
    }

    private func reencoded<Value: CBORCodable>(
        _ type: Value.Type
    ) -> ([UInt8]) throws -> [UInt8] {
        { try Value(cbor: $0).cborBytes() }
    }
}
