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

    @Test func `a wanted difference needs a reason and holds for its program alone`() throws {
        let list = try WantedDifferences(
            json: Array(
                """
                [{"program":"auth/v1.6.0","scenario":"cli","step":3,"reason":"r"},
                 {"program":"auth/v1.2.0","scenario":"cli","step":"*","reason":"r"}]
                """.utf8
            )
        )
        #expect(list.steps(program: "services/auth/v1.6.0", scenario: "cli").contains(3))
        #expect(!list.steps(program: "services/auth/v1.6.0", scenario: "cli").contains(4))
        #expect(!list.steps(program: "services/auth/v1.6.0", scenario: "paging").contains(3))
        #expect(list.steps(program: "services/auth/v1.2.0", scenario: "cli").contains(4))
        #expect(throws: DialogError.self) {
            try WantedDifferences(
                json: Array(#"[{"program":"a","scenario":"b","step":1,"reason":""}]"#.utf8)
            )
        }
        _ = try WantedDifferences.load()
    }
}
