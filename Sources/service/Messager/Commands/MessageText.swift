import BigIntegers
import FilecoinTypes
import JSON
import Multiformats
import ServiceKit
import VenusAPI

/// A message as people read it: with names instead of numbers where there are names.
struct MessageText {
    let row: MessagerMessage
    /// The name of the method, or its number.
    let method: String
}

extension MessageText: JSONEncodable {
    /// The form of the original's commands, which is not that of its interface.
    func encode(to writer: inout JSONWriter) {
        let message = row.message
        writer.object { writer in
            writer.member("ID", row.id)
            writer.member("UnsignedCid", row.unsignedCID)
            writer.member("SignedCid", row.signedCID)
            writer.key("Msg")
            writer.object { writer in
                writer.member("Version", message.version)
                writer.member("To", message.to)
                writer.member("From", message.from)
                writer.member("Nonce", message.nonce)
                writer.member("Value", message.value)
                writer.member("GasLimit", message.gasLimit)
                writer.member("GasFeeCap", message.gasFeeCap)
                writer.member("GasPremium", message.gasPremium)
                writer.member("Method", method)
                writer.member("Params", JSONBytes(message.params))
            }
            writer.member("Signature", row.signature)
            writer.member("Height", row.height)
            writer.member("Confidence", row.confidence)
            writer.key("Receipt")
            writer.object { writer in
                writer.member("ExitCode", row.receipt?.exitCode ?? ExitCode(rawValue: -1))
                writer.member("Return", JSONBytes(row.receipt?.returnValue ?? []))
                writer.member("GasUsed", row.receipt?.gasUsed ?? 0)
            }
            writer.member("TipSetKey", row.tipset)
            writer.member("Meta", row.spec)
            writer.member("WalletName", row.walletName)
            writer.member("ErrorMsg", row.errorText)
            writer.member("State", "\(row.state)")
            writer.member("UpdatedAt", CivilTime(nanoseconds: row.updatedAt).rfc3339)
            writer.member("CreatedAt", CivilTime(nanoseconds: row.createdAt).rfc3339)
        }
    }
}

/// A table with the columns of the original, two blanks apart.
struct TextTable {
    private let lines: [[String]]

    init(_ titles: [String], _ rows: [[String]]) {
        lines = rows.isEmpty ? [] : [titles] + rows
    }

    /// Messages.
    ///
    /// Unless it is verbose, long values are cut: addresses to 9 letters, ids to 36, values to 6.
    init(_ messages: [MessageText], isVerbose: Bool) {
        func cut(_ text: String, _ count: Int) -> String {
            isVerbose || text.count <= count ? text : text.prefix(count) + "..."
        }
        self.init(
            [
                "ID", "To", "From", "Nonce", "Value", "GasLimit", "GasFeeCap", "GasPremium",
                "Method", "State", "ExitCode", "CreateAt", "ErrorMsg",
            ],
            messages.map { text in
                let (row, message) = (text.row, text.row.message)
                return [
                    cut(row.id, 36), cut(message.to.description, 9),
                    cut(message.from.description, 9), "\(message.nonce)",
                    cut("\(message.value)", 6), "\(message.gasLimit)",
                    message.gasFeeCap.attoFIL.description, message.gasPremium.attoFIL.description,
                    text.method, "\(row.state)", row.receipt.map { "\($0.exitCode)" } ?? "-1",
                    CivilTime(nanoseconds: row.createdAt).plain, row.errorText,
                ]
            }
        )
    }

    /// Settings of methods of actors.
    init(_ settings: [MessagerActorSettings]) {
        self.init(
            [
                "ID", "Code", "Method", "MethodName", "GasOverEstimation", "GasOverPremium",
                "MaxFee", "GasFeeCap", "BaseFee", "CreateAt", "AVersion",
            ],
            settings.map { row in
                let name = row.code.flatMap { ParameterText.methodName($0, row.method) }
                return [
                    row.id, row.code?.description ?? "", "\(row.method)", name ?? "",
                    Self.text(row.fees.gasOverEstimation), Self.text(row.fees.gasOverPremium),
                    row.fees.maxFee.attoFIL.description, row.fees.gasFeeCap.attoFIL.description,
                    row.fees.baseFee.attoFIL.description,
                    CivilTime(nanoseconds: row.createdAt).plain, "\(row.version)",
                ]
            }
        )
    }

    private static func text(_ number: Double) -> String { number.jsonText() }

    /// The lines; two empty ones for no row.
    var text: String {
        guard let titles = lines.first else { return "\n" }
        let widths = titles.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            zip(line, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count + 2)
            }.joined()
        }.joined(separator: "\n")
    }
}
