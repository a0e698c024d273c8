import BigIntegers
import BuiltinActors
import FilecoinTypes
import Testing

/// Data cap that is too small for any deal is forfeited; verifiers give no more than they were given.
///
/// Rule: specs-actors v7, `verified_registry_actor.go`, `UseBytes`: "Will be restored later if the deal did not
/// get activated with a ProvenSector"; `MinVerifiedDealSize` is 256 bytes here.
@Suite struct DataCapTests {
    private let world: RuleWorld

    init() throws {
        world = try RuleWorld()
        try world.giveDataCap(1000)
    }

    private func change(_ method: MethodNumber, _ bytes: BigInt) throws -> ExitCode {
        try world.exitCode(
            method,
            to: .verifiedRegistry,
            from: .market,
            DataCapChange(address: .id(RuleWorld.client), dealSize: bytes)
        )
    }

    @Test func `a rest below the smallest deal is forfeited`() throws {
        #expect(try change(VerifiedRegistryMethod.useBytes, 744) == .ok)
        #expect(try world.dataCap(of: RuleWorld.client) == 256)
        #expect(try change(VerifiedRegistryMethod.restoreBytes, 744) == .ok)
        #expect(try change(VerifiedRegistryMethod.useBytes, 745) == .ok)
        #expect(try world.dataCap(of: RuleWorld.client) == nil)
        #expect(try change(VerifiedRegistryMethod.useBytes, 256) == .notFound)
        // What is restored makes a client again.
        #expect(try change(VerifiedRegistryMethod.restoreBytes, 745) == .ok)
        #expect(try world.dataCap(of: RuleWorld.client) == 745)
    }

    @Test func `a deal uses no more than there is and no less than the smallest`() throws {
        #expect(try change(VerifiedRegistryMethod.useBytes, 1001) == .illegalArgument)
        #expect(try change(VerifiedRegistryMethod.useBytes, 255) == .illegalArgument)
        #expect(try change(VerifiedRegistryMethod.restoreBytes, 255) == .illegalArgument)
        #expect(try change(VerifiedRegistryMethod.useBytes, 1000) == .ok)
    }

    @Test func `nothing is given back to the root or to a verifier`() throws {
        for id in [RuleWorld.registryRoot, RuleWorld.reporter] {
            let given = DataCapChange(address: .id(id), dealSize: 256)
            #expect(
                try world.exitCode(
                    VerifiedRegistryMethod.restoreBytes,
                    to: .verifiedRegistry,
                    from: .market,
                    given
                ) == .illegalArgument
            )
        }
    }

    @Test func `nobody is verifier and client, and a verifier's allowance is used up`() throws {
        func give(_ bytes: BigInt, to id: ActorID) throws -> ExitCode {
            try world.exitCode(
                VerifiedRegistryMethod.addVerifiedClient,
                to: .verifiedRegistry,
                from: RuleWorld.reporter,
                AllowanceParameters(address: .id(id), allowance: bytes)
            )
        }
        func name(_ id: ActorID, allowance: BigInt) throws -> ExitCode {
            try world.exitCode(
                VerifiedRegistryMethod.addVerifier,
                to: .verifiedRegistry,
                from: RuleWorld.registryRoot,
                AllowanceParameters(address: .id(id), allowance: allowance)
            )
        }
        #expect(try give(256, to: RuleWorld.other) == .illegalArgument)
        #expect(try name(RuleWorld.reporter, allowance: 600) == .ok)
        #expect(try give(601, to: RuleWorld.other) == .illegalArgument)
        #expect(try give(300, to: RuleWorld.other) == .ok)
        #expect(try give(300, to: RuleWorld.client) == .ok)
        #expect(try world.dataCap(of: RuleWorld.client) == 1300)
        #expect(try give(300, to: RuleWorld.reporter) == .illegalArgument)
        #expect(try name(RuleWorld.client, allowance: 600) == .illegalArgument)
        #expect(try name(RuleWorld.registryRoot, allowance: 600) == .illegalArgument)
    }
}
