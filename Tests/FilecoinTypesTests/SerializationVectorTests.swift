import BigIntegers
import Bytes
import CBOR
import FilecoinTypes
import Foundation
import JSON
import Multiformats
import TestSupport
import Testing

/// Values of other implementations in both forms.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct SerializationVectorTests {
    /// The rows of a file that holds a JSON list.
    private func rows(_ path: String) throws -> [JSONObject] {
        try [JSONObject](json: Vectors.bytes(path))
    }

    @Test func `block headers have the listed chain form and CID`() throws {
        let rows = try rows("serialization/block_headers.json")
        #expect(rows.count == 5)
        for row in rows {
            let header: BlockHeader = try row.decode("block")
            let bytes = try #require([UInt8](hex: row.decode("cbor_hex", as: String.self)))
            #expect(header.cborBytes() == bytes)
            #expect(header.cid.description == (try row.decode("cid", as: String.self)))
            #expect(try BlockHeader(cbor: bytes) == header)
            #expect(header.jsonText() == row["block"]?.jsonText())
        }
    }

    @Test func `messages have the listed chain form`() throws {
        let rows = try rows("serialization/unsigned_messages.json")
        #expect(rows.count == 21)
        for row in rows {
            let message: Message = try row.decode("message")
            let bytes = try #require([UInt8](hex: row.decode("hex_cbor", as: String.self)))
            #expect(message.cborBytes() == bytes)
            #expect(try Message(cbor: bytes) == message)
            // Since then a CID follows the fields.
            let written = try #require(row["message"]?.jsonText().dropLast())
            #expect(message.jsonText() == written + #","CID":\#(message.cid.jsonText())}"#)
        }
    }

    @Test func `messages have the listed CIDs`() throws {
        let rows = try rows("serialization/message_signing.json")
        #expect(rows.count == 2)
        for row in rows {
            let message: Message = try row.decode("Unsigned")
            #expect(message.cid.description == (try row.decode("Cid", as: String.self)))
            #expect(message.cid.bytes.hex == (try row.decode("CidHexBytes", as: String.self)))
            let signed = SignedMessage(message: message, signature: try row.decode("Signature"))
            #expect(signed.cid == message.cid)
            #expect(try SignedMessage(cbor: signed.cborBytes()) == signed)
            #expect(try SignedMessage(json: signed.jsonBytes()) == signed)
        }
    }

    @Test func `the signing bytes of a header leave its signature out`() throws {
        let file = try JSONObject(json: Vectors.bytes("chain/blockheader-signing-bytes.json"))
        let row: JSONObject = try file.decode("header")
        let cid = try CID(row.decode("Messages", as: String.self))
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
        let expected = try file.decode("signingBytesHex", as: String.self)
        #expect(header.signingBytes.hex == expected)
        header.blockSignature = Signature(type: .bls, data: [1])
        #expect(header.signingBytes.hex == expected)
    }

    @Test func `a calibration block and a tipset come back from JSON as they were`() throws {
        let block = try JSONValue(parsing: Vectors.bytes("chain/calibnet_block_3000.json"))
        let header = try BlockHeader(from: block)
        #expect(try BlockHeader(json: header.jsonBytes()) == header)
        #expect(try sorted(header.jsonValue()) == sorted(block))
        let recorded = try JSONValue(parsing: Vectors.bytes("chain/docgen-tipset.json"))
        let tipset = try Tipset(from: recorded)
        // The recording is from the main network.
        let shown = tipset.jsonText().replacing("\"t01938223\"", with: "\"f01938223\"")
        #expect(try sorted(JSONValue(parsing: shown)) == sorted(recorded))
        #expect(tipset.cids.map(\.description) == [recorded["Cids"]?[0]?["/"]?.string])
        #expect(try Tipset(cbor: tipset.cborBytes()) == tipset)
    }

    @Test func `the messages of a test network decode and encode`() throws {
        let text = String(
            decoding: try Vectors.gunzipped("mpool/test-messages.json.gz"),
            as: UTF8.self
        )
        // The file is a stream of objects, each closed by a brace at the start of a line.
        var count = 0
        for part in text.split(separator: "\n}") where part.contains("{") {
            let object = try JSONObject(json: part + "\n}")
            let message: Message = try object.decode("Message")
            #expect(try Message(cbor: message.cborBytes()) == message)
            let written: JSONObject = try JSONObject(json: message.jsonBytes())
            for member in try object.decode("Message", as: JSONObject.self).members {
                #expect(written[member.name] == member.value)
            }
            count += 1
        }
        #expect(count > 1000)
    }

    /// The value with the members of every object sorted.
    private func sorted(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): .array(elements.map(sorted))
        case .object(let object):
            .object(
                JSONObject(
                    object.members.map { ($0.name, sorted($0.value)) }.sorted { $0.0 < $1.0 }
                )
            )
        default: value
        }
    }
}
