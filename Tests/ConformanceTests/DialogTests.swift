import JSON
import Testing

@testable import Conformance

@Suite struct DialogTests {
    @Test func `paths name places, and a star every element`() throws {
        let value = try JSONValue(parsing: #"{"a":[{"t":1,"x":2},{"t":3,"x":4}],"b":{"c":5}}"#)
        #expect(JSONPath.look(value, "$.a[1].t") == 3)
        #expect(JSONPath.look(value, "$") == value)
        #expect(JSONPath.look(value, "$.a[2].t") == nil)
        #expect(
            JSONPath.masked(value, ["$.a[*].t", "$.b.c", "$.none.x"])
                == (try JSONValue(
                    parsing: #"{"a":[{"t":null,"x":2},{"t":null,"x":4}],"b":{"c":null}}"#
                ))
        )
    }

    @Test func `the order of members and elements makes no difference, values do`() throws {
        func canonical(_ text: String) throws -> String {
            JSONPath.canonical(try JSONValue(parsing: text))
        }
        #expect(try canonical(#"{"a":[1,2],"b":0}"#) == canonical(#"{"b":0,"a":[2,1]}"#))
        #expect(try canonical("[1,1,2]") != canonical("[1,2,2]"))
        #expect(try canonical(#"["1"]"#) != canonical("[1]"))
    }

    @Test func `differences are named by their place, whatever the order`() throws {
        func places(_ ours: String, _ recorded: String) throws -> [String] {
            DialogDifference.places(try JSONValue(parsing: ours), try JSONValue(parsing: recorded))
        }
        #expect(try places(#"{"a":[1,{"b":2}]}"#, #"{"a":[{"b":2},1]}"#) == [])
        #expect(
            try places(#"{"a":[{"b":1,"c":0}]}"#, #"{"a":[{"b":2,"d":0}]}"#)
                == ["$.a[*].b", "$.a[*].c", "$.a[*].d"]
        )
        #expect(try places(#"[1,2]"#, "[1]") == ["$[]"])
        #expect(try places("1", #""1""#) == ["$"])
    }

    @Test func `a step is named by what it asks`() throws {
        func subject(_ step: String, hasToken: Bool = true) throws -> String {
            DialogDifference.subject(try JSONValue(parsing: step), hasToken: hasToken)
        }
        #expect(
            try subject(
                #"{"request":{"method":"POST","path":"/rpc/v0","body":{"method":"A.B"}}}"#,
                hasToken: false
            ) == "A.B without a token"
        )
        #expect(
            try subject(#"{"request":{"method":"GET","path":"/user/list?skip=1"}}"#)
                == "GET /user/list"
        )
        #expect(
            try subject(#"{"cli":{"argv":["venus-auth","token","rm","eyJh.1"]}}"#)
                == "command token rm"
        )
        #expect(
            try subject(#"{"cli":{"argv":["venus-auth","--version"]}}"#) == "command --version"
        )
        #expect(try subject(#"{"db":{"table":"messages"}}"#) == "rows of messages")
    }

    @Test func `a difference is wanted where entries name all of it`() throws {
        let list = try WantedDifferences(
            json: Array(
                """
                [{"program":"auth/v1","asks":["GET /a","GET /b"],"differs":"$.x","reason":"r"},
                 {"program":"auth/v1","scenario":"s","step":[3,4],"differs":["$.y"],"reason":"r"},
                 {"program":"auth/v1","asks":"* without a token","differs":"status 401, not 200",
                  "reason":"r"}]
                """.utf8
            )
        )
        func allows(
            _ subject: String,
            _ parts: [String],
            step: Int = 1,
            program: String = "v1"
        ) -> Bool {
            list.reason(
                for: DialogPlayer.Finding(
                    step: step,
                    subject: subject,
                    difference: DialogDifference(parts: parts, "")
                ),
                program: "services/auth/\(program)",
                scenario: "s"
            ) != nil
        }
        #expect(allows("GET /b", ["$.x"]))
        #expect(!allows("GET /b", ["$.x"], program: "v2"))
        #expect(!allows("GET /c", ["$.x"]))
        #expect(!allows("GET /b", ["$.x", "$.y"]))
        #expect(allows("GET /b", ["$.x", "$.y"], step: 4))
        #expect(allows("A.B without a token", ["status 401, not 200"]))
        #expect(!allows("A.B", ["status 401, not 200"]))
        #expect(throws: DialogError.self) {
            try WantedDifferences(
                json: Array(#"[{"program":"a","differs":"$","reason":""}]"#.utf8)
            )
        }
        #expect(throws: DialogError.self) {
            try WantedDifferences(
                json: Array(#"[{"program":"a","step":1,"asks":"GET /","reason":"all"}]"#.utf8)
            )
        }
        _ = try WantedDifferences.load()
    }
}
