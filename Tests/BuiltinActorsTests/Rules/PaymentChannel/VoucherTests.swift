import ActorRuntime
import BuiltinActors
import FilecoinTypes
import Hashing
import Testing

/// A lane pays what its newest voucher says in all; merged lanes count as paid already.
///
/// Rule: specs-actors v7, `paych_actor.go`, `UpdateChannelState`: to send += amount - (redeemed of merged lanes
/// + redeemed of this lane), never below zero, never above the channel's balance.
@Suite struct VoucherTests {
    private let world: RuleWorld
    private let channel: ActorID

    init() throws {
        world = try RuleWorld()
        channel = try world.createChannel(.fil(10))
    }

    private func voucher(
        lane: UInt64,
        nonce: UInt64,
        _ amount: Int64,
        merging merges: [VoucherMerge] = []
    ) -> SignedVoucher {
        SignedVoucher(
            channel: .id(channel),
            timeLockMin: 0,
            timeLockMax: 0,
            secretHash: [],
            extra: nil,
            lane: lane,
            nonce: nonce,
            amount: TokenAmount.fil(amount).attoFIL,
            minSettleHeight: 0,
            merges: merges,
            signature: Signature(type: .bls, data: [1])
        )
    }

    private func redeem(_ voucher: SignedVoucher, secret: [UInt8] = []) throws -> ExitCode {
        try world.exitCode(
            2,
            to: channel,
            from: RuleWorld.client,
            UpdateChannelStateParameters(voucher: voucher, secret: secret)
        )
    }

    private func state() throws -> PaymentChannelState { try world.state(of: channel) }

    @Test func `a merged lane counts as paid and needs a newer nonce from then on`() throws {
        #expect(try redeem(voucher(lane: 0, nonce: 1, 2)) == .ok)
        #expect(try redeem(voucher(lane: 1, nonce: 1, 3)) == .ok)
        #expect(try state().toSend == .fil(5))
        // Lane 2 takes both over and pays one more.
        let merges = [VoucherMerge(lane: 0, nonce: 2), VoucherMerge(lane: 1, nonce: 5)]
        #expect(try redeem(voucher(lane: 2, nonce: 1, 6, merging: merges)) == .ok)
        #expect(try state().toSend == .fil(6))
        #expect(try redeem(voucher(lane: 1, nonce: 5, 4)) == .illegalArgument)
        // What lane 1 had redeemed before is still counted as its own.
        #expect(try redeem(voucher(lane: 1, nonce: 6, 4)) == .ok)
        #expect(try state().toSend == .fil(7))
    }

    @Test func `a newer voucher may pay less, but the channel never less than nothing`() throws {
        #expect(try redeem(voucher(lane: 0, nonce: 1, 4)) == .ok)
        #expect(try redeem(voucher(lane: 0, nonce: 2, 1)) == .ok)
        #expect(try state().toSend == .fil(1))
        #expect(try redeem(voucher(lane: 1, nonce: 1, 2)) == .ok)
        let merge = [VoucherMerge(lane: 0, nonce: 3)]
        #expect(try redeem(voucher(lane: 1, nonce: 2, 0, merging: merge)) == .ok)
        #expect(try state().toSend == 0)
        // Both lanes' payments are taken back a second time: below zero.
        let again = [VoucherMerge(lane: 0, nonce: 4)]
        #expect(try redeem(voucher(lane: 1, nonce: 3, 0, merging: again)) == .illegalArgument)
    }

    @Test func `a channel pays no more than it has`() throws {
        #expect(try redeem(voucher(lane: 0, nonce: 1, 11)) == .illegalArgument)
        #expect(try redeem(voucher(lane: 0, nonce: 1, 10)) == .ok)
    }

    @Test func `lanes merge neither into themselves, nor unknown, nor with old nonces`() throws {
        #expect(try redeem(voucher(lane: 0, nonce: 3, 1)) == .ok)
        for merge in [
            VoucherMerge(lane: 1, nonce: 9), VoucherMerge(lane: 7, nonce: 1),
            VoucherMerge(lane: 0, nonce: 3),
        ] {
            let bad = voucher(lane: 1, nonce: 1, 1, merging: [merge])
            #expect(try redeem(bad) == .illegalArgument)
        }
    }

    @Test func `time locks are inclusive at both ends`() throws {
        var locked = voucher(lane: 0, nonce: 1, 1)
        locked.timeLockMin = world.epoch + 10
        locked.timeLockMax = world.epoch + 20
        let start = world.epoch
        world.epoch = start + 9
        #expect(try redeem(locked) == .illegalArgument)
        world.epoch = start + 10
        #expect(try redeem(locked) == .ok)
        locked.nonce = 2
        world.epoch = start + 20
        #expect(try redeem(locked) == .ok)
        locked.nonce = 3
        world.epoch = start + 21
        #expect(try redeem(locked) == .illegalArgument)
    }

    @Test func `a secret must be known, and its call must succeed`() throws {
        var secret = voucher(lane: 0, nonce: 1, 1)
        secret.secretHash = BLAKE2b.hash256(Array("sesame".utf8))
        #expect(try redeem(secret, secret: Array("abracadabra".utf8)) == .illegalArgument)
        #expect(try redeem(secret, secret: [UInt8](repeating: 0, count: 257)) == .illegalArgument)
        #expect(try redeem(secret, secret: Array("sesame".utf8)) == .ok)

        var called = voucher(lane: 0, nonce: 2, 2)
        // Account 103 has a method 2, which is for nobody's use but fails for none.
        called.extra = VoucherVerification(actor: .id(RuleWorld.other), method: 2, data: [])
        #expect(try redeem(called) == .ok)
        called.nonce = 3
        called.extra = VoucherVerification(actor: .id(RuleWorld.other), method: 9, data: [])
        #expect(try redeem(called) == .invalidMethod)
    }
}
