package import FilecoinTypes
package import JSON
package import Multiformats

/// Limits for a message whose gas is estimated.
package struct MessageSendSpec: Hashable, Sendable {
    package var maxFee: TokenAmount?
    package var gasOverEstimation: Double?
    package var gasOverPremium: Double?

    package init(
        maxFee: TokenAmount? = nil,
        gasOverEstimation: Double? = nil,
        gasOverPremium: Double? = nil
    ) {
        self.maxFee = maxFee
        self.gasOverEstimation = gasOverEstimation
        self.gasOverPremium = gasOverPremium
    }
}

extension MessageSendSpec: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("MaxFee", maxFee)
            writer.member("GasOverEstimation", gasOverEstimation)
            writer.member("GasOverPremium", gasOverPremium)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        maxFee = try object.decodeIfPresent("MaxFee")
        gasOverEstimation = try object.decodeIfPresent("GasOverEstimation")
        gasOverPremium = try object.decodeIfPresent("GasOverPremium")
    }
}

/// One message of a batch estimate.
package struct EstimateMessage: Hashable, Sendable {
    package var message: Message
    package var spec: MessageSendSpec?

    package init(message: Message, spec: MessageSendSpec? = nil) {
        self.message = message
        self.spec = spec
    }
}

extension EstimateMessage: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Msg", message)
            writer.member("Spec", spec)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        message = try object.decode("Msg")
        spec = try object.decodeIfPresent("Spec")
    }
}

/// One result of a batch estimate.
package struct EstimateResult: Hashable, Sendable {
    package var message: Message?
    package var error: String

    package init(message: Message? = nil, error: String) {
        self.message = message
        self.error = error
    }
}

extension EstimateResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Msg", message)
            writer.member("Err", error)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        message = try object.decodeIfPresent("Msg")
        error = try object.decode("Err")
    }
}

/// What a message cost, in attoFIL.
package struct GasCostResult: Hashable, Sendable {
    package var message: CID?
    package var gasUsed: TokenAmount
    package var baseFeeBurn: TokenAmount
    package var overEstimationBurn: TokenAmount
    package var minerPenalty: TokenAmount
    package var minerTip: TokenAmount
    package var refund: TokenAmount
    package var totalCost: TokenAmount

    package init(
        message: CID? = nil,
        gasUsed: TokenAmount,
        baseFeeBurn: TokenAmount,
        overEstimationBurn: TokenAmount,
        minerPenalty: TokenAmount,
        minerTip: TokenAmount,
        refund: TokenAmount,
        totalCost: TokenAmount
    ) {
        self.message = message
        self.gasUsed = gasUsed
        self.baseFeeBurn = baseFeeBurn
        self.overEstimationBurn = overEstimationBurn
        self.minerPenalty = minerPenalty
        self.minerTip = minerTip
        self.refund = refund
        self.totalCost = totalCost
    }
}

extension GasCostResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Message", message)
            writer.member("GasUsed", gasUsed)
            writer.member("BaseFeeBurn", baseFeeBurn)
            writer.member("OverEstimationBurn", overEstimationBurn)
            writer.member("MinerPenalty", minerPenalty)
            writer.member("MinerTip", minerTip)
            writer.member("Refund", refund)
            writer.member("TotalCost", totalCost)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        message = try object.decodeIfPresent("Message")
        gasUsed = try object.decode("GasUsed")
        baseFeeBurn = try object.decode("BaseFeeBurn")
        overEstimationBurn = try object.decode("OverEstimationBurn")
        minerPenalty = try object.decode("MinerPenalty")
        minerTip = try object.decode("MinerTip")
        refund = try object.decode("Refund")
        totalCost = try object.decode("TotalCost")
    }
}

/// What executing a message would give.
package struct InvocationResult: Hashable, Sendable {
    package var messageCID: CID
    package var message: Message
    package var receipt: MessageReceipt
    package var gasCost: GasCostResult
    package var executionTrace: JSONValue
    package var error: String
    /// Nanoseconds.
    package var duration: Int64

    package init(
        messageCID: CID,
        message: Message,
        receipt: MessageReceipt,
        gasCost: GasCostResult,
        executionTrace: JSONValue,
        error: String,
        duration: Int64
    ) {
        self.messageCID = messageCID
        self.message = message
        self.receipt = receipt
        self.gasCost = gasCost
        self.executionTrace = executionTrace
        self.error = error
        self.duration = duration
    }
}

extension InvocationResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("MsgCid", messageCID)
            writer.member("Msg", message)
            writer.member("MsgRct", receipt)
            writer.member("GasCost", gasCost)
            writer.member("ExecutionTrace", executionTrace)
            writer.member("Error", error)
            writer.member("Duration", duration)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        messageCID = try object.decode("MsgCid")
        message = try object.decode("Msg")
        receipt = try object.decode("MsgRct")
        gasCost = try object.decode("GasCost")
        executionTrace = try object.decode("ExecutionTrace")
        error = try object.decode("Error")
        duration = try object.decode("Duration")
    }
}

/// The limits of the message pool.
package struct MpoolConfiguration: Hashable, Sendable {
    package var priorityAddresses: [Address]
    package var sizeLimitHigh: Int
    package var sizeLimitLow: Int
    package var replaceByFeeRatio: Double
    /// Nanoseconds.
    package var pruneCooldown: Int64
    package var gasLimitOverestimation: Double

    package init(
        priorityAddresses: [Address],
        sizeLimitHigh: Int,
        sizeLimitLow: Int,
        replaceByFeeRatio: Double,
        pruneCooldown: Int64,
        gasLimitOverestimation: Double
    ) {
        self.priorityAddresses = priorityAddresses
        self.sizeLimitHigh = sizeLimitHigh
        self.sizeLimitLow = sizeLimitLow
        self.replaceByFeeRatio = replaceByFeeRatio
        self.pruneCooldown = pruneCooldown
        self.gasLimitOverestimation = gasLimitOverestimation
    }
}

extension MpoolConfiguration: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("PriorityAddrs", orNull: priorityAddresses)
            writer.member("SizeLimitHigh", sizeLimitHigh)
            writer.member("SizeLimitLow", sizeLimitLow)
            writer.member("ReplaceByFeeRatio", replaceByFeeRatio)
            writer.member("PruneCooldown", pruneCooldown)
            writer.member("GasLimitOverestimation", gasLimitOverestimation)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        priorityAddresses = try object.decodeIfPresent("PriorityAddrs") ?? []
        sizeLimitHigh = try object.decode("SizeLimitHigh")
        sizeLimitLow = try object.decode("SizeLimitLow")
        replaceByFeeRatio = try object.decode("ReplaceByFeeRatio")
        pruneCooldown = try object.decode("PruneCooldown")
        gasLimitOverestimation = try object.decode("GasLimitOverestimation")
    }
}
