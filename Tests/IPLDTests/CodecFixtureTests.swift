import CBOR
import Foundation
import IPLD
import JSON
import Multiformats
import TestSupport
import Testing

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct CodecFixtureTests {
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

    @Test func `each fixture re-encodes to the same CID in every codec`() throws {
        let codecs: [String: Codec] = [
            "dag-cbor": .dagCBOR, "dag-json": .dagJSON, "dag-pb": .dagPB,
        ]
        let folder = try Vectors.unpacked("codec-fixtures.tar.gz")
        let root = folder.url.appendingPathComponent("fixtures")
        let names = try FileManager.default.contentsOfDirectory(atPath: root.path).sorted()
        var values = 0
        for name in names where !name.hasPrefix(".") {
            let files = try FileManager.default.contentsOfDirectory(
                at: root.appendingPathComponent(name),
                includingPropertiesForKeys: nil
            )
            let forms = try files.map { file in
                (
                    cid: try CID(file.deletingPathExtension().lastPathComponent),
                    codec: file.pathExtension, bytes: [UInt8](try Data(contentsOf: file))
                )
            }
            for form in forms {
                let value = try Self.decode(form.bytes, form.codec)
                for other in forms {
                    let bytes = try Self.encode(value, other.codec)
                    #expect(bytes == other.bytes, "\(name): \(form.codec) to \(other.codec)")
                    #expect(other.cid.codec == codecs[other.codec])
                    #expect(other.cid.matches(bytes) == true)
                }
            }
            values += 1
        }
        // The index counts the attributes file too.
        #expect(values == 102)
    }

    @Test func `each negative fixture is refused`() throws {
        let folder = try Vectors.unpacked("codec-fixtures.tar.gz")
        let root = folder.url.appendingPathComponent("negative-fixtures")
        var rows = 0
        for codec in ["dag-cbor", "dag-json", "dag-pb"] {
            for direction in ["decode", "encode"] {
                let path = root.appendingPathComponent("\(codec)/\(direction)")
                guard let files = try? FileManager.default.contentsOfDirectory(atPath: path.path)
                else { continue }
                for file in files where file.hasSuffix(".json") {
                    let bytes = [UInt8](try Data(contentsOf: path.appendingPathComponent(file)))
                    for row in try JSONValue(parsing: bytes).expectArray() {
                        rows += 1
                        let name = row["name"]?.string ?? ""
                        if let hex = row["hex"]?.string {
                            let block = try hexBytes(hex)
                            #expect(throws: (any Error).self, "\(codec): \(name)") {
                                try Self.decode(block, codec)
                            }
                        } else {
                            let json = try #require(row["dag-json"])
                            #expect(throws: (any Error).self, "\(codec): \(name)") {
                                try Self.encode(try DAGJSON.value(json), codec)
                            }
                        }
                    }
                }
            }
        }
        #expect(rows > 30)
    }
}

@Suite struct DAGCodecFuzzTests {
    @Test func `any bytes are refused or canonical`() throws {
        var random = SeededGenerator(seed: 11)
        let alphabet = Array("{}[]\",:/0123-.eabcdnulltrue".utf8)
        let link = try hexBytes("0a030155000a")
        for round in 0..<100_000 {
            let json = (0..<Int(random.next() % 14)).map { _ in
                alphabet[Int(random.next() % UInt64(alphabet.count))]
            }
            if let value = try? DAGJSON.decode(json), DAGJSON.encode(value) != json {
                Issue.record("DAG-JSON \(json), seed 11")
            }
            var node = random.bytes(Int(random.next() % 10))
            if round % 2 == 0 { node = [0x12, UInt8(node.count + 5)] + link.dropLast() + node }
            if let value = try? DAGPB.decode(node), (try? DAGPB.encode(value)) != nil {
                let again = try DAGPB.decode(DAGPB.encode(value))
                if again != value { Issue.record("DAG-PB \(node), seed 11") }
            }
            let block = random.bytes(Int(random.next() % 16))
            if let value = try? CBORValue(cbor: block), value.cborBytes() != block {
                Issue.record("DAG-CBOR \(block), seed 11")
            }
        }
    }

    @Test func `the nesting of blocks is bounded`() {
        let deep = [UInt8](repeating: 0x81, count: 600)
        #expect(throws: CBORError(.tooDeep(limit: 512), at: 513)) { try CBORValue(cbor: deep) }
        let allowed = [UInt8](repeating: 0x81, count: 512) + [0x80]
        #expect((try? CBORValue(cbor: allowed)) != nil)
    }
}
