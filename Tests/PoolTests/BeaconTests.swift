import Bytes
import Consensus
import EventLoop
import FilecoinTypes
import HTTP
import JSON
import NetworkParameters
import Node
import Pool
import ServiceKit
import TestSupport
import Testing

@Suite struct BeaconTests {
    private static let genesis: Int64 = 1_700_000_000

    /// A devnet with this beacon.
    private static func parameters() throws -> NetworkParameters {
        var parameters = NetworkParameters.devnet
        let info = try BeaconChain.info(genesisTime: genesis - 10, periodSeconds: 10)
        parameters.beacons = [BeaconPoint(start: 0, info: info)]
        return parameters
    }

    @Test func `the node's own client takes the entries, also after null rounds`() async throws {
        let folder = try TemporaryDirectory()
        let parameters = try Self.parameters()
        let clock = ManualClock(now: ProtocolTime(seconds: Self.genesis + 10 * 300))
        var options = BeaconOptions(repository: folder.path("b"), info: parameters.beacons[0].info)
        options.clock = clock
        let service = try await BeaconService.start(options)
        let schedule = try #require(
            try BeaconSchedule.drand(parameters, genesisTime: UInt64(Self.genesis))
        )
        let client = BeaconClient(
            schedule,
            sources: [
                DrandSource(
                    url: try #require(HTTPURL("http://\(service.address)")),
                    http: HTTPClient()
                )
            ]
        )
        let genesisEntry = BeaconEntry(round: 0, data: [UInt8](repeating: 0, count: 32))
        let first = try await client.entries(at: 1, parentEpoch: 0, previous: genesisEntry)
        #expect(first.map(\.round) == [1])
        // 199 null rounds: every entry in between must come, each signing the one before.
        let later = try await client.entries(at: 201, parentEpoch: 1, previous: first[0])
        #expect(later.map(\.round) == Array(2...201))
        try schedule.validate(later, at: 201, parentEpoch: 1, previous: first[0])
        await service.stop()
    }

    @Test func `a round is not given before its time, and the next one is waited for`()
        async throws
    {
        let folder = try TemporaryDirectory()
        let info = try Self.parameters().beacons[0].info
        let clock = ManualClock(now: ProtocolTime(seconds: Self.genesis + 5))
        var options = BeaconOptions(repository: folder.path("b"), info: info)
        options.clock = clock
        let service = try await BeaconService.start(options)
        let http = HTTPClient()
        @Sendable func get(_ path: String) async throws -> (status: HTTPStatus, body: JSONValue?) {
            let url = try #require(HTTPURL("http://\(service.address)\(path)"))
            let response = try await http.send(HTTPRequest(.get, path), to: url)
            return (response.status, try? JSONValue(parsing: response.bytes))
        }
        #expect(try await get("/info").body.map { try DrandChainInfo(from: $0) } == info)
        #expect(try await get("/public/latest").body?["round"]?.integer(as: UInt64.self) == 2)
        #expect(try await get("/public/4").status == .notFound)
        #expect(try await get("/public/0").status == .notFound)
        #expect(try await get("/public/x").status == .badRequest)
        async let next = get("/public/3")
        await clock.waitForSleeper()
        clock.advance(to: ProtocolTime(seconds: Self.genesis + 10))
        let third = try #require(try await next.body)
        let second = try #require(try await get("/public/2").body)
        #expect(third["previous_signature"]?.string == second["signature"]?.string)
        #expect(try await get("/\(info.hash.hex)/public/3").body == third)
        await service.stop()
    }

    @Test func `what a crash left of the rounds' file does not change a round`() throws {
        let folder = try TemporaryDirectory()
        let info = try Self.parameters().beacons[0].info
        let whole = try BeaconChain(folder: folder.path("b"), info: info)
        let entry = try whole.round(7).entry
        let path = folder.path("b/rounds")
        let bytes = try AtomicFile.read(path)
        #expect(bytes.count == 7 * 96)

        // Half a round at the end, then a file whose last round is wrong.
        try AtomicFile.write(bytes + [1, 2, 3], to: path)
        let cut = try BeaconChain(folder: folder.path("b"), info: info)
        #expect(cut.roundCount == 7)
        var wrong = bytes
        wrong[bytes.count - 1] ^= 1
        try AtomicFile.write(wrong, to: path)
        let anew = try BeaconChain(folder: folder.path("b"), info: info)
        #expect(anew.roundCount == 0)
        #expect(try anew.round(7).entry == entry)
        #expect(try AtomicFile.read(path) == bytes)
    }

    @Test func `a beacon of another key is refused`() throws {
        let folder = try TemporaryDirectory()
        var info = try Self.parameters().beacons[0].info
        info.publicKey[5] ^= 1
        #expect(throws: CommandFailure.self) {
            try BeaconChain(folder: folder.path("b"), info: info)
        }
    }
}
