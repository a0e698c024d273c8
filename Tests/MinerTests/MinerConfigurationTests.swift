import EventLoop
import JSON
import ServiceKit
import TestSupport
import Testing

@testable import Miner

@Suite struct MinerConfigurationTests {
    @Test func `the file that init writes is read back`() throws {
        var configuration = MinerConfiguration()
        configuration.node = .init(address: "/ip4/10.0.0.1/tcp/3453", token: "a.b.c")
        configuration.auth = .init(address: "http://10.0.0.1:8989", token: "d.e.f")
        configuration.gateways = ["/ip4/10.0.0.1/tcp/45132", "/ip4/10.0.0.2/tcp/45132"]
        let read = try MinerConfiguration(toml: configuration.text(), name: "config.toml")
        #expect(read.node == configuration.node)
        #expect(read.auth == configuration.auth)
        #expect(read.gateways == configuration.gateways)
        #expect(read.unknownKeys == [])
        #expect(read.propagationDelay == nil)
    }

    @Test func `the keys of the first generation are understood`() throws {
        let text = """
            ListenAPI = "/ip4/10.0.0.1/tcp/3453"
            Token = "a.b.c"
            BlockRecord = "cache"
            [API]
            ListenAddress = "/ip4/0.0.0.0/tcp/12308/http"
            Timeout = "30s"
            [Db]
            Type = "local"
            """
        let read = try MinerConfiguration(toml: text, name: "config.toml")
        #expect(read.node == .init(address: "/ip4/10.0.0.1/tcp/3453", token: "a.b.c"))
        #expect(try read.socketAddress().port == 12308)
        #expect(read.unknownKeys == [])
    }

    @Test func `unknown keys are told, wrong values refused`() throws {
        let read = try MinerConfiguration(toml: "Speed = 3", name: "c")
        #expect(read.unknownKeys.count == 1)
        #expect(throws: ConfigurationError.self) {
            try MinerConfiguration(toml: "MinerOnceTimeout = \"-1s\"", name: "c")
        }
    }

    @Test(.enabled(if: Vectors.arePresent, Vectors.missing))
    func `the original's own default file has no unknown key`() throws {
        let bytes = try Vectors.bytes(
            "reference/services/config/sophon-miner-v1.18.0-config.toml"
        )
        // Its keys are commented out; with them in, all are known.
        let text = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            .map { $0.hasPrefix("# ") ? "" : String($0.drop { $0 == "#" }) }
            .joined(separator: "\n")
        let read = try MinerConfiguration(toml: text, name: "config.toml")
        #expect(read.unknownKeys == [])
        #expect(read.propagationDelay == .seconds(12))
        #expect(read.roundTimeout == .seconds(15))
        #expect(read.recordedEpochs == Int64(20_160))
    }
}

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct MinerHelpTests {
    @Test func `every command and flag of the original is there`() async throws {
        let bytes = try Vectors.bytes("reference/services/help/sophon-miner-v1.18.0.json")
        let commands = try #require(try JSONValue(parsing: bytes)["commands"]?.array)
        #expect(commands.count == 19)
        for command in commands {
            let words = try #require(command["command"]?.string).split(separator: " ").dropFirst()
            let console = MemoryConsole()
            let status = await MinerProgram.application.run(
                words.map(String.init) + ["--help"],
                environment: [:],
                console: console
            )
            #expect(status == 0)
            let help = try #require(command["help"]?.string)
            for flag in help.split(whereSeparator: { " ,\n".contains($0) })
            where flag.hasPrefix("--") && flag != "--system" {
                #expect(console.output.contains(flag), "\(words) \(flag)")
            }
        }
    }
}
