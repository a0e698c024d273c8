internal import EventLoop
internal import HTTP
internal import JSON
internal import ServiceKit

/// One WebSocket of a service: calls that run beside each other, and channels.
@safe
actor RPCServerSession {
    private let service: RPCService
    private let socket: WebSocket
    private let context: RPCContext
    private let verifier: any TokenVerifier
    private let options: RPCServerOptions
    /// What runs for a request that has an id, so that it can be cancelled.
    private var calls: [JSONValue: Task<Void, Never>] = [:]
    private var nextChannel: Int64 = 1
    private var running: Int = 0
    private var whenFree: CheckedContinuation<Void, Never>?
    nonisolated let unownedExecutor: UnownedSerialExecutor

    init(
        service: RPCService,
        socket: WebSocket,
        context: RPCContext,
        verifier: any TokenVerifier,
        options: RPCServerOptions
    ) {
        self.service = service
        self.socket = socket
        self.context = context
        self.verifier = verifier
        self.options = options
        unsafe unownedExecutor = socket.unownedExecutor
    }

    /// Serves until the client leaves, breaks the protocol, or its token is no longer good.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.receive() }
            group.addTask { await self.watchToken() }
            // Whichever ends first ends the other: the socket is closed when this returns.
            await group.next()
            for call in calls.values { call.cancel() }
            await socket.close(code: 1000)
            group.cancelAll()
        }
        // A call may have started while the socket was being closed.
        for call in calls.values {
            call.cancel()
            await call.value
        }
    }

    private func receive() async {
        while let message = try? await socket.receive() {
            guard await handle(message.bytes) else { return }
            while running >= options.concurrentCalls {
                await withCheckedContinuation { continuation in
                    // Others may have run before this closure.
                    guard running >= options.concurrentCalls else { return continuation.resume() }
                    whenFree = continuation
                }
            }
        }
    }

    /// Verifies the token again and again; returns when it is no longer good.
    private func watchToken() async {
        while true {
            do {
                try await Task.sleep(for: options.tokenTrust)
            } catch {
                return
            }
            do {
                let caller = try await verifier.verify(context.token, peer: context.peer)
                guard caller == context.caller else {
                    return await socket.close(code: 1008, reason: "the token is no longer valid")
                }
            } catch {
                // Whether it is good cannot be found out now. Keep the connection: it was good.
            }
        }
    }

    // MARK: - Requests

    /// Takes a message; returns whether the connection goes on.
    private func handle(_ bytes: [UInt8]) async -> Bool {
        guard let value = try? JSONValue(parsing: bytes), value.object != nil else {
            // The fork hangs up; the present generation ignores what it cannot read.
            return service.dialect == .current
        }
        let request: RPCRequest
        do throws(RPCFailure) {
            request = try RPCRequest(from: value, dialect: service.dialect)
        } catch {
            guard service.dialect == .current else { return false }
            if let id = error.id { await sendFailure(id, error.error) }
            return true
        }
        switch request.method {
        case "xrpc.cancel":
            if let id = request.params.first { calls[id]?.cancel() }
        case "xrpc.ch.val", "xrpc.ch.close", "":
            // Channels from the client are not served; answers nobody waits for are ignored.
            if request.method.isEmpty, !request.isResponse, let id = request.id {
                await sendFailure(id, .methodNotFound(""))
            }
        default: await start(request)
        }
        return true
    }

    private func start(_ request: RPCRequest) async {
        do throws(RPCError) {
            let prepared = try service.prepare(request, for: context)
            running += 1
            // Ends with the connection: run() cancels and waits for every call.
            let task = Task {
                switch prepared {
                case .call(let call, let place):
                    await self.answer(
                        request.id,
                        await RPCService.run(call, at: place, self.context)
                    )
                case .immediate(let call):
                    await self.answer(request.id, RPCService.answer(call, self.context))
                case .channel(let open): await self.stream(request.id, open)
                }
                self.finished(request.id)
            }
            if let id = request.id { calls[id] = task }
        } catch {
            if let id = request.id { await sendFailure(id, error) }
        }
    }

    private func finished(_ id: JSONValue?) {
        running -= 1
        if let id { calls[id] = nil }
        whenFree?.resume()
        whenFree = nil
    }

    private func answer(_ id: JSONValue?, _ outcome: Result<[UInt8]?, RPCError>) async {
        guard let id else { return }
        switch outcome {
        case .success(let result):
            await send(RPCResponse.success(id: id, result: result, service.dialect))
        case .failure(let error): await sendFailure(id, error)
        }
    }

    private func sendFailure(_ id: JSONValue, _ error: RPCError) async {
        await send(RPCResponse.failure(id: id, error: error, service.dialect))
    }

    private func send(_ text: [UInt8]) async {
        // A connection that broke is noticed by receive().
        try? await socket.send(text: text)
    }

    // MARK: - Channels

    /// Answers with a channel's number, then sends its values and its end.
    private func stream(_ id: JSONValue?, _ open: @escaping RPCService.Open) async {
        guard let id else { return }
        let pump: RPCService.Pump
        do {
            pump = try await open(context)
        } catch {
            return await sendFailure(id, error as? RPCError ?? RPCError("\(error)"))
        }
        let channel = nextChannel
        nextChannel += 1
        let number: [UInt8] = Array(String(channel).utf8)
        await send(RPCResponse.success(id: id, result: number, service.dialect))
        do {
            let socket = socket
            try await pump { value in
                let text = RPCResponse.request(id: nil, method: "xrpc.ch.val") { writer in
                    writer.array { writer in
                        writer.integer(channel)
                        writer.raw(value)
                    }
                }
                try await socket.send(text: text + [0x0A])
            }
        } catch {
            // The channel's end says all that the protocol can say.
        }
        let close = RPCResponse.request(id: nil, method: "xrpc.ch.close") { writer in
            writer.array { $0.integer(channel) }
        }
        await send(close + [0x0A])
    }
}
