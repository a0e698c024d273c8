import ActorRuntime
import BuiltinActors
import CBOR
import FilecoinTypes
import Testing

/// A transaction whose call fails was executed all the same: it is gone, and the code is told.
///
/// Rule: specs-actors v7, `multisig_actor.go`, `executeTransactionIfApproved`.
@Suite struct FailedCallTests {
    @Test func `the code of the call is returned, the transaction is gone`() throws {
        let world = try RuleWorld()
        let wallet = try world.createMultisig(threshold: 1)
        let returned = try world.send(
            2,
            to: wallet,
            from: RuleWorld.owner,
            ProposeParameters(to: .id(RuleWorld.other), value: .fil(1), method: 99, params: [])
        )
        #expect(
            try ProposeReturn(cbor: returned)
                == ProposeReturn(
                    transactionID: 0,
                    applied: true,
                    code: .invalidMethod,
                    returned: []
                )
        )
        #expect(try world.balance(of: wallet) == .fil(100))
        var pending = try world.state(of: wallet, as: MultisigState.self).pending(world.store)
        #expect(try pending.get(.signed(0)) == nil)
    }
}
