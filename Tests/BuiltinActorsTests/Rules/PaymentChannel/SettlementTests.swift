import ActorRuntime
import BuiltinActors
import FilecoinTypes
import Testing

/// A channel is collected twelve hours after it was settled, or later if a voucher says so, and is gone then.
///
/// Rule: specs-actors v7, `paych_actor.go`, `Settle`, `Collect`, `SettleDelay` = 1440 epochs; exit code 32 for
/// vouchers after that.
@Suite struct SettlementTests {
    private let world: RuleWorld
    private let channel: ActorID

    init() throws {
        world = try RuleWorld()
        channel = try world.createChannel(.fil(10))
    }

    private func redeem(nonce: UInt64, minSettleHeight: ChainEpoch) throws -> ExitCode {
        let voucher = SignedVoucher(
            channel: .id(channel),
            timeLockMin: 0,
            timeLockMax: 0,
            secretHash: [],
            extra: nil,
            lane: 0,
            nonce: nonce,
            amount: TokenAmount.fil(3).attoFIL,
            minSettleHeight: minSettleHeight,
            merges: [],
            signature: Signature(type: .bls, data: [1])
        )
        return try world.exitCode(
            2,
            to: channel,
            from: RuleWorld.client,
            UpdateChannelStateParameters(voucher: voucher, secret: [])
        )
    }

    private func collect(at epoch: ChainEpoch) throws -> ExitCode {
        world.epoch = epoch
        return try world.exitCode(4, to: channel, from: RuleWorld.client)
    }

    @Test func `the payee gets what was redeemed, the payer the rest`() throws {
        let start = world.epoch
        #expect(try redeem(nonce: 1, minSettleHeight: 0) == .ok)
        #expect(try collect(at: start) == .forbidden)
        try world.send(3, to: channel, from: RuleWorld.owner)
        #expect(try world.exitCode(3, to: channel, from: RuleWorld.client) == .illegalState)
        #expect(try collect(at: start + 1439) == .forbidden)
        #expect(try redeem(nonce: 2, minSettleHeight: 0) == .ok)
        world.epoch = start + 1440
        #expect(try redeem(nonce: 3, minSettleHeight: 0) == 32)

        var payee = TokenAmount.zero
        let payer = try world.gain(of: RuleWorld.owner) {
            payee = try world.gain(of: RuleWorld.client) {
                try world.send(4, to: channel, from: RuleWorld.client)
            }
        }
        #expect(payee == .fil(3))
        #expect(payer == .fil(7))
        #expect(try world.tree.actor(channel) == nil)
    }

    @Test func `a voucher may put the settlement off, before and after it was asked for`() throws {
        let start = world.epoch
        #expect(try redeem(nonce: 1, minSettleHeight: start + 2000) == .ok)
        try world.send(3, to: channel, from: RuleWorld.owner)
        #expect(try collect(at: start + 1999) == .forbidden)
        #expect(try redeem(nonce: 2, minSettleHeight: start + 2500) == .ok)
        #expect(try collect(at: start + 2499) == .forbidden)
        #expect(try collect(at: start + 2500) == .ok)
    }
}
