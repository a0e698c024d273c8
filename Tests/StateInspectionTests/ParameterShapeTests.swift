import ActorRuntime
import BuiltinActors
import Bytes
import CBOR
import FilecoinTypes
import JSON
import Multiformats
import StateInspection
import TestSupport
import Testing

@Suite struct ParameterShapeTests {
    @Test func `every method that takes parameters has a shape, and no other`() {
        for actor in ActorRegistry.builtin.all {
            for method in actor.methods {
                let shape = ParameterShape.of(actor.kind, method.number, .v7)
                #expect(
                    (shape != nil) == (method.parameters != nil),
                    "\(actor.kind) \(method.name)"
                )
            }
        }
    }

    @Test func `fields have the reference's names, and what is missing is zero or empty`() throws {
        let shape = try #require(ParameterShape.of(.storageMiner, 3, .v7))
        let text = #"{"NewWorker":"t0100","NewControlAddrs":["t0101","t0102"]}"#
        let parameters = try shape.cbor(json: JSONValue(parsing: text))
        let value = try ChangeWorkerAddressParameters(cbor: parameters)
        #expect(value.newWorker == .id(100))
        #expect(value.newControlAddresses == [.id(101), .id(102)])
        #expect(try shape.json(cbor: parameters).jsonText() == text)
        let few = try shape.cbor(json: JSONValue(parsing: #"{"newworker":"t0100"}"#))
        #expect(try ChangeWorkerAddressParameters(cbor: few).newControlAddresses == [])
        #expect(throws: JSONError.self) { try shape.cbor(json: [:]) }
    }

    @Test func `a sector's owner stands beside the other fields of its proof`() throws {
        let shape = try #require(ParameterShape.of(.storagePower, 8, .v7))
        let text = """
            {"SealProof":5,"Miner":1000,"Number":7,"DealIDs":null,"Randomness":"AQ==",\
            "InteractiveRandomness":"Ag==","Proof":null,\
            "SealedCID":{"/":"bagboea4b5abcaxzllnqcbjy4i73gw4nq7nfxffqijytvkspza5t2jzyhyv3zybja"},\
            "UnsealedCID":{"/":"baga6ea4seaqjkondp67rdelossy3knhr2s4bveax3twim3s3eyixupmicr2o4lq"}}
            """
        let parameters = try shape.cbor(json: JSONValue(parsing: text))
        let info = try SealVerifyInfo(cbor: parameters)
        #expect(info.sector.miner == 1000 && info.sector.number == 7)
        #expect(try shape.json(cbor: parameters).jsonText() == text)
    }

    @Test(.enabled(if: Vectors.arePresent, Vectors.missing), arguments: ["2k-v6", "2k-v7"])
    func `the parameters of a recorded history come back from JSON as they were`(
        _ name: String
    ) throws {
        let path = "reference/actors/replay/\(name)"
        let (roots, store) = try Vectors.archive(path + ".final.car.zst")
        let tree = try StateTree(root: try #require(roots.first), store: store)
        var methods: Set<String> = []
        for line in try Vectors.lines(path + ".jsonl.gz").dropFirst() {
            guard let bytes = try? JSONBytes(from: line["msg"].value).bytes,
                line["exit"].integer == 0,
                let message = try? Message(cbor: bytes), message.method != .send,
                let receiver = try tree.resolve(message.to),
                let code = try tree.actor(receiver)?.actorCode,
                let shape = ParameterShape.of(code.kind, message.method, code.version)
            else { continue }
            let json = try shape.json(cbor: message.params)
            #expect(try shape.cbor(json: json) == message.params, "\(code.kind) \(json.jsonText())")
            methods.insert("\(code.kind) \(message.method)")
        }
        #expect(methods.count >= 15, "\(methods.sorted())")
    }
}
