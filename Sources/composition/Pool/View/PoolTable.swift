import BigIntegers
import FilecoinTypes

/// A ``PoolView`` as text.
package enum PoolTable {
    /// The table that is shown on a terminal and by `venus-pool status`.
    package static func text(_ view: PoolView) -> String {
        var lines: [String] = []
        let height = view.height.map { "\($0)" } ?? "-"
        let epoch = view.epoch.map { "\($0)" } ?? "-"
        let fee = view.baseFee?.shortText ?? "-"
        lines.append(
            "epoch \(epoch)   head \(height) (\(view.blocksInHead) blocks)   base fee \(fee)   "
                + "power \(size(view.totalPower))"
        )
        let messages = view.messages.map { "\($0.state) \($0.count)" }.joined(separator: "   ")
        lines.append("messages: " + (messages.isEmpty ? "none" : messages))
        lines.append("")
        let since = view.countedFrom.map { " (from epoch \($0))" } ?? ""
        var rows = [
            [
                "miner", "power", "faults", "blocks", "wins", "last WindowPoSt", "next deadline",
            ]
        ]
        for miner in view.miners {
            rows.append([
                "\(miner.id)", size(miner.power), "\(miner.faults)", "\(miner.blocks)",
                "\(miner.wins)", miner.lastWindowPoSt.map { "epoch \($0)" } ?? "none",
                miner.nextDeadline.map { "epoch \($0)" } ?? "-",
            ])
        }
        lines += columns(rows)
        lines[lines.count - rows.count] += since
        lines.append("")
        lines += columns(
            [["service", "port", "health"]]
                + view.services.map {
                    ["\($0.name)", "\($0.port)", $0.isHealthy ? "ok" : "no answer"]
                }
        )
        return lines.joined(separator: "\n") + "\n"
    }

    /// One line for a log: what changed with the head.
    package static func line(_ view: PoolView) -> String {
        let miners = view.miners.map { "\($0.id) \($0.blocks) blocks \($0.wins) wins" }
        let down = view.services.filter { !$0.isHealthy }.map { "\($0.name)" }
        let health = down.isEmpty ? "all healthy" : "no answer from \(down.joined(separator: ", "))"
        let messages = view.messages.map { "\($0.state) \($0.count)" }
        let head = view.height.map { "head \($0) (\(view.blocksInHead) blocks)" } ?? "no head"
        return
            ([head, "base fee \(view.baseFee?.shortText ?? "-")"] + miners + messages + [health])
            .joined(separator: "; ")
    }

    private static func columns(_ rows: [[String]]) -> [String] {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            var line = ""
            for (cell, width) in zip(row, widths) {
                line += cell + String(repeating: " ", count: width - cell.count + 3)
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    /// Bytes as KiB, the unit of a devnet.
    private static func size(_ bytes: TokenAmount?) -> String {
        guard let bytes else { return "-" }
        guard let number = UInt64(bytes.attoFIL.description) else { return "\(bytes.attoFIL) B" }
        return number % 1024 == 0 ? "\(number / 1024) KiB" : "\(number) B"
    }
}
