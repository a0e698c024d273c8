import ActorRuntime
import BigIntegers
import BuiltinActors
import CBOR
import FilecoinTypes
import Testing

/// The root takes data cap away only with the signatures of two verifiers.
///
/// Rule: FIP-0028; specs-actors v7, `RemoveVerifiedClientDataCap`: each consent counts once (a counter for each
/// verifier and client), all of it is taken if there is less than asked.
@Suite struct RemovedDataCapTests {
    private let world: RuleWorld

    init() throws {
        world = try RuleWorld()
        try world.giveDataCap(1000)
        try world.send(
            VerifiedRegistryMethod.addVerifier,
            to: .verifiedRegistry,
            from: RuleWorld.registryRoot,
            AllowanceParameters(address: .id(RuleWorld.owner), allowance: 1000)
        )
    }

    private func remove(
        _ amount: BigInt,
        consents: [(ActorID, UInt8)] = [(RuleWorld.owner, 1), (RuleWorld.reporter, 1)],
        from root: ActorID = RuleWorld.registryRoot
    ) throws -> BigInt {
        let requests = consents.map {
            RemoveDataCapRequest(
                verifier: .id($0),
                signature: Signature(type: .bls, data: [$1])
            )
        }
        let returned = try world.send(
            7,
            to: .verifiedRegistry,
            from: root,
            RemoveDataCapParameters(
                client: .id(RuleWorld.client),
                amount: amount,
                first: requests[0],
                second: requests[1]
            )
        )
        return try RemoveDataCapReturn(cbor: returned).removed
    }

    @Test func `what is asked is taken, and no more than there is`() throws {
        #expect(try remove(400) == 400)
        #expect(try world.dataCap(of: RuleWorld.client) == 600)
        #expect(try remove(601) == 600)
        #expect(try world.dataCap(of: RuleWorld.client) == nil)
    }

    @Test func `each consent counts once`() throws {
        _ = try remove(1)
        _ = try remove(1)
        let state: VerifiedRegistryState = try world.state(of: .verifiedRegistry)
        var counters = try ADTMap<RemoveDataCapProposalID>(
            store: world.store,
            root: try #require(state.removeDataCapProposalIDs)
        )
        var count = 0
        try counters.forEach { (_, next) throws(ActorError) in
            #expect(next.proposalID == 2)
            count += 1
            return true
        }
        #expect(count == 2)
    }

    @Test func `two different verifiers, right signatures and the root are needed`() throws {
        func refusal(_ body: () throws -> BigInt) -> ExitCode? {
            do {
                _ = try body()
                return nil
            } catch { return (error as? RuleWorld.Refusal)?.code }
        }
        let owner = RuleWorld.owner
        let reporter = RuleWorld.reporter
        #expect(
            refusal { try remove(1, consents: [(owner, 1), (owner, 1)]) } == .illegalArgument
        )
        #expect(
            refusal { try remove(1, consents: [(owner, 1), (RuleWorld.other, 1)]) }
                == .illegalArgument
        )
        #expect(
            refusal { try remove(1, consents: [(owner, 1), (reporter, RuleWorld.wrong)]) }
                == .illegalArgument
        )
        #expect(refusal { try remove(1, from: owner) } == .systemForbidden)
        #expect(try world.dataCap(of: RuleWorld.client) == 1000)
    }
}
