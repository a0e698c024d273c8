package import JSON
internal import FilecoinTypes

/// The API form, lotus's `MpoolConfig`; `PruneCooldown` is in nanoseconds.
extension MessagePoolConfiguration: JSONCodable {
    private static let nanoseconds = 1_000_000_000

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("PriorityAddrs")
            writer.nullIfEmpty(priorityAddresses)
            writer.member("SizeLimitHigh", sizeLimitHigh)
            writer.member("SizeLimitLow", sizeLimitLow)
            writer.member("ReplaceByFeeRatio", replaceByFeeRatio)
            writer.member("PruneCooldown", pruneCooldownSeconds * Self.nanoseconds)
            writer.member("GasLimitOverestimation", gasLimitOverestimation)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        self.init(
            priorityAddresses: try object.decode("PriorityAddrs", default: []),
            sizeLimitHigh: try object.decode("SizeLimitHigh", default: 0),
            sizeLimitLow: try object.decode("SizeLimitLow", default: 0),
            replaceByFeeRatio: try object.decode("ReplaceByFeeRatio", default: 0),
            pruneCooldownSeconds: try object.decode("PruneCooldown", default: 0)
                / Self.nanoseconds,
            gasLimitOverestimation: try object.decode("GasLimitOverestimation", default: 0)
        )
    }
}
