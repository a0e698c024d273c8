import ActorRuntime
import BuiltinActors
import CBOR
import FilecoinTypes
import Testing

/// Who leaves a wallet takes his approvals along, and a lower threshold lets waiting transactions go.
///
/// Rule: specs-actors v7, `multisig_actor.go`, `RemoveSigner`, `SwapSigner`, `PurgeApprovals`, `Approve`, which
/// executes a transaction that has enough approvals without adding another; `Cancel` is the proposer's alone.
@Suite struct SignerTests {
    private let world: RuleWorld
    private let wallet: ActorID

    init() throws {
        world = try RuleWorld()
        wallet = try world.createMultisig(threshold: 3)
    }

    /// Proposes to pay one FIL to a stranger.
    private func propose(from signer: ActorID) throws -> Int64 {
        let returned = try world.send(
            2,
            to: wallet,
            from: signer,
            ProposeParameters(to: .id(RuleWorld.other), value: .fil(1), method: .send, params: [])
        )
        return try ProposeReturn(cbor: returned).transactionID
    }

    private func approve(_ id: Int64, from signer: ActorID) throws -> Bool {
        let returned = try world.send(
            3,
            to: wallet,
            from: signer,
            TransactionIDParameters(id: id, proposalHash: [])
        )
        return try ApproveReturn(cbor: returned).applied
    }

    private func approvals(of id: Int64) throws -> [Address]? {
        var pending = try world.state(of: wallet, as: MultisigState.self).pending(world.store)
        return try pending.get(.signed(id))?.approved
    }

    @Test func `a removed signer's approvals are gone, a transaction without any too`() throws {
        let own = try propose(from: RuleWorld.client)
        let shared = try propose(from: RuleWorld.owner)
        #expect(try !approve(shared, from: RuleWorld.client))
        try world.send(
            6,
            to: wallet,
            from: wallet,
            RemoveSignerParameters(signer: .id(RuleWorld.client), decrease: true)
        )
        #expect(try approvals(of: own) == nil)
        #expect(try approvals(of: shared) == [.id(RuleWorld.owner)])
        #expect(try world.state(of: wallet, as: MultisigState.self).approvalsThreshold == 2)
        #expect(try approve(shared, from: RuleWorld.reporter))
    }

    @Test func `a swapped signer's approvals do not pass to the new one`() throws {
        let id = try propose(from: RuleWorld.owner)
        #expect(try !approve(id, from: RuleWorld.client))
        try world.send(
            7,
            to: wallet,
            from: wallet,
            SwapSignerParameters(from: .id(RuleWorld.client), to: .id(RuleWorld.other))
        )
        #expect(try approvals(of: id) == [.id(RuleWorld.owner)])
        #expect(try !approve(id, from: RuleWorld.other))
    }

    @Test func `with enough approvals even who approved before lets it go`() throws {
        let id = try propose(from: RuleWorld.owner)
        #expect(try !approve(id, from: RuleWorld.client))
        let again = TransactionIDParameters(id: id, proposalHash: [])
        #expect(try world.exitCode(3, to: wallet, from: RuleWorld.owner, again) == .forbidden)
        try world.send(
            8,
            to: wallet,
            from: wallet,
            ChangeApprovalsThresholdParameters(newThreshold: 2)
        )
        var isApplied = false
        let paid = try world.gain(of: RuleWorld.other) {
            isApplied = try approve(id, from: RuleWorld.owner)
        }
        #expect(isApplied)
        #expect(paid == .fil(1))
        #expect(try approvals(of: id) == nil)
    }

    @Test func `only the first approver cancels`() throws {
        let id = try propose(from: RuleWorld.owner)
        #expect(try !approve(id, from: RuleWorld.client))
        let cancel = TransactionIDParameters(id: id, proposalHash: [])
        let wrongHash = TransactionIDParameters(id: id, proposalHash: [1])
        #expect(try world.exitCode(4, to: wallet, from: RuleWorld.client, cancel) == .forbidden)
        #expect(
            try world.exitCode(4, to: wallet, from: RuleWorld.owner, wrongHash) == .illegalState
        )
        #expect(
            try world.exitCode(3, to: wallet, from: RuleWorld.reporter, wrongHash)
                == .illegalArgument
        )
        #expect(try world.exitCode(4, to: wallet, from: RuleWorld.owner, cancel) == .ok)
        #expect(try world.exitCode(4, to: wallet, from: RuleWorld.owner, cancel) == .notFound)
    }

    @Test func `a single approval is not lowered, 256 signers are enough`() throws {
        let lower = RemoveSignerParameters(signer: .id(RuleWorld.client), decrease: true)
        try world.change(wallet, as: MultisigState.self) { $0.approvalsThreshold = 1 }
        #expect(try world.exitCode(6, to: wallet, from: wallet, lower) == .illegalArgument)
        try world.change(wallet, as: MultisigState.self) { state in
            state.signers += (0..<252).map { .id(ActorID(5000 + $0)) }
        }
        func add(_ id: ActorID) throws -> ExitCode {
            let signer = AddSignerParameters(signer: .id(id), increase: false)
            return try world.exitCode(5, to: wallet, from: wallet, signer)
        }
        #expect(try add(RuleWorld.other) == .ok)
        #expect(try add(RuleWorld.registryRoot) == .forbidden)
    }

    @Test func `fewer signers than approvals are not allowed`() throws {
        let leave = RemoveSignerParameters(signer: .id(RuleWorld.client), decrease: false)
        #expect(try world.exitCode(6, to: wallet, from: wallet, leave) == .illegalArgument)
        let none = ChangeApprovalsThresholdParameters(newThreshold: 0)
        #expect(try world.exitCode(8, to: wallet, from: wallet, none) == .illegalArgument)
        let more = ChangeApprovalsThresholdParameters(newThreshold: 4)
        #expect(try world.exitCode(8, to: wallet, from: wallet, more) == .illegalArgument)
    }
}
