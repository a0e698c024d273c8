internal import ActorRuntime
package import BigIntegers
package import CBOR
package import FilecoinTypes
package import Multiformats

/// Parameters of Constructor.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct PaymentChannelConstructorParameters: Hashable, Sendable, CBORCodable {
    package var from: Address
    package var to: Address

    package init(
        from: Address,
        to: Address
    ) {
        self.from = from
        self.to = to
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(from)
        encoder.encode(to)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        from = try decoder.value()
        to = try decoder.value()
    }
}

/// Parameters of UpdateChannelState.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct UpdateChannelStateParameters: Hashable, Sendable, CBORCodable {
    package var voucher: SignedVoucher
    package var secret: [UInt8]

    package init(
        voucher: SignedVoucher,
        secret: [UInt8]
    ) {
        self.voucher = voucher
        self.secret = secret
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(voucher)
        encoder.bytes(secret)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        voucher = try decoder.value()
        secret = try decoder.bytes()
    }
}

/// A call that must succeed for a voucher to count.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct VoucherVerification: Hashable, Sendable, CBORCodable {
    package var actor: Address
    package var method: MethodNumber
    package var data: [UInt8]

    package init(
        actor: Address,
        method: MethodNumber,
        data: [UInt8]
    ) {
        self.actor = actor
        self.method = method
        self.data = data
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(3)
        encoder.encode(actor)
        encoder.encode(method)
        encoder.bytes(data)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 3)
        actor = try decoder.value()
        method = try decoder.value()
        data = try decoder.bytes()
    }
}

/// A lane that a voucher merges into its own.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct VoucherMerge: Hashable, Sendable, CBORCodable {
    package var lane: UInt64
    package var nonce: UInt64

    package init(
        lane: UInt64,
        nonce: UInt64
    ) {
        self.lane = lane
        self.nonce = nonce
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.unsigned(lane)
        encoder.unsigned(nonce)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        lane = try decoder.unsigned()
        nonce = try decoder.unsigned()
    }
}

/// A promise of payment.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct SignedVoucher: Hashable, Sendable, CBORCodable {
    /// The payment channel.
    package var channel: Address
    /// The first epoch in which it counts.
    package var timeLockMin: ChainEpoch
    /// The last epoch in which it counts; 0 for ever.
    package var timeLockMax: ChainEpoch
    /// The hash of what the receiver must know; empty if nothing.
    package var secretHash: [UInt8]
    package var extra: VoucherVerification?
    package var lane: UInt64
    /// Must rise within a lane.
    package var nonce: UInt64
    /// What the lane pays in all, in attoFIL.
    package var amount: BigInt
    package var minSettleHeight: ChainEpoch
    package var merges: [VoucherMerge]
    package var signature: Signature?

    package init(
        channel: Address,
        timeLockMin: ChainEpoch,
        timeLockMax: ChainEpoch,
        secretHash: [UInt8],
        extra: VoucherVerification?,
        lane: UInt64,
        nonce: UInt64,
        amount: BigInt,
        minSettleHeight: ChainEpoch,
        merges: [VoucherMerge],
        signature: Signature?
    ) {
        self.channel = channel
        self.timeLockMin = timeLockMin
        self.timeLockMax = timeLockMax
        self.secretHash = secretHash
        self.extra = extra
        self.lane = lane
        self.nonce = nonce
        self.amount = amount
        self.minSettleHeight = minSettleHeight
        self.merges = merges
        self.signature = signature
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(11)
        encoder.encode(channel)
        encoder.encode(timeLockMin)
        encoder.encode(timeLockMax)
        encoder.bytes(secretHash)
        encoder.optional(extra)
        encoder.unsigned(lane)
        encoder.unsigned(nonce)
        encoder.bigInt(amount)
        encoder.encode(minSettleHeight)
        encoder.list(merges)
        encoder.optional(signature)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 11)
        channel = try decoder.value()
        timeLockMin = try decoder.value()
        timeLockMax = try decoder.value()
        secretHash = try decoder.bytes()
        extra = try decoder.optional()
        lane = try decoder.unsigned()
        nonce = try decoder.unsigned()
        amount = try decoder.bigInt()
        minSettleHeight = try decoder.value()
        merges = try decoder.list()
        signature = try decoder.isNull() ? nil : try decoder.nativeSignature()
    }
}

/// How much of a lane is redeemed.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct LaneState: Hashable, Sendable, CBORCodable {
    /// AttoFIL.
    package var redeemed: BigInt
    package var nonce: UInt64

    package init(
        redeemed: BigInt,
        nonce: UInt64
    ) {
        self.redeemed = redeemed
        self.nonce = nonce
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.bigInt(redeemed)
        encoder.unsigned(nonce)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        redeemed = try decoder.bigInt()
        nonce = try decoder.unsigned()
    }
}

/// The state of a payment channel.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct PaymentChannelState: Hashable, Sendable, CBORCodable {
    /// Who pays.
    package var from: Address
    /// Who is paid.
    package var to: Address
    /// What the vouchers so far add up to.
    package var toSend: TokenAmount
    /// When the channel can be collected; 0 while it is open.
    package var settlingAt: ChainEpoch
    package var minSettleHeight: ChainEpoch
    /// AMT of lanes.
    package var laneStates: CID

    package init(
        from: Address,
        to: Address,
        toSend: TokenAmount,
        settlingAt: ChainEpoch,
        minSettleHeight: ChainEpoch,
        laneStates: CID
    ) {
        self.from = from
        self.to = to
        self.toSend = toSend
        self.settlingAt = settlingAt
        self.minSettleHeight = minSettleHeight
        self.laneStates = laneStates
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(6)
        encoder.encode(from)
        encoder.encode(to)
        encoder.encode(toSend)
        encoder.encode(settlingAt)
        encoder.encode(minSettleHeight)
        encoder.encode(laneStates)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 6)
        from = try decoder.value()
        to = try decoder.value()
        toSend = try decoder.value()
        settlingAt = try decoder.value()
        minSettleHeight = try decoder.value()
        laneStates = try decoder.value()
    }
}
