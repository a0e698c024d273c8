import BuiltinActors
import CBOR
import FilecoinTypes
import Testing

/// A wallet's locked balance is released evenly, and what is locked is rounded up.
///
/// Rule: specs-actors v7, `multisig_state.go`, `AmountLocked`, `assertAvailable`.
@Suite struct LockedBalanceTests {
    @Test func `what is locked cannot be spent, to the last attoFIL`() throws {
        let world = try RuleWorld()
        let start = world.epoch
        let wallet = try world.createMultisig(
            threshold: 1,
            value: .fil(100),
            start: start,
            unlockDuration: 7
        )
        func spend(_ amount: TokenAmount) throws -> ExitCode {
            try world.exitCode(
                2,
                to: wallet,
                from: RuleWorld.owner,
                ProposeParameters(
                    to: .id(RuleWorld.other),
                    value: amount,
                    method: .send,
                    params: []
                )
            )
        }
        #expect(try spend(1) == .actorInsufficientFunds)
        // Nothing can be sent whatever is locked.
        #expect(try spend(0) == .ok)
        world.epoch = start + 3
        // 100 FIL × 4 / 7 are still locked, rounded up: 57.142857142857142858 FIL.
        let locked = (Int128(100_000_000_000_000_000_000) * 4 + 6) / 7
        let free = TokenAmount.fil(100) - TokenAmount(locked)
        #expect(try spend(free + 1) == .actorInsufficientFunds)
        #expect(try spend(free) == .ok)
        world.epoch = start + 7
        #expect(try spend(TokenAmount(locked)) == .ok)
    }
}
