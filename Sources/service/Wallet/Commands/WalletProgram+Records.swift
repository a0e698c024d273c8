import FilecoinTypes
import JSON
import JSONRPC
import ServiceKit

extension WalletProgram {
    static let record = Command(
        "record",
        usage: "what was signed, and what was refused",
        subcommands: [
            Command(
                "query",
                usage: "list records, newest first",
                flags: [
                    Flag("address", usage: "only this signer"),
                    Flag("type", usage: "only this type of message"),
                    Flag("from", aliases: ["after", "f"], usage: "from this time: \(timeForm)"),
                    Flag("to", aliases: ["before"], usage: "up to this time: \(timeForm)"),
                    Flag("limit", .integer, default: "20", usage: "how many; 0 for all"),
                    Flag("offset", .integer, aliases: ["skip"], default: "0", usage: "leave out"),
                    Flag("error", .boolean, usage: "only refusals"),
                    Flag("id", usage: "only this record"),
                    Flag("verbose", .boolean, aliases: ["v"], usage: "whole records, in JSON"),
                ],
                action: query
            )
        ]
    )

    private static let timeForm = "2006-01-02-15:04:05 in UTC"

    @Sendable private static func query(_ call: Invocation) async throws {
        var query = SignRecordQuery()
        query.id = call.string("id")
        query.type = call.string("type")
        if let text = call.optionalString("address") {
            guard let address = Address(text) else { throw UsageError("\(text) is no address") }
            query.signer = address
        }
        query.after = try time(call, "from")
        query.before = try time(call, "to")
        query.limit = call.integer("limit")
        query.skip = call.integer("offset")
        query.isError = call.boolean("error")
        let records = try await client(call).call(WalletListSignedRecord.self, query)
        if call.boolean("verbose") {
            call.print(records.map(SignRecordDetail.init).jsonText(.indented("\t")))
        } else {
            for line in table(records) { call.print(line) }
        }
    }

    private static func time(_ call: Invocation, _ flag: String) throws -> Int64? {
        guard let text = call.optionalString(flag) else { return nil }
        let parts = text.split(separator: "-")
        guard parts.count == 4,
            let time = CivilTime(rfc3339: parts[..<3].joined(separator: "-") + "T\(parts[3])Z")
        else { throw UsageError("--\(flag) \(text) is not like \(timeForm)") }
        return time.nanosecondsSince1970
    }

    private static func table(_ records: [SignRecord]) -> [String] {
        let rows =
            [["SIGNER", "TYPE", "TIME", "ERROR"]]
            + records.map { record in
                [
                    record.signer.description, record.type,
                    CivilTime(nanoseconds: record.createdAt).goText,
                    record.error.isEmpty ? "no error" : record.error,
                ]
            }
        let widths = (0..<3).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count + 2)
            }.joined() + row[3]
        }
    }
}
