internal import Bytes

/// The values of multiaddr protocols in text and in bytes.
enum MultiaddrValue {
    /// Returns the bytes of a value, or `nil` if the text does not fit the protocol.
    static func bytes(_ text: String, of kind: MultiaddrProtocol) -> [UInt8]? {
        switch kind.value {
        case .none:
            return text.isEmpty ? [] : nil
        case .ip4:
            return IPAddress.version4(text)
        case .ip6:
            return IPAddress.version6(text)
        case .port:
            return port(text)
        case .byte:
            return decimal(text, as: UInt8.self).map { [$0] }
        case .name:
            return text.isEmpty || text.utf8.contains(UInt8(ascii: "/")) ? nil : Array(text.utf8)
        case .path:
            return text.utf8.first == UInt8(ascii: "/") && text.utf8.count > 1
                ? Array(text.utf8) : nil
        case .escaped:
            return unescaped(text)
        case .peer:
            return peer(text)
        case .certificateHash:
            guard let bytes = try? Multibase.decode(text).bytes,
                (try? Multihash(bytes: bytes)) != nil
            else { return nil }
            return bytes
        case .onion(let keyLength):
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let key = try? Base32.decode(parts[0]), key.count == keyLength,
                let port = port(String(parts[1])), port != [0, 0]
            else { return nil }
            return key + port
        case .garlic64:
            // The two characters that differ from RFC 4648, section 4.
            let usual = String(text.map { $0 == "-" ? "+" : $0 == "~" ? "/" : $0 })
            guard let bytes = try? Base64.decode(usual), bytes.count >= 386 else { return nil }
            return bytes
        case .garlic32:
            guard let bytes = try? Base32.decode(text), bytes.count == 32 || bytes.count >= 35
            else { return nil }
            return bytes
        }
    }

    /// Returns the text of a value; bytes that no text stands for give a text that does not read back.
    static func text(_ value: [UInt8], of kind: MultiaddrProtocol) -> String {
        switch kind.value {
        case .none: return ""
        case .ip4: return value.map { String($0) }.joined(separator: ".")
        case .ip6: return IPAddress.text6(value)
        case .port: return number(value).description
        case .byte: return number(value).description
        case .name, .path: return String(decoding: value, as: UTF8.self)
        case .escaped: return escaped(value)
        case .peer: return Base58.encode(value)
        case .certificateHash: return Multibase.base64URL.encode(value)
        case .onion(let keyLength):
            let port = number(Array(value.dropFirst(keyLength)))
            return Base32.encode(Array(value.prefix(keyLength))) + ":\(port)"
        case .garlic64:
            return String(
                Base64.encode(value).map { $0 == "+" ? "-" : $0 == "/" ? "~" : $0 }
            )
        case .garlic32: return Base32.encode(value)
        }
    }

    private static func number(_ bytes: [UInt8]) -> Int {
        bytes.reduce(0) { $0 << 8 | Int($1) }
    }

    private static func decimal<Integer: FixedWidthInteger>(
        _ text: String,
        as type: Integer.Type
    ) -> Integer? {
        guard text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return Integer(text)
    }

    private static func port(_ text: String) -> [UInt8]? {
        decimal(text, as: UInt16.self).map { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
    }

    /// A peer is written as the multihash in base 58, or as a CID of codec libp2p-key.
    private static func peer(_ text: String) -> [UInt8]? {
        if text.hasPrefix("Qm") || text.hasPrefix("1") {
            guard let bytes = try? Base58.decode(text), (try? Multihash(bytes: bytes)) != nil
            else { return nil }
            return bytes
        }
        guard let cid = try? CID(text), cid.codec == .libp2pKey else { return nil }
        return cid.multihash.bytes
    }

    private static func unescaped(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let character = rest.popFirst() {
            guard character == UInt8(ascii: "%") else {
                bytes.append(character)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, let byte = [UInt8](hex: digits) else { return nil }
            bytes += byte
            rest = rest.dropFirst(2)
        }
        return bytes.isEmpty ? nil : bytes
    }

    private static func escaped(_ bytes: [UInt8]) -> String {
        let kept = Set("-_.~$&+=:@".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            let letter = byte | 0x20
            let isPlain =
                (letter >= 0x61 && letter <= 0x7a) || (byte >= 0x30 && byte <= 0x39)
                || kept.contains(byte)
            if isPlain {
                text.append(byte)
            } else {
                text += Array("%\([byte].hex.uppercased())".utf8)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// IP addresses in text and in bytes.
enum IPAddress {
    /// Reads four decimal numbers without leading zeros.
    static func version4(_ text: some StringProtocol) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.utf8.count), part == "0" || part.first != "0",
                part.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let byte = UInt8(part)
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    /// Reads the forms of RFC 4291, section 2.2.
    static func version6(_ text: String) -> [UInt8]? {
        guard let gap = text.firstRange(of: "::") else {
            guard let bytes = groups(text[...]), bytes.count == 16 else { return nil }
            return bytes
        }
        guard let head = groups(text[..<gap.lowerBound]),
            let tail = groups(text[gap.upperBound...]), head.count + tail.count <= 14
        else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    private static func groups(_ text: Substring) -> [UInt8]? {
        if text.isEmpty { return [] }
        var bytes: [UInt8] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if part.contains(".") {
                guard index == parts.count - 1, let tail = version4(part) else { return nil }
                bytes += tail
            } else {
                guard (1...4).contains(part.utf8.count), part.first != "+", part.first != "-",
                    let group = UInt16(part, radix: 16)
                else { return nil }
                bytes += [UInt8(group >> 8), UInt8(group & 0xff)]
            }
        }
        return bytes
    }

    /// Writes the form of RFC 5952: lower case, the longest run of zero groups left out.
    static func text6(_ bytes: [UInt8]) -> String {
        if bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]) {
            return "::ffff:" + bytes.suffix(4).map { String($0) }.joined(separator: ".")
        }
        let groups = stride(from: 0, to: bytes.count - 1, by: 2).map { index in
            UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1])
        }
        var longest = 0..<0
        var start = 0
        while start < groups.count {
            var end = start
            while end < groups.count, groups[end] == 0 { end += 1 }
            if end - start > longest.count { longest = start..<end }
            start = end + 1
        }
        let texts = groups.map { String($0, radix: 16) }
        guard longest.count >= 2 else { return texts.joined(separator: ":") }
        return texts[..<longest.lowerBound].joined(separator: ":") + "::"
            + texts[longest.upperBound...].joined(separator: ":")
    }
}
