import JSON
import TestSupport
import Testing

private let readings: [(String, JSONValue)] = [
    ("null", JSONValue.null), (" true ", true), ("false", false), ("\"a\"", "a"),
    ("[]", []), ("{}", [:]),
    ("[1,[2,{\"a\":null}]]", [1, [2, ["a": nil]]]),
    (#"{"a":1,"b":"x","a":2}"#, ["a": 2, "b": "x"]),
    (#""\u0041\n\/\"\\\b\f\r\t""#, "A\n/\"\\\u{8}\u{c}\r\t"),
    (#""\ud83d\ude00é€😀""#, "😀é€😀"),
    (#""\ud83d""#, "\u{FFFD}"), (#""\udc00x""#, "\u{FFFD}x"),
    (#""\ud83d\u0041""#, "\u{FFFD}A"),
    ("\t\r\n [ 1 , 2 ] \n", [1, 2]),
]

@Suite struct JSONReadingTests {
    @Test(arguments: readings)
    func `a document reads as the value it says`(_ text: String, _ value: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == value)
    }

    @Test(arguments: [
        "", " ", "nul", "nulll", "tru", "[", "[1", "[1,", "[1,]", "[,1]", "{", "{\"a\"", "{\"a\":",
        "{\"a\":1", "{\"a\":1,}", "{a:1}", "{'a':1}", "01", "-", "+1", ".5", "1.", "1e", "1e+",
        "--1",
        "0x1", "NaN", "Infinity", "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"a\nb\"",
        "\"\u{0}\"", "[1] x", "1 2", "]", "}", "[}", "{]", "\u{FEFF}1", "[1 2]", "{\"a\" 1}",
        "/**/1", "tRue", "[1;2]",
    ])
    func `text that breaks the grammar is refused`(_ text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test func `invalid UTF-8 becomes one replacement per byte, as in Go`() throws {
        let cases: [([UInt8], String)] = [
            ([0xFF], "\u{FFFD}"), ([0xC3, 0x28], "\u{FFFD}("),
            ([0xE2, 0x82, 0x61], "\u{FFFD}\u{FFFD}a"),
            ([0xED, 0xA0, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}"),
            ([0xF4, 0x90, 0x80, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
            ([0xC0, 0xAF], "\u{FFFD}\u{FFFD}"),
            ([0xF0, 0x9F, 0x98, 0x80], "😀"),
        ]
        for (bytes, text) in cases {
            #expect(try JSONValue(parsing: [0x22] + bytes + [0x22]) == .string(text), "\(bytes)")
        }
    }

    @Test func `nesting is accepted up to the limit and refused above it`() throws {
        let limits = JSONLimits(depth: 5)
        _ = try JSONValue(parsing: "[[[[[]]]]]", limits: limits)
        #expect(throws: JSONError(.tooDeep(limit: 5))) {
            try JSONValue(parsing: "[[[[[[]]]]]]", limits: limits)
        }
        let deep = String(repeating: "[", count: 1_000_000)
        #expect(throws: JSONError(.tooDeep(limit: 512))) { try JSONValue(parsing: deep) }
        _ = try JSONValue(
            parsing: String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
        )
    }

    @Test func `length and number of values are limited`() throws {
        #expect(throws: JSONError(.tooLarge(limit: 3))) {
            try JSONValue(parsing: "1234", limits: JSONLimits(bytes: 3))
        }
        _ = try JSONValue(parsing: "[1,2]", limits: JSONLimits(values: 3))
        #expect(throws: JSONError(.tooLarge(limit: 3))) {
            try JSONValue(parsing: "[1,2,3]", limits: JSONLimits(values: 3))
        }
    }

    @Test func `a prefix is read and the rest left alone`() throws {
        let bytes: [UInt8] = Array(#" {"a":1} trailing"#.utf8)
        var offset = 0
        #expect(try JSONValue(parsingPrefixOf: bytes, at: &offset) == ["a": 1])
        #expect(offset == 8)
        #expect(throws: JSONError(.trailingBytes(offset: 9))) { try JSONValue(parsing: bytes) }
    }

    @Test func `numbers are exact`() throws {
        let big = "18446744073709551615"
        #expect(try JSONValue(parsing: big).integer(as: UInt64.self) == UInt64.max)
        #expect(try JSONValue(parsing: big).integer(as: Int64.self) == nil)
        #expect(try JSONValue(parsing: "-9223372036854775808").number?.int64 == Int64.min)
        #expect(try JSONValue(parsing: "1.0").integer(as: Int.self) == nil)
        #expect(try JSONValue(parsing: "1e3").integer(as: Int.self) == nil)
        #expect(try JSONValue(parsing: "1e3").number?.double == 1000)
        let huge = String(repeating: "9", count: 400)
        #expect(try JSONValue(parsing: huge).number?.text == huge)
        #expect(throws: JSONError.self) { try Int32(json: "2147483648") }
        #expect(try Int32(json: "2147483647") == .max)
    }

    @Test func `a hundred thousand mutated documents never crash and read back equal`() throws {
        let seeds = [
            #"{"jsonrpc":"2.0","method":"Filecoin.MpoolPush","params":[{"Message":{"Nonce":18446744073709551615}}],"id":1}"#,
            #"[null,true,false,-1.5e+10,"é\u00e9\ud83d\ude00<>&",{"a":{"b":[[],{}]}}]"#,
        ].map { Array($0.utf8) }
        var generator = SeededGenerator(seed: 0x4a53)
        var accepted = 0
        for round in 0..<100_000 {
            var bytes = seeds[round % 2]
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: place)
                default:
                    bytes.insert(#"{}[]",:0e\-"#.utf8.randomElement(using: &generator)!, at: place)
                }
            }
            guard let value = try? JSONValue(parsing: bytes) else { continue }
            accepted += 1
            let again = try JSONValue(parsing: value.jsonBytes())
            #expect(again == value, "seed \(generator.seed), round \(round)")
        }
        #expect(accepted > 1_000)
    }
}
