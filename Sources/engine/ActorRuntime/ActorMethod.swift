package import CBOR
package import FilecoinTypes

/// One method of an actor: its number, its names for people, and what runs.
///
/// Declared once, in the actor's table; dispatch, documentation and the tools that show parameters all read
/// it there:
///
/// ```swift
/// package enum AccountActor {
///     package static let definition = ActorDefinition(.account, [
///         ActorMethod(1, "Constructor", construct),
///         ActorMethod(2, "PubkeyAddress", keyAddress),
///     ])
///
///     static func keyAddress(_ runtime: Runtime) throws(ActorError) -> Address {
///         try runtime.validateCallerIsAny()
///         return try runtime.state(AccountState.self).address
///     }
/// }
/// ```
package struct ActorMethod: Sendable {
    package let number: MethodNumber
    /// The reference's name of the method.
    package let name: String
    /// The first generation of actors that has the method.
    package let since: ActorsVersion
    /// The type of the parameters; nil without parameters.
    package let parameters: String?
    /// The type of the result; nil without result.
    package let result: String?
    /// Decodes the parameters, runs the method and encodes its result.
    package let invoke: @Sendable (Runtime, [UInt8]) throws(ActorError) -> [UInt8]

    /// A method with parameters and a result.
    package init<
        Parameters: CBORDecodable & SendableMetatype,
        Result: CBOREncodable & SendableMetatype
    >(
        _ number: MethodNumber,
        _ name: String,
        since: ActorsVersion = .v6,
        _ body: @escaping @Sendable (Runtime, Parameters) throws(ActorError) -> Result
    ) {
        self.number = number
        self.name = name
        self.since = since
        parameters = "\(Parameters.self)"
        result = "\(Result.self)"
        invoke = { (runtime, bytes) throws(ActorError) in
            let result = try body(runtime, try Self.decode(bytes))
            try runtime.requireCallerValidated()
            return try Self.encode(result)
        }
    }

    /// A method with parameters only.
    package init<Parameters: CBORDecodable & SendableMetatype>(
        _ number: MethodNumber,
        _ name: String,
        since: ActorsVersion = .v6,
        _ body: @escaping @Sendable (Runtime, Parameters) throws(ActorError) -> Void
    ) {
        self.number = number
        self.name = name
        self.since = since
        parameters = "\(Parameters.self)"
        result = nil
        invoke = { (runtime, bytes) throws(ActorError) in
            try body(runtime, try Self.decode(bytes))
            try runtime.requireCallerValidated()
            return []
        }
    }

    /// A method with a result only; whatever parameters come are ignored.
    package init<Result: CBOREncodable & SendableMetatype>(
        _ number: MethodNumber,
        _ name: String,
        since: ActorsVersion = .v6,
        _ body: @escaping @Sendable (Runtime) throws(ActorError) -> Result
    ) {
        self.number = number
        self.name = name
        self.since = since
        parameters = nil
        result = "\(Result.self)"
        invoke = { (runtime, _) throws(ActorError) in
            let result = try body(runtime)
            try runtime.requireCallerValidated()
            return try Self.encode(result)
        }
    }

    /// A method without parameters and result; whatever parameters come are ignored.
    package init(
        _ number: MethodNumber,
        _ name: String,
        since: ActorsVersion = .v6,
        _ body: @escaping @Sendable (Runtime) throws(ActorError) -> Void
    ) {
        self.number = number
        self.name = name
        self.since = since
        parameters = nil
        result = nil
        invoke = { (runtime, _) throws(ActorError) in
            try body(runtime)
            try runtime.requireCallerValidated()
            return []
        }
    }

    /// Encodes a result.
    private static func encode(_ result: some CBOREncodable) throws(ActorError) -> [UInt8] {
        do { return try result.checkedCBORBytes() } catch {
            // The reference's machine has no better code for it.
            throw .system(ExitCode(rawValue: 2), "failed to marshal response: \(error)")
        }
    }

    /// Decodes parameters; bytes after them are ignored, as in the reference.
    private static func decode<Parameters: CBORDecodable>(
        _ bytes: [UInt8]
    ) throws(ActorError) -> Parameters {
        var decoder = CBORDecoder(bytes)
        do {
            let parameters = try Parameters(from: &decoder)
            // Native actors know no delegated addresses; see also `CBORDecoder+NativeAddress.swift`.
            if let address = parameters as? Address, address.kind == .delegated {
                throw decoder.invalid("unknown address protocol")
            }
            return parameters
        } catch {
            throw .system(.serialization, "failed to decode parameters: \(error)")
        }
    }
}

/// An actor: its kind and its methods.
package struct ActorDefinition: Sendable {
    package let kind: ActorKind
    /// The methods by number; the table has gaps.
    private let table: [ActorMethod?]

    /// Creates the definition from methods with different numbers.
    package init(_ kind: ActorKind, _ methods: [ActorMethod]) {
        self.kind = kind
        let last = methods.map { Int($0.number.rawValue) }.max() ?? 0
        var table = [ActorMethod?](repeating: nil, count: last + 1)
        for method in methods {
            precondition(table[Int(method.number.rawValue)] == nil, "two methods of one number")
            table[Int(method.number.rawValue)] = method
        }
        self.table = table
    }

    /// All methods, numbers ascending.
    package var methods: [ActorMethod] { table.compactMap { $0 } }

    /// Returns a method, if the given generation of the actor has it.
    package func method(_ number: MethodNumber, version: ActorsVersion) -> ActorMethod? {
        guard number.rawValue < UInt64(table.count), let method = table[Int(number.rawValue)],
            method.since <= version
        else { return nil }
        return method
    }
}

/// The actors that a machine can run.
package struct ActorRegistry: Sendable {
    private var definitions: [ActorDefinition?]
    /// Which code CIDs name them, and which network versions run them.
    package let codes: ActorCodeTable

    /// Creates a registry; one definition per kind.
    package init(_ definitions: [ActorDefinition], codes: ActorCodeTable = .native) {
        self.codes = codes
        self.definitions = Array(repeating: nil, count: ActorKind.allCases.count)
        for definition in definitions { self.definitions[definition.kind.index] = definition }
    }

    /// The definition of a kind of actor, if there is one.
    package subscript(kind: ActorKind) -> ActorDefinition? { definitions[kind.index] }

    /// All definitions, in the order of the kinds.
    package var all: [ActorDefinition] { definitions.compactMap { $0 } }
}
