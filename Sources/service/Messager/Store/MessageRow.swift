import BigIntegers
import FilecoinTypes
import JSON
import Multiformats
import SQLStore
import VenusAPI

/// A message as a row.
enum MessageRow {
    static func columns(_ row: MessagerMessage) -> KeyValuePairs<String, any SQLBindable> {
        let message = row.message
        return [
            "id": row.id, "version": Int64(bitPattern: message.version),
            "from_addr": message.from.stored, "nonce": Int64(bitPattern: message.nonce),
            "to": message.to.stored, "value": message.value.attoFIL.description,
            "gas_limit": message.gasLimit.rawValue,
            "gas_fee_cap": message.gasFeeCap.attoFIL.description,
            "gas_premium": message.gasPremium.attoFIL.description,
            "method": Int64(bitPattern: message.method.rawValue), "params": message.params,
            "signed_data": row.signature?.jsonBytes(),
            "unsigned_cid": row.unsignedCID?.description ?? "",
            "signed_cid": row.signedCID?.description ?? "", "height": row.height.rawValue,
            "receipt_exit_code": row.receipt?.exitCode.rawValue ?? -1,
            "receipt_return_value": row.receipt?.returnValue,
            "receipt_gas_used": row.receipt?.gasUsed.rawValue ?? 0,
            "tipset_key": row.tipset.stored, "meta_expire_epoch": row.spec.expireEpoch.rawValue,
            "meta_gas_over_estimation": row.spec.gasOverEstimation,
            "meta_max_fee": row.spec.maxFee.attoFIL.description,
            "meta_gas_over_premium": row.spec.gasOverPremium, "wallet_name": row.walletName,
            "state": row.state.rawValue, "error_msg": row.errorText, "created_at": row.createdAt,
            "updated_at": row.updatedAt,
        ]
    }

    static func message(_ row: SQLRow) throws(SQLError) -> MessagerMessage {
        let message = Message(
            version: UInt64(bitPattern: try row.integer("version")),
            to: try Address(stored: row.text("to")),
            from: try Address(stored: row.text("from_addr")),
            nonce: UInt64(bitPattern: try row.integer("nonce")),
            value: try amount(row, "value"),
            gasLimit: GasAmount(rawValue: try row.integer("gas_limit")),
            gasFeeCap: try amount(row, "gas_fee_cap"),
            gasPremium: try amount(row, "gas_premium"),
            method: MethodNumber(rawValue: UInt64(bitPattern: try row.integer("method"))),
            params: try row.blob("params")
        )
        var result = MessagerMessage(
            id: try row.text("id"),
            message: message,
            walletName: try row.text("wallet_name"),
            state: MessagerState(rawValue: try row.integer("state")),
            createdAt: try row.integer("created_at")
        )
        result.updatedAt = try row.integer("updated_at")
        result.spec.expireEpoch = ChainEpoch(rawValue: try row.integer("meta_expire_epoch"))
        result.spec.gasOverEstimation = try row.real("meta_gas_over_estimation")
        result.spec.maxFee = try amount(row, "meta_max_fee")
        result.spec.gasOverPremium = try row.real("meta_gas_over_premium")
        result.unsignedCID = try cid(row, "unsigned_cid")
        result.signedCID = try cid(row, "signed_cid")
        if let bytes = try row.optionalBlob("signed_data") {
            do { result.signature = try Signature(from: JSONValue(parsing: bytes)) } catch {
                throw SQLError(.misuse, "signed_data of message \(result.id): \(error)")
            }
        }
        result.height = ChainEpoch(rawValue: try row.integer("height"))
        let exitCode = try row.integer("receipt_exit_code")
        if exitCode >= 0 {
            result.receipt = MessageReceipt(
                exitCode: ExitCode(rawValue: exitCode),
                returnValue: try row.optionalBlob("receipt_return_value") ?? [],
                gasUsed: GasAmount(rawValue: try row.integer("receipt_gas_used"))
            )
        }
        result.tipset = try TipsetKey(stored: row.text("tipset_key"))
        result.errorText = try row.text("error_msg")
        return result
    }

    static func amount(_ row: SQLRow, _ column: String) throws(SQLError) -> TokenAmount {
        let text = try row.text(column)
        guard let number = BigInt(decimal: text) else {
            throw SQLError(.misuse, "\(column) holds \(text)")
        }
        return TokenAmount(attoFIL: number)
    }

    private static func cid(_ row: SQLRow, _ column: String) throws(SQLError) -> CID? {
        let text = try row.text(column)
        if text.isEmpty { return nil }
        guard let cid = try? CID(text) else {
            throw SQLError(.misuse, "\(column) holds \(text)")
        }
        return cid
    }
}

extension TipsetKey {
    /// The text in the database: `{ cid cid }`, empty for none.
    var stored: String {
        isEmpty ? "" : "{ \(cids.map(\.description).joined(separator: " ")) }"
    }

    /// Reads ``stored``.
    init(stored text: String) throws(SQLError) {
        var cids: [CID] = []
        for part in text.split(separator: " ") where part != "{" && part != "}" {
            guard let cid = try? CID(String(part)) else {
                throw SQLError(.misuse, "\(part) is no CID of a tipset")
            }
            cids.append(cid)
        }
        self.init(cids)
    }
}
