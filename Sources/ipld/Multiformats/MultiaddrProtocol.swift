/// A protocol that a part of a multiaddr names.
///
/// - SeeAlso: `protocols.csv` of the multiaddr specification.
public struct MultiaddrProtocol: Hashable, Sendable {
    /// How the value is written in text and in bytes.
    enum Value: Hashable, Sendable {
        case none
        case ip4
        case ip6
        /// A 16-bit number, big-endian.
        case port
        /// An 8-bit number.
        case byte
        /// UTF-8 without `/`, with its length before it.
        case name
        /// The rest of the text, a file path.
        case path
        /// UTF-8 with `/` and other characters written as `%XX`.
        case escaped
        /// The multihash of a public key.
        case peer
        /// A multihash in any multibase.
        case certificateHash
        /// Onion services: base 32 of so many bytes, then `:` and a port.
        case onion(keyLength: Int)
        /// I2P: base 64 in I2P's own alphabet.
        case garlic64
        /// I2P: base 32.
        case garlic32
    }

    /// The number in bytes.
    public let code: UInt64
    /// The name in text.
    public let name: String
    let value: Value

    init(_ code: UInt64, _ name: String, _ value: Value = .none) {
        self.code = code
        self.name = name
        self.value = value
    }

    /// Whether a part with this protocol has a value.
    public var hasValue: Bool { value != .none }

    /// How many bytes the value has, `nil` if its length is written before it.
    var valueLength: Int? {
        switch value {
        case .none: 0
        case .ip4: 4
        case .ip6: 16
        case .port: 2
        case .byte: 1
        case .onion(let keyLength): keyLength + 2
        case .name, .path, .escaped, .peer, .certificateHash, .garlic64, .garlic32: nil
        }
    }

    public static let ip4 = MultiaddrProtocol(4, "ip4", .ip4)
    public static let tcp = MultiaddrProtocol(6, "tcp", .port)
    public static let ip6 = MultiaddrProtocol(41, "ip6", .ip6)
    public static let dns = MultiaddrProtocol(53, "dns", .name)
    public static let dns4 = MultiaddrProtocol(54, "dns4", .name)
    public static let dns6 = MultiaddrProtocol(55, "dns6", .name)
    public static let dnsaddr = MultiaddrProtocol(56, "dnsaddr", .name)
    public static let udp = MultiaddrProtocol(273, "udp", .port)
    public static let unix = MultiaddrProtocol(400, "unix", .path)
    public static let p2p = MultiaddrProtocol(421, "p2p", .peer)
    public static let https = MultiaddrProtocol(443, "https")
    public static let tls = MultiaddrProtocol(448, "tls")
    public static let noise = MultiaddrProtocol(454, "noise")
    public static let quicV1 = MultiaddrProtocol(461, "quic-v1")
    public static let ws = MultiaddrProtocol(477, "ws")
    public static let wss = MultiaddrProtocol(478, "wss")
    public static let http = MultiaddrProtocol(480, "http")
    public static let p2pCircuit = MultiaddrProtocol(290, "p2p-circuit")

    /// Every protocol of the registry.
    public static let all: [MultiaddrProtocol] = [
        ip4, tcp, udp, MultiaddrProtocol(33, "dccp", .port), ip6,
        MultiaddrProtocol(42, "ip6zone", .name), MultiaddrProtocol(43, "ipcidr", .byte),
        dns, dns4, dns6, dnsaddr, MultiaddrProtocol(132, "sctp", .port),
        MultiaddrProtocol(301, "udt"), MultiaddrProtocol(302, "utp"), unix, p2p,
        MultiaddrProtocol(444, "onion", .onion(keyLength: 10)),
        MultiaddrProtocol(445, "onion3", .onion(keyLength: 35)),
        MultiaddrProtocol(446, "garlic64", .garlic64),
        MultiaddrProtocol(447, "garlic32", .garlic32),
        tls, MultiaddrProtocol(449, "sni", .name), noise, MultiaddrProtocol(460, "quic"), quicV1,
        MultiaddrProtocol(465, "webtransport"),
        MultiaddrProtocol(466, "certhash", .certificateHash), http,
        MultiaddrProtocol(481, "http-path", .escaped), https, ws, wss,
        MultiaddrProtocol(479, "p2p-websocket-star"), MultiaddrProtocol(277, "p2p-stardust"),
        MultiaddrProtocol(275, "p2p-webrtc-star"), MultiaddrProtocol(276, "p2p-webrtc-direct"),
        MultiaddrProtocol(280, "webrtc-direct"), MultiaddrProtocol(281, "webrtc"), p2pCircuit,
        MultiaddrProtocol(777, "memory", .name),
    ]

    private static let byCode: [UInt64: MultiaddrProtocol] = Dictionary(
        uniqueKeysWithValues: all.map { ($0.code, $0) }
    )

    private static let byName: [String: MultiaddrProtocol] = {
        var names = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
        // The name of the early days, still found in configurations.
        names["ipfs"] = p2p
        return names
    }()

    /// The protocol with a name, or `nil`.
    public static func named(_ name: some StringProtocol) -> MultiaddrProtocol? {
        byName[String(name)]
    }

    /// The protocol with a number, or `nil`.
    public static func withCode(_ code: UInt64) -> MultiaddrProtocol? { byCode[code] }
}
