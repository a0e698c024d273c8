package import ActorRuntime
internal import BigIntegers
internal import CBOR
package import FilecoinTypes

/// A channel in which one account pays another with signed vouchers off the chain.
package enum PaymentChannelActor {
    /// A voucher came after the channel had settled.
    package static let updateAfterSettled: ExitCode = .firstActorSpecific
    /// Epochs between settling and collecting: twelve hours.
    package static let settleDelay: ChainEpoch = 1440
    /// Bytes of a secret, at most.
    package static let maxSecretSize = 256
    /// The highest number of a lane.
    package static let maxLane = UInt64(Int64.max)
    /// The bit width of the AMT of lanes.
    package static let lanesBitWidth = 3

    package static let definition = ActorDefinition(
        .paymentChannel,
        [
            ActorMethod(1, "Constructor", construct),
            ActorMethod(2, "UpdateChannelState", update),
            ActorMethod(3, "Settle", settle),
            ActorMethod(4, "Collect", collect),
        ]
    )

    static func construct(
        _ rt: Runtime,
        _ parameters: PaymentChannelConstructorParameters
    ) throws(ActorError) {
        try rt.validateCaller(kinds: .`init`)
        let to = try resolveAccount(rt, parameters.to)
        let from = try resolveAccount(rt, parameters.from)
        let lanes = try ADTArray<LaneState>.emptyRoot(in: rt.store, bitWidth: lanesBitWidth)
        try rt.createState(
            PaymentChannelState(
                from: .id(from),
                to: .id(to),
                toSend: .zero,
                settlingAt: 0,
                minSettleHeight: 0,
                laneStates: lanes
            )
        )
    }

    private static func resolveAccount(
        _ rt: Runtime,
        _ address: Address
    ) throws(ActorError) -> ActorID {
        let id: ActorID
        do { id = try rt.resolveCreating(address) } catch {
            if error.mustPropagate { throw error }
            // Whatever the transfer said, this is the code.
            throw .illegalState("failed to resolve address \(address): \(error)")
        }
        guard let kind = try rt.kind(of: id) else {
            throw .illegalArgument("no code for address \(id)")
        }
        guard kind == .account else {
            throw .forbidden("actor \(address) must be an account, was \(kind)")
        }
        return id
    }

    static func update(
        _ rt: Runtime,
        _ parameters: UpdateChannelStateParameters
    ) throws(ActorError) {
        let state: PaymentChannelState = try rt.state()
        try rt.validateCaller(isOneOf: [state.from, state.to])
        let signer = rt.callerAddress == state.from ? state.to : state.from
        let voucher = parameters.voucher
        try check(rt, voucher, secret: parameters.secret, signer: signer, state)
        if let extra = voucher.extra {
            try rt.send(to: extra.actor, method: extra.method, params: extra.data)
                .requireSuccess("spend voucher verification failed")
        }
        try rt.transaction { (state: inout PaymentChannelState) throws(ActorError) in
            try redeem(rt, voucher, &state)
        }
    }

    /// The checks that come before a voucher's own verification call, in the reference's order.
    private static func check(
        _ rt: Runtime,
        _ voucher: SignedVoucher,
        secret: [UInt8],
        signer: Address,
        _ state: PaymentChannelState
    ) throws(ActorError) {
        guard let signature = voucher.signature else {
            throw .illegalArgument("voucher has no signature")
        }
        if state.settlingAt != 0 && rt.epoch >= state.settlingAt {
            throw .exit(updateAfterSettled, "no vouchers can be processed after settling")
        }
        if secret.count > maxSecretSize {
            throw .illegalArgument("secret must be at most \(maxSecretSize) bytes long")
        }
        var unsigned = voucher
        unsigned.signature = nil
        do {
            try rt.verifySignature(signature, signer: signer, plaintext: unsigned.cborBytes())
        } catch { throw error.coded(.illegalArgument, "voucher signature invalid") }
        guard let channel = try rt.resolve(voucher.channel) else {
            throw .illegalArgument("voucher channel address \(voucher.channel) does not resolve")
        }
        guard channel == rt.receiver else {
            throw .illegalArgument("voucher channel \(channel) does not match \(rt.receiver)")
        }
        if rt.epoch < voucher.timeLockMin { throw .illegalArgument("cannot use this voucher yet") }
        if voucher.timeLockMax != 0 && rt.epoch > voucher.timeLockMax {
            throw .illegalArgument("this voucher has expired")
        }
        if voucher.amount.signum < 0 {
            throw .illegalArgument("voucher amount must be non-negative, was \(voucher.amount)")
        }
        if !voucher.secretHash.isEmpty {
            let hash = try rt.hashBLAKE2b(secret)
            if hash != voucher.secretHash { throw .illegalArgument("incorrect secret") }
        }
    }

    private static func redeem(
        _ rt: Runtime,
        _ voucher: SignedVoucher,
        _ state: inout PaymentChannelState
    ) throws(ActorError) {
        var lanes = try state.lanes(rt.store)
        var lane = LaneState(redeemed: 0, nonce: 0)
        if let found = try findLane(voucher.lane, &lanes) {
            lane = found
            if lane.nonce >= voucher.nonce {
                throw .illegalArgument(
                    "voucher has outdated nonce \(voucher.nonce), lane is at \(lane.nonce)"
                )
            }
        }
        var redeemedFromOthers: BigInt = 0
        for merge in voucher.merges {
            if merge.lane == voucher.lane {
                throw .illegalArgument("voucher cannot merge lanes into its own lane")
            }
            guard var other = try findLane(merge.lane, &lanes) else {
                throw .illegalArgument("voucher specifies invalid merge lane \(merge.lane)")
            }
            if other.nonce >= merge.nonce {
                throw .illegalArgument("merged lane in voucher has outdated nonce")
            }
            redeemedFromOthers += other.redeemed
            other.nonce = merge.nonce
            try lanes.set(merge.lane, other)
        }
        lane.nonce = voucher.nonce
        let delta = voucher.amount - (redeemedFromOthers + lane.redeemed)
        lane.redeemed = voucher.amount
        let toSend = TokenAmount(attoFIL: state.toSend.attoFIL + delta)
        if toSend.isNegative {
            throw .illegalArgument("voucher would leave channel balance negative")
        }
        if toSend > (try rt.currentBalance()) {
            throw .illegalArgument("not enough funds in channel to cover voucher")
        }
        state.toSend = toSend
        if voucher.minSettleHeight != 0 {
            if state.settlingAt != 0 && state.settlingAt < voucher.minSettleHeight {
                state.settlingAt = voucher.minSettleHeight
            }
            state.minSettleHeight = max(state.minSettleHeight, voucher.minSettleHeight)
        }
        do {
            try lanes.set(voucher.lane, lane)
            state.laneStates = try lanes.root()
        } catch { throw error.coded(.illegalState, "failed to save lanes") }
    }

    private static func findLane(
        _ number: UInt64,
        _ lanes: inout ADTArray<LaneState>
    ) throws(ActorError) -> LaneState? {
        if number > maxLane { throw .illegalArgument("maximum lane ID is 2^63-1") }
        return try lanes.get(number)
    }

    static func settle(_ rt: Runtime) throws(ActorError) {
        try rt.transaction { (state: inout PaymentChannelState) throws(ActorError) in
            try rt.validateCaller(isOneOf: [state.from, state.to])
            if state.settlingAt != 0 { throw .illegalState("channel already settling") }
            state.settlingAt = max(rt.epoch + settleDelay, state.minSettleHeight)
        }
    }

    static func collect(_ rt: Runtime) throws(ActorError) {
        let state: PaymentChannelState = try rt.state()
        try rt.validateCaller(isOneOf: [state.from, state.to])
        if state.settlingAt == 0 || rt.epoch < state.settlingAt {
            throw .forbidden("payment channel not settling or settled")
        }
        try rt.send(to: state.to, method: .send, value: state.toSend)
            .requireSuccess("failed to send funds to `To`")
        // What is left goes back to the payer.
        try rt.deleteActor(beneficiary: state.from)
    }
}

extension PaymentChannelState {
    /// The lanes by number.
    package func lanes(_ store: ActorStore) throws(ActorError) -> ADTArray<LaneState> {
        try ADTArray(
            store: store,
            root: laneStates,
            bitWidth: PaymentChannelActor.lanesBitWidth
        )
    }
}
