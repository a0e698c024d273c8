import Foundation
import TestSupport
import Testing

@testable import ServiceKit

private func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
}

@Suite struct FileTests {
    @Test func `an atomic write replaces text and mode and leaves nothing beside it`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("token")
        try AtomicFile.write("one", to: path, mode: 0o644)
        #expect(try mode(path) == 0o644)
        try AtomicFile.write("two", to: path)
        #expect(try mode(path) == 0o600)
        #expect(try AtomicFile.read(path) == Array("two".utf8))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: directory.url.path) == ["token"]
        )
        #expect(throws: FileFailure.self) { try AtomicFile.write("x", to: path + "/x") }
        #expect(throws: FileFailure.self) { try AtomicFile.read(path, maximumBytes: 2) }
        #expect(try AtomicFile.read(path, maximumBytes: 3).count == 3)
    }

    @Test func `a repository has one holder at a time`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("a/b")
        let first = try Repository(path + "/")
        #expect(first.path == path)
        #expect(try mode(path) == 0o700)
        do {
            _ = try Repository(path)
            Issue.record("a second holder was let in")
        } catch {
            #expect(error.message.contains("in use by another process"))
        }
        first.unlock()
        let second = try Repository(path)
        #expect(second.file("x") == path + "/x")
        #expect(Repository.expanded("~/x") == NSHomeDirectory() + "/x")
        #expect(Repository.expanded("/~/x/") == "/~/x")
    }

    /// As a child has one between its fork and its exec, which other threads may start at any time.
    @Test func `a repository is free although a copy of its descriptor is open`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("x")
        let first = try Repository(path)
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        let lock = try #require(
            descriptors.first { name in
                let target = try? FileManager.default.destinationOfSymbolicLink(
                    atPath: "/proc/self/fd/" + name
                )
                return target == path + "/repo.lock"
            }
        )
        let copy = dup(try #require(Int32(lock)))
        defer { close(copy) }
        first.unlock()
        _ = try Repository(path)
    }

    @Test func `a password file must be private`() throws {
        let directory = try TemporaryDirectory()
        let console = MemoryConsole(lines: ["typed"])
        let path = directory.path("password")
        try AtomicFile.write("päss word \n", to: path, mode: 0o600)
        #expect(try PasswordSource.file(path: path).read(console: console).revealed == "päss word ")
        for readable: UInt32 in [0o640, 0o604, 0o644] {
            try AtomicFile.write("x", to: path, mode: readable)
            #expect(throws: FileFailure.self) {
                try PasswordSource.file(path: path).read(console: console)
            }
        }
        try AtomicFile.write([0xff], to: path)
        #expect(throws: FileFailure.self) {
            try PasswordSource.file(path: path).read(console: console)
        }
        #expect(try PasswordSource.prompt("Password:").read(console: console).revealed == "typed")
        #expect(console.output == "Password:")
        #expect(throws: FileFailure.self) { try PasswordSource.prompt("").read(console: console) }
        try AtomicFile.write("from descriptor\n", to: path)
        let handle = try #require(FileHandle(forReadingAtPath: path))
        let source = PasswordSource.descriptor(handle.fileDescriptor)
        #expect(try source.read(console: console).revealed == "from descriptor")
    }

    @Test func `a secret cannot be printed`() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump([secret], to: &dumped)
        for text in ["\(secret)", "\([secret])", String(reflecting: secret), dumped] {
            #expect(!text.contains("hunter2"))
        }
        #expect(secret.revealed == "hunter2")
    }
}

@Suite struct LogTests {
    private func lines(_ format: LogFormat, _ body: (LogSystem) -> Void) -> [String] {
        let sink = MemorySink()
        body(LogSystem(format: format, sinks: [sink], now: { 1_795_222_800_123_456_789 }))
        return sink.lines
    }

    @Test func `a console line has time, level, subsystem, message and fields, and stays one line`()
    {
        let lines = lines(.console) { system in
            system.logger("auth").info("token\ncreated", ["name": "a\tb", "count": 3])
        }
        #expect(
            lines == [
                "2026-11-21T01:00:00.123Z\tINFO\tauth\ttoken\\u{a}created\tname=a\\u{9}b\tcount=3\n"
            ]
        )
    }

    @Test func `a JSON line is JSON`() {
        let lines = lines(.json) { system in
            system.logger("auth").error("a \"b\" \\ \u{1}", ["n": 1, "secret": Secret("x")])
        }
        #expect(
            lines == [
                #"{"ts":"2026-11-21T01:00:00.123Z","level":"error","logger":"auth","#
                    + #""msg":"a \"b\" \\ \u0001","n":"1","secret":"<redacted>"}"# + "\n"
            ]
        )
    }

    @Test func `levels are per subsystem and nothing is computed below them`() {
        let lines = lines(.console) { system in
            system.setLevel(.debug, of: "http")
            system.logger("http").debug("1")
            system.logger("http").trace("2")
            var evaluated = false
            system.logger("auth").debug(
                {
                    evaluated = true; return "3"
                }()
            )
            #expect(!evaluated)
            system.setLevel(.error)
            system.logger("http").warning("4")
            system.logger("http").error("5")
        }
        #expect(lines.map { $0.split(separator: "\t").last } == ["1\n", "5\n"])
        #expect(LogLevel("WARN") == .warning)
        #expect(LogLevel("panic") == .error)
        #expect(LogLevel("loud") == nil)
    }

    @Test func `a log file rotates and keeps so many old ones`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("service.log")
        let sink = try FileSink(path: path, maximumBytes: 10, maximumFiles: 2)
        for index in 0..<8 { sink.write("line\(index)\n") }
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.url.path).sorted()
        #expect(names == ["service.log", "service.log.1", "service.log.2"])
        #expect(try String(decoding: AtomicFile.read(path), as: UTF8.self) == "line7\n")
        #expect(try String(decoding: AtomicFile.read(path + ".2"), as: UTF8.self) == "line5\n")
        #expect(try mode(path) == 0o600)
        let again = try FileSink(path: path, maximumBytes: 12, maximumFiles: 2)
        again.write("line8\n")
        #expect(try String(decoding: AtomicFile.read(path), as: UTF8.self) == "line7\nline8\n")
    }

    @Test func `log settings are read, and wrong ones refused`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("x.log")
        let file = try Configuration(
            toml: """
                [Log]
                LogLevel = "warning"
                Format = "json"
                File = "\(path)"
                [Log.Levels]
                http = "trace"
                """,
            name: "config.toml"
        )
        let settings = try LogSettings(file.table("Log"))
        let system = try settings.makeSystem()
        system.logger("auth").info("quiet")
        system.logger("http").trace("loud")
        let text = String(decoding: try AtomicFile.read(path), as: UTF8.self)
        #expect(text.contains("loud") && !text.contains("quiet") && text.hasPrefix("{"))
        #expect(file.unknownKeys().isEmpty)
        for wrong in ["LogLevel = \"loud\"", "Format = \"xml\"", "[Log.Levels]\na = \"x\""] {
            let file = try Configuration(toml: "[Log]\n\(wrong)\n", name: "x")
            #expect(throws: ConfigurationError.self) { try LogSettings(file.table("Log")) }
        }
        #expect(try LogSettings(nil).level == .info)
    }

    @Test func `metrics print as Prometheus text`() {
        let registry = MetricsRegistry(prefix: "venus_auth")
        registry.counter("verified_total", help: "tokens", labels: ["result": "o\"k"]).increment()
        registry.counter("verified_total", labels: ["result": "o\"k"]).increment(by: 2)
        registry.gauge("users").set(-4)
        registry.histogram("seconds", bounds: [0.5, 1]).observe(0.5)
        registry.histogram("seconds", bounds: [0.5, 1]).observe(3)
        #expect(
            registry.text() == """
                # TYPE venus_auth_seconds histogram
                venus_auth_seconds_bucket{le="0.5"} 1
                venus_auth_seconds_bucket{le="1.0"} 1
                venus_auth_seconds_bucket{le="+Inf"} 2
                venus_auth_seconds_sum 3.5
                venus_auth_seconds_count 2
                # TYPE venus_auth_users gauge
                venus_auth_users -4
                # HELP venus_auth_verified_total tokens
                # TYPE venus_auth_verified_total counter
                venus_auth_verified_total{result="o\\"k"} 3

                """
        )
    }
}
