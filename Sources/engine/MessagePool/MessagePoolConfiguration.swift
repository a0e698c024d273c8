package import FilecoinTypes
internal import BigIntegers

/// What an operator may change: lotus's `MpoolConfig`.
package struct MessagePoolConfiguration: Hashable, Sendable {
    /// Senders whose messages go into blocks first, and are never pruned.
    package var priorityAddresses: [Address]
    /// The number of messages above which the pool is pruned.
    package var sizeLimitHigh: Int
    /// The number of messages that pruning leaves.
    package var sizeLimitLow: Int
    /// The factor of the premium that tools use to replace a message.
    package var replaceByFeeRatio: Double
    /// The least seconds between two prunings.
    package var pruneCooldownSeconds: Int
    /// The factor between the gas that a message used in a trial and the limit that it gets.
    package var gasLimitOverestimation: Double

    package init(
        priorityAddresses: [Address] = [],
        sizeLimitHigh: Int = 30_000,
        sizeLimitLow: Int = 20_000,
        replaceByFeeRatio: Double = 1.25,
        pruneCooldownSeconds: Int = 60,
        gasLimitOverestimation: Double = 1.25
    ) {
        self.priorityAddresses = priorityAddresses
        self.sizeLimitHigh = sizeLimitHigh
        self.sizeLimitLow = sizeLimitLow
        self.replaceByFeeRatio = replaceByFeeRatio
        self.pruneCooldownSeconds = pruneCooldownSeconds
        self.gasLimitOverestimation = gasLimitOverestimation
    }
}

/// The bounds of the pool that nobody changes.
package enum MessagePoolLimits {
    /// The most bytes of a signed message: 64 KiB.
    package static let messageByteCount = 64 << 10
    /// The most messages of a sender that may wait.
    package static let pendingPerSender = 1000
    /// The most messages of a sender that came through a public gateway.
    package static let untrustedPendingPerSender = 10
    /// By how many nonces a message from the network may be ahead.
    package static let nonceGap: UInt64 = 4
    /// The gas of the cheapest message there is: with less left, a block is full.
    package static let minimumGas: Int64 = 1_298_450
    /// The most messages that are sent again at a time.
    package static let republishCount = 30
    /// The most messages in a block.
    package static let blockMessageCount = 10_000
    /// The most messages of one kind of signature in a block: what a decoder reads.
    package static let signatureKindCount = 8192
    /// In how many blocks of an epoch a message may find a place, for the selection.
    package static let blockCount = 15
    /// How many BLS signatures are kept to take messages of a reverted block back.
    package static let blsSignatureCount = 40_000
    /// How many messages are remembered whose signature was right.
    package static let verifiedSignatureCount = 32_000
    /// How many updates wait for a slow subscriber before it loses the oldest.
    package static let updateCount = 1024
}

/// The rule by which a message takes the place of one with the same nonce.
package enum ReplaceByFee {
    /// The premium, in percent of the old one, that a replacement must offer at least.
    ///
    /// The lotus that was recorded takes 110 percent; lotus v1.15 took 125.
    package static let minimumPercent: Int64 = 110

    /// The least premium that replaces a message: the percentage, and one attoFIL more.
    package static func minimumPremium(replacing premium: TokenAmount) -> TokenAmount {
        let raised = (premium.attoFIL * BigInt(minimumPercent)).euclideanDivided(by: 100).quotient
        return TokenAmount(attoFIL: raised + 1)
    }

    /// The premium that a tool offers when it replaces a message by itself: 1.25 times the old one in
    /// steps of 1/256, and one attoFIL more; at least ``minimumPremium(replacing:)``.
    package static func automaticPremium(
        replacing premium: TokenAmount,
        ratio: Double = 1.25
    ) -> TokenAmount {
        let steps = BigInt(Int64(max(0, min(ratio - 1, 1_000_000)) * 256))
        let raise = (premium.attoFIL * steps).euclideanDivided(by: 256).quotient
        let wanted = TokenAmount(attoFIL: premium.attoFIL + raise + 1)
        return max(wanted, minimumPremium(replacing: premium))
    }
}
