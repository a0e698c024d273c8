import JSON
import Testing

private struct Sample: JSONCodable, Equatable {
    var name: String
    var nonce: UInt64
    var parents: [String]
    var limit: Int?

    init(name: String, nonce: UInt64, parents: [String], limit: Int?) {
        self.name = name
        self.nonce = nonce
        self.parents = parents
        self.limit = limit
    }

    init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        name = try object.decode("Name")
        nonce = try object.decode("Nonce", default: 0)
        parents = try object.decode("Parents", default: [])
        limit = try object.decodeIfPresent("Limit")
    }

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Name", name)
            writer.member("Nonce", nonce)
            writer.key("Parents")
            writer.nullIfEmpty(parents)
            writer.memberIfPresent("Limit", limit)
        }
    }
}

@Suite struct JSONWritingTests {
    @Test func `strings are escaped as Go escapes them`() {
        #expect(
            "a\"\\/\n\r\t\u{0}\u{1f}\u{7f}\u{8}".jsonText() == #""a\"\\/\n\r\t\u0000\u001f"#
                + "\u{7f}" + #"\u0008""#
        )
        #expect("<a>&é\u{2028}\u{2029}€".jsonText() == #""\u003ca\u003e\u0026é\u2028\u2029€""#)
        #expect("<>".jsonText(JSONFormat(escapesHTML: false)) == #""<>""#)
    }

    /// The right column was printed by Go 1.19's `json.Marshal`.
    @Test(arguments: [
        (0.0, "0"), (-0.0, "-0"), (1, "1"), (-1.5, "-1.5"), (0.1, "0.1"), (1e6, "1000000"),
        (1e20, "100000000000000000000"), (1e21, "1e+21"), (1e-6, "0.000001"), (1e-7, "1e-7"),
        (1.5e-9, "1.5e-9"), (123456789.125, "123456789.125"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (.leastNonzeroMagnitude, "5e-324"), (100, "100"),
        (3.0000000000000004, "3.0000000000000004"),
    ])
    func `floating-point numbers are laid out as in Go`(_ value: Double, _ text: String) {
        #expect(value.jsonText() == text)
    }

    @Test func `fields come in the order of the calls and empty slices as null`() throws {
        let sample = Sample(name: "x", nonce: .max, parents: [], limit: nil)
        #expect(sample.jsonText() == #"{"Name":"x","Nonce":18446744073709551615,"Parents":null}"#)
        #expect(try Sample(json: sample.jsonText()) == sample)
        let full = Sample(name: "", nonce: 0, parents: ["a", "b"], limit: 3)
        #expect(full.jsonText() == #"{"Name":"","Nonce":0,"Parents":["a","b"],"Limit":3}"#)
    }

    @Test func `indented text has the layout of Go's MarshalIndent`() throws {
        let value: JSONValue = ["a": [1, ["b": [:]], []], "c": nil, "d": "x"]
        let expected = """
            {
              "a": [
                1,
                {
                  "b": {}
                },
                []
              ],
              "c": null,
              "d": "x"
            }
            """
        #expect(value.jsonText(.indented()) == expected)
        #expect(value.jsonText(.indented("\t")) == expected.replacing("  ", with: "\t"))
        #expect(try JSONValue(parsing: expected) == value)
    }

    @Test func `maps are written sorted by name`() {
        #expect(["b": 1, "a": 2, "B": 3].jsonText() == #"{"B":3,"a":2,"b":1}"#)
    }

    @Test func `optional values and raw text are written in place`() {
        let list: [Int?] = [1, nil]
        #expect(list.jsonText() == "[1,null]")
        var writer = JSONWriter()
        writer.array { writer in
            writer.raw(Array("{\"x\":1}".utf8))
            writer.bool(true)
        }
        #expect(writer.text == "[{\"x\":1},true]")
    }

    @Test func `a field is found in either case and the last one wins`() throws {
        #expect(try Sample(json: #"{"name":"a","NONCE":7}"#).nonce == 7)
        #expect(try Sample(json: #"{"Name":"a","name":"b"}"#).name == "b")
        #expect(try JSONValue(parsing: #"{"name":1}"#)["Name"] == nil)
        #expect(try Sample(json: #"{"Name":"a","Nonce":null,"Parents":null}"#).nonce == 0)
    }

    @Test func `an error names the place`() {
        #expect(throws: JSONError(.missing, path: [.member("Name")])) { try Sample(json: "{}") }
        let error = #expect(throws: JSONError.self) {
            try [Sample](json: #"[{"Name":"a","Parents":["x",5]}]"#)
        }
        #expect(error?.description == "at [0].Parents[1]: expected a string, found number")
    }

    @Test func `large objects keep order and drop repeated names`() throws {
        let members = (0..<100).map { "\"k\($0 % 50)\":\($0)" }.joined(separator: ",")
        let object = try JSONValue(parsing: "{\(members)}").expectObject()
        #expect(object.count == 50)
        #expect(object.members[3].name == "k3")
        #expect(object["k3"] == 53)
    }
}

@Suite struct JSONBytesTests {
    @Test func `bytes are Base64 text as in Go`() throws {
        #expect(JSONBytes([1, 2, 3, 255]).jsonText() == #""AQID/w==""#)
        #expect(JSONBytes([]).jsonText() == #""""#)
        #expect(try JSONBytes(json: #""AQID/w==""#).bytes == [1, 2, 3, 255])
        #expect(try JSONBytes(json: "null").bytes.isEmpty)
        #expect(throws: JSONError.self) { try JSONBytes(json: #""A!""#) }
        #expect(throws: JSONError.self) { try JSONBytes(json: "[1,2]") }
    }
}
