public import Bytes

/// Why a text or bytes are no multiaddr.
public enum MultiaddrError: Error, Hashable, Sendable {
    /// A text begins with `/`.
    case noLeadingSlash
    /// There is no part.
    case empty
    /// The registry has no protocol of this name.
    case unknownProtocol(String)
    /// The registry has no protocol of this number.
    case unknownCode(UInt64)
    /// The value of a protocol is missing.
    case missingValue(String)
    /// The value does not fit its protocol.
    case invalidValue(protocol: String, value: String)
    /// A number or a length in the bytes is no varint.
    case varint(Varint.DecodingError)
    /// The bytes end inside a value.
    case truncated
}

/// An address that says how to get there: `/ip4/127.0.0.1/tcp/3453/http`.
///
/// In bytes each part is the protocol's number and the value; what a peer sends is bytes, what a
/// person configures is text.
///
/// - SeeAlso: The multiaddr specification.
public struct Multiaddr: Hashable, Sendable {
    /// A protocol and its value.
    public struct Component: Hashable, Sendable {
        public let `protocol`: MultiaddrProtocol
        /// The value in bytes, without its length.
        public let value: [UInt8]

        /// The value in text; empty if the protocol has none.
        public var text: String { MultiaddrValue.text(value, of: `protocol`) }
    }

    /// The parts, outermost first.
    public let components: [Component]

    /// Reads the text form.
    ///
    /// - Throws: ``MultiaddrError``.
    public init(_ text: some StringProtocol) throws(MultiaddrError) {
        // By bytes: a combining mark behind a slash would make another Character of it.
        let slash = UInt8(ascii: "/")
        let utf8 = Array(text.utf8)
        guard utf8.first == slash else { throw utf8.isEmpty ? .empty : .noLeadingSlash }
        var parts = utf8.dropFirst().split(separator: slash, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }[...]
        while parts.last?.isEmpty == true { parts.removeLast() }
        guard !parts.isEmpty else { throw .empty }
        var components: [Component] = []
        while let name = parts.popFirst() {
            guard let found = MultiaddrProtocol.named(name) else {
                throw .unknownProtocol(name)
            }
            guard found.hasValue else {
                components.append(Component(protocol: found, value: []))
                continue
            }
            guard !parts.isEmpty else { throw .missingValue(found.name) }
            let text: String
            if found.value == .path {
                text = "/" + parts.joined(separator: "/")
                parts.removeAll()
            } else {
                text = parts.removeFirst()
            }
            guard let value = MultiaddrValue.bytes(text, of: found) else {
                throw .invalidValue(protocol: found.name, value: text)
            }
            components.append(Component(protocol: found, value: value))
        }
        self.components = components
    }

    /// Reads the binary form.
    ///
    /// - Throws: ``MultiaddrError``.
    public init(bytes: [UInt8]) throws(MultiaddrError) {
        guard !bytes.isEmpty else { throw .empty }
        var components: [Component] = []
        var offset = 0
        while offset < bytes.count {
            let code = try Self.varint(bytes, at: &offset)
            guard let found = MultiaddrProtocol.withCode(code) else { throw .unknownCode(code) }
            let length: Int
            if let fixed = found.valueLength {
                length = fixed
            } else {
                let stated = try Self.varint(bytes, at: &offset)
                guard stated <= UInt64(bytes.count - offset) else { throw .truncated }
                length = Int(stated)
            }
            guard length <= bytes.count - offset else { throw .truncated }
            let value = Array(bytes[offset..<offset + length])
            offset += length
            let component = Component(protocol: found, value: value)
            // What has no text of its own, or another than the one it gives, is no value.
            guard MultiaddrValue.bytes(component.text, of: found) == value else {
                throw .invalidValue(protocol: found.name, value: value.hex)
            }
            components.append(component)
        }
        self.components = components
    }

    private static func varint(
        _ bytes: [UInt8],
        at offset: inout Int
    ) throws(MultiaddrError) -> UInt64 {
        do { return try Varint.decode(bytes, at: &offset) } catch { throw .varint(error) }
    }

    /// The binary form.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for component in components {
            Varint.append(component.protocol.code, to: &bytes)
            if component.protocol.valueLength == nil {
                Varint.append(UInt64(component.value.count), to: &bytes)
            }
            bytes.append(contentsOf: component.value)
        }
        return bytes
    }
}

extension Multiaddr: CustomStringConvertible {
    /// The text form.
    public var description: String {
        components.map { component in
            guard component.protocol.hasValue else { return "/" + component.protocol.name }
            // A path begins with the slash itself.
            let separator = component.protocol.value == .path ? "" : "/"
            return "/" + component.protocol.name + separator + component.text
        }.joined()
    }
}

extension Multiaddr {
    /// The value, in text, of the first part with a protocol.
    public subscript(_ wanted: MultiaddrProtocol) -> String? {
        components.first { $0.protocol == wanted }?.text
    }

    /// Where to connect with TCP: a name or address, and a port.
    ///
    /// - Returns: `nil` if the address does not begin with a host and a TCP port.
    public var tcpEndpoint: (host: String, port: UInt16)? {
        guard components.count >= 2, components[1].protocol == .tcp,
            let port = UInt16(components[1].text),
            [.ip4, .ip6, .dns, .dns4, .dns6].contains(components[0].protocol)
        else { return nil }
        return (components[0].text, port)
    }

    /// Whether a part says that the connection is encrypted with TLS.
    public var usesTLS: Bool {
        components.contains { [.tls, .https, .wss].contains($0.protocol) }
    }
}
