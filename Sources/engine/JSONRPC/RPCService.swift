package import HTTP
package import JSON
package import ServiceKit

/// The methods of a service at one path, with the permission that each needs and what it does.
///
/// ```swift
/// var api = RPCService()
/// api.onImmediate(Version.self, need: .read) { _ in VersionInfo(...) }
/// api.on(WalletSign.self, need: .sign) { context, signer, bytes, meta in ... }
/// api.on(ChainNotify.self, need: .read) { _ in headChanges() }
/// var router = HTTPRouter()
/// api.mount(on: &router, at: "/rpc/v1", verifier: tokens)
/// ```
package struct RPCService: Sendable {
    /// Runs a call whose parameters have been read; gives the result's JSON text, `nil` for none.
    typealias Call = nonisolated(nonsending) @Sendable (RPCContext) async throws -> [UInt8]?
    /// Answers a call whose parameters have been read, without waiting.
    typealias ImmediateCall = @Sendable (RPCContext) throws -> [UInt8]?
    /// Hands each value of a channel, as JSON text, to `emit` until the channel ends.
    typealias Pump =
        @Sendable (_ emit: @Sendable ([UInt8]) async throws -> Void) async throws -> Void
    /// Opens a channel whose parameters have been read.
    typealias Open = @Sendable (RPCContext) async throws -> Pump

    /// How a method is served.
    enum Action: Sendable {
        case call(@Sendable ([JSONValue]) throws(JSONError) -> Call)
        case immediate(@Sendable ([JSONValue]) throws(JSONError) -> ImmediateCall)
        case channel(@Sendable ([JSONValue]) throws(JSONError) -> Open)
    }

    /// One registration; the reference page is made of these.
    ///
    /// A class, so that finding a method for a call copies nothing.
    package final class Registration: Sendable {
        /// The name on the wire.
        package let name: String
        /// What a caller needs.
        package let need: Permission
        /// The names of the parameters.
        package let parameterNames: [String]
        /// The Swift types of the parameters.
        package let parameterTypes: [String]
        /// The Swift type of the result, or of the channel's values.
        package let resultType: String
        /// Whether the result is a channel.
        package let isChannel: Bool
        let counts: ClosedRange<Int>
        let place: HTTPRouter.Place
        let action: Action

        init(
            name: String,
            need: Permission,
            parameterNames: [String],
            parameterTypes: [String],
            resultType: String,
            isChannel: Bool,
            counts: ClosedRange<Int>,
            place: HTTPRouter.Place,
            action: Action
        ) {
            self.name = name
            self.need = need
            self.parameterNames = parameterNames
            self.parameterTypes = parameterTypes
            self.resultType = resultType
            self.isChannel = isChannel
            self.counts = counts
            self.place = place
            self.action = action
        }
    }

    /// The generation of go-jsonrpc that answers are shaped like.
    package let dialect: RPCDialect
    private var registrations: [String: Registration] = [:]
    private let metrics: RPCMetrics?

    /// A service without methods.
    package init(dialect: RPCDialect = .current, metrics: RPCMetrics? = nil) {
        self.dialect = dialect
        self.metrics = metrics
    }

    /// Counts a call that was checked.
    func count(isRefused: Bool) { metrics?.count(isRefused: isRefused) }

    /// Every registration, by name; aliases are left out.
    package var methods: [Registration] {
        registrations.filter { $0.key == $0.value.name }.values.sorted { $0.name < $1.name }
    }

    /// Finds a method by its name or an alias, or returns `nil`.
    subscript(name: String) -> Registration? { registrations[name] }

    /// Serves a method.
    ///
    /// `aliases` are further names on the wire. A handler runs on Swift's pool unless it is fit for the
    /// loop: microseconds of work, waiting only with `await`. What it throws is an application error:
    /// an ``RPCError`` as it is, anything else with code 1 and its description.
    package mutating func on<M: RPCMethod, each P: JSONCodable & Sendable>(
        _ method: M.Type,
        aliases: [String] = [],
        need: Permission,
        runs place: HTTPRouter.Place = .pool,
        _ handler:
            nonisolated(nonsending) @escaping @Sendable (RPCContext, repeat each P) async throws ->
            M.Result
    ) where M.Parameters == Positional<repeat each P> {
        let action = Action.call { values throws(JSONError) in
            let parameters = try Positional<repeat each P>(from: values)
            return { context in
                let result = try await handler(context, repeat each parameters.values)
                return M.Result.self == NoResult.self ? nil : result.jsonBytes()
            }
        }
        register(method, aliases, need: need, runs: place, action)
    }

    /// Serves a method whose answer is known at once: microseconds of work, and nothing to wait for.
    ///
    /// It is answered on the loop as the request arrives, which costs no task and no switch. Another name than
    /// ``on``, since a closure without `await` would fit both.
    package mutating func onImmediate<M: RPCMethod, each P: JSONCodable & Sendable>(
        _ method: M.Type,
        aliases: [String] = [],
        need: Permission,
        _ handler: @escaping @Sendable (RPCContext, repeat each P) throws -> M.Result
    ) where M.Parameters == Positional<repeat each P> {
        let action = Action.immediate { values throws(JSONError) in
            let parameters = try Positional<repeat each P>(from: values)
            return { context in
                let result = try handler(context, repeat each parameters.values)
                return M.Result.self == NoResult.self ? nil : result.jsonBytes()
            }
        }
        register(method, aliases, need: need, runs: .loop, action)
    }

    /// Serves a method whose answer is a channel.
    ///
    /// The sequence that the handler returns is read until it ends, which closes the channel, or until
    /// the client cancels or leaves, which cancels the reading task. A slow client makes it wait.
    package mutating func on<
        M: RPCChannelMethod,
        each P: JSONCodable & Sendable,
        Values: AsyncSequence & Sendable
    >(
        _ method: M.Type,
        aliases: [String] = [],
        need: Permission,
        _ handler: @escaping @Sendable (RPCContext, repeat each P) async throws -> Values
    ) where M.Parameters == Positional<repeat each P>, Values.Element == M.Element {
        let action = Action.channel { values throws(JSONError) in
            let parameters = try Positional<repeat each P>(from: values)
            return { context in
                let elements = try await handler(context, repeat each parameters.values)
                return { emit in
                    for try await element in elements { try await emit(element.jsonBytes()) }
                }
            }
        }
        register(
            Registration(
                name: M.name,
                need: need,
                parameterNames: M.parameterNames,
                parameterTypes: M.Parameters.typeNames,
                resultType: "\(M.Element.self)",
                isChannel: true,
                counts: M.Parameters.counts,
                place: .pool,
                action: action
            ),
            aliases
        )
    }

    private mutating func register<M: RPCMethod>(
        _ method: M.Type,
        _ aliases: [String],
        need: Permission,
        runs place: HTTPRouter.Place,
        _ action: Action
    ) {
        register(
            Registration(
                name: M.name,
                need: need,
                parameterNames: M.parameterNames,
                parameterTypes: M.Parameters.typeNames,
                resultType: "\(M.Result.self)",
                isChannel: false,
                counts: M.Parameters.counts,
                place: place,
                action: action
            ),
            aliases
        )
    }

    private mutating func register(_ registration: Registration, _ aliases: [String]) {
        for name in [registration.name] + aliases {
            precondition(registrations[name] == nil, "\(name) is registered twice")
            registrations[name] = registration
        }
    }
}
