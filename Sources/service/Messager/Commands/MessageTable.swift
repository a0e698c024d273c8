import BigIntegers
import FilecoinTypes
import ServiceKit
import VenusAPI

/// Messages as a table, with the columns of the original.
struct MessageTable {
    private static let titles = [
        "ID", "To", "From", "Nonce", "Value", "GasLimit", "GasFeeCap", "GasPremium", "Method",
        "State", "ExitCode", "CreateAt", "ErrorMsg",
    ]

    private let rows: [[String]]

    /// A table.
    ///
    /// Unless it is verbose, long values are cut: addresses to 9 letters, ids to 36, values to 6.
    init(_ messages: [MessagerMessage], isVerbose: Bool) {
        func cut(_ text: String, _ count: Int) -> String {
            isVerbose || text.count <= count ? text : text.prefix(count) + "..."
        }
        rows = messages.map { row in
            [
                cut(row.id, 36), cut(row.message.to.description, 9),
                cut(row.message.from.description, 9), "\(row.message.nonce)",
                cut(row.message.value.attoFIL.description, 6), "\(row.message.gasLimit)",
                row.message.gasFeeCap.attoFIL.description,
                row.message.gasPremium.attoFIL.description, "\(row.message.method)",
                "\(row.state)", "\(row.receipt?.exitCode.rawValue ?? -1)",
                CivilTime(nanoseconds: row.createdAt).plain, row.errorText,
            ]
        }
    }

    /// The lines, columns two blanks apart; two empty lines for no message.
    var text: String {
        if rows.isEmpty { return "\n" }
        let all = [Self.titles] + rows
        let widths = Self.titles.indices.map { column in
            all.map { $0[column].count }.max() ?? 0
        }
        return all.map { row in
            zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count + 2)
            }.joined()
        }.joined(separator: "\n")
    }
}
