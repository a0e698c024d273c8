import TestSupport
import Testing

@testable import TOML

@Suite struct TOMLDocumentTests {
    @Test func `the 2021 auth configuration reads as written`() throws {
        let root = try TOMLDocument.parse(
            """
            Port = "8989"
            ReadTimeout = 60000000000

            [Log]
              LogLevel = "trace"
              HookSwitch = false

            [DB]
              DSN = ""
              Ratio = 0.5
              Since = 2021-04-16T08:00:00Z
              Hosts = ["a", 'b']
            """
        )
        #expect(root.members.map(\.key) == ["Port", "ReadTimeout", "Log", "DB"])
        #expect(root["Port"] == .string("8989"))
        #expect(root["ReadTimeout"] == .integer(60_000_000_000))
        guard case .table(let log) = root["Log"], case .table(let database) = root["DB"] else {
            Issue.record("Log and DB are tables")
            return
        }
        #expect(log.members.map(\.position.line) == [5, 6])
        #expect(log["HookSwitch"] == .boolean(false))
        #expect(database["Ratio"] == .float(0.5))
        #expect(database["Since"] == .dateTime("2021-04-16T08:00:00Z"))
        #expect(database["Hosts"] == .array([.string("a"), .string("b")]))
    }

    @Test func `arrays of tables, dotted and quoted keys and text with NUL keep their shape`()
        throws
    {
        let root = try TOMLDocument.parse(
            """
            a.b."c d" = 1
            s = "x\\u0000y"
            [[node]]
            url = "u1"
            [[node]]
            url = "u2"
            """
        )
        #expect(root["s"] == .string("x\u{0}y"))
        guard case .array(let nodes) = root["node"] else {
            Issue.record("node is an array")
            return
        }
        #expect(nodes.count == 2)
        guard case .table(let a) = root["a"], case .table(let b) = a["b"] else {
            Issue.record("a.b is a table")
            return
        }
        #expect(b["c d"] == .integer(1))
    }

    @Test(arguments: [
        ("a = 1\nb = \n", 2), ("a = 1\na = 2\n", 2), ("[x\n", 1), ("x = 'a\n", 1),
        ("n = 9223372036854775808\n", 1), ("ok = true\nbad = tru\n", 2),
    ])
    func `a malformed text is refused with the line where it breaks`(text: String, line: Int) {
        do {
            _ = try TOMLDocument.parse(text)
            Issue.record("\(text) was taken")
        } catch .malformed(let reason, let position) {
            #expect(position.line == line, "\(reason)")
            #expect(position.column >= 1)
            #expect(!reason.isEmpty)
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test func `text that is not UTF-8 is refused`() {
        #expect(throws: TOMLError.self) {
            try TOMLDocument.parse(utf8: [0x61, 0x3d, 0x22, 0xff, 0x22])
        }
    }

    @Test func `length and depth are bounded on both sides`() throws {
        let limit = TOMLDocument.maximumBytes
        #expect(try TOMLDocument.parse(String(repeating: " ", count: limit)).members.isEmpty)
        #expect(throws: TOMLError.tooLong(bytes: limit + 1)) {
            try TOMLDocument.parse(String(repeating: " ", count: limit + 1))
        }
        let dots = TOMLDocument.maximumDotsPerLine
        _ = try TOMLDocument.parse("a" + String(repeating: ".a", count: dots) + " = 1")
        #expect(throws: TOMLError.tooManyDots(line: 2)) {
            try TOMLDocument.parse("\na" + String(repeating: ".a", count: dots + 1) + " = 1")
        }
        _ = try TOMLDocument.parse(
            "a = " + String(repeating: "[", count: 30) + String(repeating: "]", count: 30)
        )
        #expect(throws: TOMLError.self) {
            try TOMLDocument.parse("a = " + String(repeating: "[", count: 100_000))
        }
        // The deepest document that the two bounds allow together.
        let key = "a" + String(repeating: ".a", count: dots - 1)
        let deep = String(repeating: "{\(key) = [\n", count: 15)
        #expect(throws: TOMLError.self) { try TOMLDocument.parse("k = " + deep) }
        let closed = "k = " + deep + "1" + String(repeating: "]}", count: 15)
        #expect(try TOMLDocument.parse(closed).members.count == 1)
    }

    @Test func `100,000 damaged documents give an error or a table, never a crash`() {
        var random = SeededGenerator(seed: 0x70_6d_6c)
        let seeds = [
            "Port = \"8989\"\n[DB]\n  Type = \"badger\"\n  Max = 0x1F\n",
            "a.b = [1, 2.5e3, {c = 'd'}]\n",
            "[[x]]\ny = 1979-05-27T07:32:00.999-07:00\n", "s = \"\"\"\n m \\u00e9 \"\"\"\n",
        ].map { Array($0.utf8) }
        var refused = 0
        for _ in 0..<100_000 {
            var bytes = seeds[Int.random(in: 0..<seeds.count, using: &random)]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.insert(bytes[bytes.count - 1 - index], at: index)
                default: bytes.removeSubrange(index...)
                }
                if bytes.isEmpty { bytes = [0x61] }
            }
            if (try? TOMLDocument.parse(utf8: bytes)) == nil { refused += 1 }
        }
        #expect(refused > 10_000, "seed \(random.seed)")
    }
}
