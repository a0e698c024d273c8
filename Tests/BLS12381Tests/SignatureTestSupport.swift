import BLS12381

/// The bytes of hexadecimal text.
func bytes(_ hex: some StringProtocol) -> [UInt8] {
    var bytes: [UInt8] = []
    var high: UInt8?
    for character in hex {
        guard let digit = character.hexDigitValue else { continue }
        if let first = high {
            bytes.append(first << 4 | UInt8(digit))
            high = nil
        } else {
            high = UInt8(digit)
        }
    }
    return bytes
}

/// The entry `index` of a file of equal entries.
func slice(_ file: [UInt8], _ index: Int, _ count: Int) -> [UInt8] {
    [UInt8](file[index * count..<(index + 1) * count])
}

/// Whether key, message and signature decode and fit together.
func isValid(_ key: String, _ message: String, _ signature: String) -> Bool {
    isValid(bytes(key), bytes(message), bytes(signature), .basicG2)
}

func isValid(
    _ key: [UInt8],
    _ message: [UInt8],
    _ signature: [UInt8],
    _ domain: SignatureDomain
) -> Bool {
    guard let key = try? BLSPublicKey(bytes: key),
        let signature = try? BLSSignature(bytes: signature)
    else { return false }
    return signature.verifies(message, by: key, domain: domain)
}

/// Just enough of YAML for the vectors: `key: value`, `key: [values]`, quoted or bare.
struct FlowYAML {
    private let source: String

    init(_ source: String) {
        self.source = source.replacing("\n", with: " ")
    }

    /// The text after `key:`, without quotes.
    func text(_ key: String) -> String {
        guard let range = source.firstRange(of: key + ":") else { return "" }
        let rest = source[range.upperBound...].drop { $0 == " " }
        // A coordinate holds a comma inside its quotes.
        guard rest.first == "'" else { return String(rest.prefix { !" ,}".contains($0) }) }
        return String(rest.dropFirst().prefix { $0 != "'" })
    }

    func hex(_ key: String) -> [UInt8] { bytes(text(key).dropFirst(2)) }

    /// The entries of the list after `key:`.
    func hexList(_ key: String) -> [[UInt8]] {
        guard let range = source.firstRange(of: key + ":") else { return [] }
        let rest = source[range.upperBound...].drop { $0 != "[" }.dropFirst().prefix { $0 != "]" }
        return rest.split(separator: ",").map { entry in
            bytes(entry.filter { $0 != " " && $0 != "'" }.dropFirst(2))
        }
    }
}
