package import JSON

/// A remote method: one type is the source of its name, its parameters and its result.
///
/// Server, client, command line and reference page all derive from it:
/// ```swift
/// enum WalletSign: RPCMethod {
///     static let name = "Filecoin.WalletSign"
///     static let parameterNames = ["signer", "bytes", "meta"]
///     typealias Parameters = Positional<Address, JSONBytes, SigningMeta>
///     typealias Result = Signature
/// }
/// // service: api.on(WalletSign.self, need: .sign) { context, signer, bytes, meta in ... }
/// // client:  let signature = try await client.call(WalletSign.self, signer, bytes, meta)
/// ```
package protocol RPCMethod: Sendable {
    /// What it takes: ``Positional``.
    associatedtype Parameters: RPCParameters
    /// What it gives; ``NoResult`` for nothing.
    associatedtype Result: JSONCodable & Sendable
    /// The name on the wire, with its namespace and its mistakes.
    static var name: String { get }
    /// The names of the parameters, for people: there are none on the wire.
    static var parameterNames: [String] { get }
}

/// A remote method whose answer is a channel: values that come until one side ends it.
///
/// Works over WebSocket only.
package protocol RPCChannelMethod: Sendable {
    /// What it takes.
    associatedtype Parameters: RPCParameters
    /// What comes through the channel.
    associatedtype Element: JSONCodable & Sendable
    /// The name on the wire.
    static var name: String { get }
    /// The names of the parameters, for people.
    static var parameterNames: [String] { get }
}

/// The parameters of a method, as they stand in `params`.
package protocol RPCParameters: Sendable {
    /// How many there may be: as many as there are, less the ``Trailing`` ones.
    static var counts: ClosedRange<Int> { get }
    /// The Swift types, for the reference page.
    static var typeNames: [String] { get }
    /// Reads them; the count has been checked.
    init(from values: [JSONValue]) throws(JSONError)
    /// Writes the list.
    func encode(to writer: inout JSONWriter)
}

/// Parameters by position.
package struct Positional<each Value: JSONCodable & Sendable>: RPCParameters {
    /// The values, in order.
    package let values: (repeat each Value)

    /// Gathers values.
    package init(_ values: repeat each Value) { self.values = (repeat each values) }

    package static var counts: ClosedRange<Int> {
        var least = 0
        var most = 0
        for type in repeat (each Value).self {
            most += 1
            if !(type is any TrailingParameter.Type) { least = most }
        }
        return least...most
    }

    package static var typeNames: [String] {
        var names: [String] = []
        for type in repeat (each Value).self { names.append("\(type)") }
        return names
    }

    package init(from values: [JSONValue]) throws(JSONError) {
        var index = 0
        func next<T: JSONDecodable>(_ type: T.Type) throws(JSONError) -> T {
            defer { index += 1 }
            do {
                return try T(from: index < values.count ? values[index] : .null)
            } catch {
                throw error.below(.element(index))
            }
        }
        self.values = (repeat try next((each Value).self))
    }

    package func encode(to writer: inout JSONWriter) {
        writer.array { writer in
            for value in repeat each values { value.encode(to: &writer) }
        }
    }
}

/// Marks parameters that may be left out at the end.
protocol TrailingParameter {}

/// A parameter that callers may leave out, or send as `null`.
package struct Trailing<Value: JSONCodable & Sendable>: JSONEncodable, JSONDecodable, Sendable,
    TrailingParameter
{
    /// The value, if there is one.
    package let value: Value?

    /// Wraps a value.
    package init(_ value: Value?) { self.value = value }

    package init(from json: JSONValue) throws(JSONError) { value = try Value?(from: json) }
    package func encode(to writer: inout JSONWriter) { writer.value(value) }
}

/// The result of a method that gives nothing but success.
package struct NoResult: JSONEncodable, JSONDecodable, Sendable, Hashable {
    /// Success.
    package init() {}
    package init(from value: JSONValue) {}
    package func encode(to writer: inout JSONWriter) { writer.null() }
}
