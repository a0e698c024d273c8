import CBOR
import Foundation
import IPLD
import JSON
import Multiformats
import TestSupport
import Testing

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
