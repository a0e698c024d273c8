import Testing

@testable import ServiceKit

@Suite struct ConfigurationTests {
    static let toml = """
        Port = "8989"
        readTimeout = 60000000000
        WriteTimeout = "1m30s"
        Ratio = 1
        Hosts = ["a", "b"]
        Surprise = true
        [DB]
          TYPE = "badger"
          MaxOpenConns = 64
          Extra = 1
        [[node]]
          url = "u1"
        [[node]]
          url = "u2"
          colour = "red"
        [Old]
          x = 1
        """

    static let json = """
        {"Port":"8989","readTimeout":60000000000,"WriteTimeout":"1m30s","Ratio":1,"Hosts":["a","b"],
         "Surprise":true,"DB":{"TYPE":"badger","MaxOpenConns":64,"Extra":1},
         "node":[{"url":"u1"},{"url":"u2","colour":"red"}],"Old":{"x":1},"Nothing":null}
        """

    @Test(arguments: [true, false])
    func `TOML and JSON read alike, in any case of the keys`(isTOML: Bool) throws {
        let file =
            try isTOML
            ? Configuration(toml: Self.toml, name: "config.toml")
            : Configuration(json: Self.json, name: "config.toml")
        #expect(try file.string("port") == "8989")
        #expect(try file.duration("ReadTimeout") == .seconds(60))
        #expect(try file.duration("WriteTimeout") == .seconds(90))
        #expect(try file.number("Ratio") == 1)
        #expect(try file.strings("Hosts") == ["a", "b"])
        #expect(try file.string("Nothing") == nil)
        #expect(try file.table("Missing") == nil)
        let database = try #require(try file.table("db"))
        #expect(try database.string("Type") == "badger")
        #expect(try database.integer("maxOpenConns") == 64)
        #expect(try file.tables("node").map { try $0.string("url") } == ["u1", "u2"])
        file.ignore("old")
        let unknown = file.unknownKeys()
        #expect(
            unknown
                == (isTOML
                    ? [
                        "Surprise (config.toml, line 6, column 1)",
                        "DB.Extra (config.toml, line 10, column 3)",
                        "node[1].colour (config.toml, line 15, column 3)",
                    ]
                    : [
                        "Surprise (config.toml)", "DB.Extra (config.toml)",
                        "node[1].colour (config.toml)",
                    ])
        )
    }

    @Test func `a value of another kind is an error that names it`() throws {
        let file = try Configuration(toml: Self.toml, name: "config.toml")
        for read in [
            { _ = try file.integer("Port") }, { _ = try file.string("Ratio") },
            { _ = try file.boolean("Port") }, { _ = try file.string("DB") },
            { _ = try file.table("Port") }, { _ = try file.tables("DB") },
            { _ = try file.duration("Port") }, { _ = try file.strings("Port") },
            { _ = try file.table("DB")?.string("MaxOpenConns") },
        ] as [() throws -> Void] {
            #expect(throws: ConfigurationError.self) { try read() }
        }
        do {
            _ = try file.table("DB")?.string("MaxOpenConns")
        } catch {
            #expect(error.message == "config.toml: DB.MaxOpenConns is an integer, wanted text")
        }
        do {
            _ = try Configuration(toml: "a = 1\nb =", name: "x.toml")
            Issue.record("malformed text was taken")
        } catch {
            #expect(error.message.hasPrefix("x.toml, line 2"))
        }
        #expect(throws: ConfigurationError.self) { try Configuration(json: "[1]", name: "x") }
        #expect(throws: ConfigurationError.self) { try Configuration(json: "{", name: "x") }
    }
}
