import EventLoop
import Synchronization
import TestSupport
import Testing

@Suite struct SocketStreamTests {
    /// Listens, connects, and returns both ends.
    private func pair(
        _ address: SocketAddress = .loopback(port: 0)
    ) async throws -> (SocketListener, client: SocketStream, server: SocketStream) {
        let (accepted, continuation) = AsyncStream.makeStream(of: SocketStream.self)
        let listener = try await SocketListener.listen(on: address) { continuation.yield($0) }
        let client = try await SocketStream.connect(
            to: listener.address,
            until: .after(patience)
        )
        var iterator = accepted.makeAsyncIterator()
        let server = try #require(await iterator.next())
        return (listener, client, server)
    }

    @Test func `bytes travel both ways and the end arrives`() async throws {
        let (listener, client, server) = try await pair()
        try await client.write([1, 2, 3], until: nil)
        #expect(try await server.read(until: .after(patience)) == [1, 2, 3])
        try await server.write([4], until: nil)
        #expect(try await client.read(until: .after(patience)) == [4])
        await client.close()
        #expect(try await server.read(until: .after(patience)) == [])
        #expect(try await server.read(until: nil) == [])
        await server.close()
        await listener.close()
    }

    @Test func `a Unix socket works like TCP`() async throws {
        let folder = try TemporaryDirectory()
        let (listener, client, server) = try await pair(.unix(path: folder.path("s")))
        try await client.write([9], until: nil)
        #expect(try await server.read(until: .after(patience)) == [9])
        #expect(server.peer == nil)
        await client.close()
        await server.close()
        await listener.close()
    }

    @Test func `thirty megabytes arrive whole although the reader is slower`() async throws {
        let (listener, client, server) = try await pair()
        var generator = SeededGenerator(seed: 30)
        let block = generator.bytes(1 << 20)
        async let sent: Void = {
            for _ in 0..<30 { try await client.write(block, until: .after(.seconds(30))) }
            await client.close()
        }()
        var total = 0
        var mismatch = false
        while true {
            let bytes = try await server.read(until: .after(.seconds(30)))
            guard !bytes.isEmpty else { break }
            for (index, byte) in bytes.enumerated()
            where byte != block[(total + index) & 0xFFFFF] { mismatch = true }
            total += bytes.count
        }
        try await sent
        #expect(total == 30 << 20)
        #expect(!mismatch)
        await server.close()
        await listener.close()
    }

    @Test func `a read gives up at its deadline and the stream stays usable`() async throws {
        let (listener, client, server) = try await pair()
        let error = await #expect(throws: IOError.self) {
            try await server.read(until: .after(.milliseconds(20)))
        }
        #expect(error?.code == .timedOut)
        try await client.write([1], until: nil)
        #expect(try await server.read(until: .after(patience)) == [1])
        await client.close()
        await server.close()
        await listener.close()
    }

    @Test func `writing to a peer that never reads gives up at the deadline`() async throws {
        let (listener, client, server) = try await pair()
        let block: [UInt8] = [UInt8](repeating: 7, count: 4 << 20)
        let error = await #expect(throws: IOError.self) {
            for _ in 0..<16 { try await client.write(block, until: .after(.milliseconds(50))) }
        }
        #expect(error?.code == .timedOut)
        await client.close()
        await server.close()
        await listener.close()
    }

    @Test func `closing ends a waiting read`() async throws {
        let (listener, client, server) = try await pair()
        async let failure: IOError? = {
            do {
                _ = try await server.read(until: nil)
                return nil
            } catch {
                return error as? IOError
            }
        }()
        // Either the read waits already, or it finds the stream closed: the same answer.
        await server.close()
        #expect(await failure?.code == .closed)
        await client.close()
        await #expect(throws: IOError.self) { try await server.write([1], until: nil) }
        await listener.close()
    }

    @Test func `a hang-up is reported while nobody reads`() async throws {
        let (listener, client, server) = try await pair()
        let (hangUps, continuation) = AsyncStream.makeStream(of: Void.self)
        await server.onHangUp { continuation.yield() }
        await client.close()
        var iterator = hangUps.makeAsyncIterator()
        #expect(await iterator.next() != nil)
        await server.close()
        await listener.close()
    }

    @Test func `nobody listening is refused and a used port is told apart`() async throws {
        let listener = try await SocketListener.listen(on: .loopback(port: 0)) { _ in }
        let second = await #expect(throws: IOError.self) {
            try await SocketListener.listen(on: listener.address) { _ in }
        }
        #expect(second?.code == .addressInUse)
        await listener.close()
        let error = await #expect(throws: IOError.self) {
            try await SocketStream.connect(to: listener.address, until: .after(patience))
        }
        #expect(error?.code == .refused)
    }

    @Test func `a name is looked up`() async throws {
        let found = try await Resolver.addresses(of: "localhost", port: 80)
        #expect(found.contains { $0.isLoopback && $0.port == 80 })
        let error = await #expect(throws: IOError.self) {
            try await Resolver.addresses(of: "no-such-host.invalid", port: 80)
        }
        #expect(error?.code == .unknownHost)
    }

    @Test func `a hundred connections echo at once`() async throws {
        let listener = try await SocketListener.listen(on: .loopback(port: 0)) { stream in
            Task(executorPreference: stream.loop) {
                while let bytes = try? await stream.read(until: .after(patience)),
                    !bytes.isEmpty
                { try await stream.write(bytes, until: nil) }
                await stream.close()
            }
        }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<100 {
                group.addTask {
                    let client = try await SocketStream.connect(
                        to: listener.address,
                        until: .after(patience)
                    )
                    for round in 0..<50 {
                        let message: [UInt8] = [UInt8(number), UInt8(round)]
                        try await client.write(message, until: nil)
                        var answer: [UInt8] = []
                        while answer.count < 2 {
                            answer += try await client.read(until: .after(patience))
                        }
                        guard answer == message else { return false }
                    }
                    await client.close()
                    return true
                }
            }
            for try await isEqual in group { #expect(isEqual) }
        }
        await listener.close()
    }
}
