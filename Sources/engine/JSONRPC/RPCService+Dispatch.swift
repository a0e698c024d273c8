internal import HTTP
internal import JSON
internal import ServiceKit

extension RPCService {
    /// A call that has passed every check and only has to be run.
    enum Prepared: Sendable {
        case call(Call, HTTPRouter.Place)
        case immediate(ImmediateCall)
        case channel(Open)
    }

    /// Finds the method, counts and reads the parameters, and checks the permission.
    ///
    /// In this order, as the originals do. Nothing has run when this throws.
    func prepare(_ request: RPCRequest, for context: RPCContext) throws(RPCError) -> Prepared {
        do throws(RPCError) {
            let prepared = try checked(request, for: context)
            count(isRefused: false)
            return prepared
        } catch {
            count(isRefused: true)
            throw error
        }
    }

    private func checked(
        _ request: RPCRequest,
        for context: RPCContext
    ) throws(RPCError) -> Prepared {
        guard let method = self[request.method] else {
            throw .methodNotFound(request.method)
        }
        guard method.counts.contains(request.params.count) else {
            throw .wrongCount(
                request.method,
                found: request.params.count,
                wanted: method.counts.upperBound
            )
        }
        let prepared: Prepared
        do throws(JSONError) {
            switch method.action {
            case .call(let read): prepared = .call(try read(request.params), method.place)
            case .immediate(let read): prepared = .immediate(try read(request.params))
            case .channel(let read): prepared = .channel(try read(request.params))
            }
        } catch {
            let text = "unmarshaling params for '\(request.method)' (param: \(error)"
            throw RPCError(code: RPCError.parseErrorCode, text + ")")
        }
        guard context.caller.may(method.need) else {
            throw .missingPermission(request.method, need: method.need, dialect: dialect)
        }
        return prepared
    }

    /// Runs a call where it belongs, and turns what it throws into an error for the wire.
    nonisolated(nonsending) static func run(
        _ call: @escaping Call,
        at place: HTTPRouter.Place,
        _ context: RPCContext
    ) async -> Result<[UInt8]?, RPCError> {
        switch place {
        case .loop: await attempt(call, context)
        case .pool: await attemptOnPool(call, context)
        }
    }

    @concurrent private static func attemptOnPool(
        _ call: @escaping Call,
        _ context: RPCContext
    ) async -> Result<[UInt8]?, RPCError> {
        // Over HTTP the task prefers the loop. A task of its own leaves it; preferring another
        // executor in place does not, once the optimizer has joined the functions.
        let task = Task(executorPreference: globalConcurrentExecutor) {
            await attempt(call, context)
        }
        return await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
    }

    nonisolated(nonsending) private static func attempt(
        _ call: Call,
        _ context: RPCContext
    ) async -> Result<[UInt8]?, RPCError> {
        do {
            return .success(try await call(context))
        } catch {
            return .failure(applicationError(error))
        }
    }

    /// Answers a call that waits for nothing.
    static func answer(
        _ call: ImmediateCall,
        _ context: RPCContext
    ) -> Result<[UInt8]?, RPCError> {
        do {
            return .success(try call(context))
        } catch {
            return .failure(applicationError(error))
        }
    }

    /// What a handler threw, as it goes over the wire.
    static func applicationError(_ error: any Error) -> RPCError {
        error as? RPCError ?? RPCError("\(error)")
    }

    /// The status that goes with an error over HTTP.
    static func status(of error: RPCError) -> HTTPStatus {
        switch error.code {
        case RPCError.invalidRequestCode: .badRequest
        case ..<0: .internalServerError
        default: .ok
        }
    }
}
