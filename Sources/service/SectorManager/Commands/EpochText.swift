import FilecoinTypes

/// Epochs beside how far away they are, as lotus writes them: `1500 (1 hour 10 minutes ago)`.
struct EpochText {
    /// The epoch of the head.
    let current: ChainEpoch
    let blockDelaySeconds: UInt64

    func callAsFunction(_ epoch: ChainEpoch) -> String {
        let distance = epoch.rawValue - current.rawValue
        if distance == 0 { return "\(epoch) (now)" }
        let length = Self.length(UInt64(distance.magnitude) * blockDelaySeconds)
        return distance > 0 ? "\(epoch) (in \(length))" : "\(epoch) (\(length) ago)"
    }

    private static let units: [(String, UInt64)] = [
        ("year", 31_536_000), ("week", 604_800), ("day", 86_400), ("hour", 3600), ("minute", 60),
        ("second", 1),
    ]

    /// The two largest units of a length of time.
    static func length(_ seconds: UInt64) -> String {
        var rest = seconds
        var parts: [String] = []
        for (name, size) in units where parts.count < 2 {
            let count = rest / size
            rest %= size
            if count > 0 { parts.append("\(count) \(name)\(count == 1 ? "" : "s")") }
        }
        return parts.isEmpty ? "0 seconds" : parts.joined(separator: " ")
    }
}

/// Rows of text in columns that are two blanks apart.
struct TextTable {
    var rows: [[String]]

    var text: String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            let cells = zip(row, widths).enumerated().map { index, cell in
                index == row.count - 1
                    ? cell.0
                    : cell.0 + String(repeating: " ", count: cell.1 - cell.0.count + 2)
            }
            return cells.joined()
        }.joined(separator: "\n")
    }
}
