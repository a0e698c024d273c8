import Consensus
import FilecoinCrypto
import FilecoinTypes
import NetworkParameters
import Synchronization
import TestSupport
import Testing

/// A drand chain of our own: the entries of all rounds, each signing the one before.
private final class OwnDrand: BeaconSource {
    struct NotYet: Error {}

    let entries: [BeaconEntry]
    let info: DrandChainInfo
    let requests = Mutex<[UInt64]>([])

    init(rounds: Int, periodSeconds: UInt32, genesisTime: Int64) throws {
        var generator = SeededGenerator(seed: 7)
        let signer = try DrandSigner(try KeyInfo.generate(.bls, using: &generator))
        var entries = [BeaconEntry(round: 0, data: [UInt8](repeating: 9, count: 32))]
        for round in 1...rounds {
            entries.append(
                signer.sign(round: UInt64(round), previousSignature: entries[round - 1].data)
            )
        }
        self.entries = entries
        info = DrandChainInfo(
            publicKey: signer.publicKey,
            periodSeconds: periodSeconds,
            genesisTime: genesisTime,
            groupHash: [1, 2, 3]
        )
    }

    func entry(round: UInt64) throws -> BeaconEntry {
        requests.withLock { $0.append(round) }
        guard round < entries.count else { throw NotYet() }
        return entries[Int(round)]
    }
}

/// Another chained beacon, with a round for each epoch: 100 more.
private struct OtherBeacon: RandomBeacon {
    let isChained = true
    func round(at epoch: ChainEpoch) -> UInt64 { UInt64(bitPattern: epoch.rawValue &+ 100) }
    func verify(_ entry: BeaconEntry, previous: BeaconEntry) {}
}

@Suite struct BeaconTests {
    private static let genesisTime: UInt64 = 1_000_000
    private let drand: OwnDrand
    private let schedule: BeaconSchedule

    /// A beacon with the pace of the chain, whose first round is 50 epochs before its genesis.
    init() throws {
        drand = try OwnDrand(
            rounds: 80,
            periodSeconds: 10,
            genesisTime: Int64(Self.genesisTime) - 500
        )
        var parameters = NetworkParameters.devnet
        parameters.beacons = [BeaconPoint(start: 0, info: drand.info)]
        schedule = try #require(
            try BeaconSchedule.drand(parameters, genesisTime: Self.genesisTime)
        )
    }

    private func entries(_ rounds: ClosedRange<Int>) -> [BeaconEntry] {
        Array(drand.entries[rounds])
    }

    private func fault(
        _ entries: [BeaconEntry],
        at epoch: ChainEpoch,
        parentEpoch: ChainEpoch,
        previous: BeaconEntry
    ) -> BeaconFault? {
        do throws(BeaconFault) {
            try schedule.validate(
                entries,
                at: epoch,
                parentEpoch: parentEpoch,
                previous: previous
            )
            return nil
        } catch { return error }
    }

    @Test func `a network without beacon has no schedule`() throws {
        #expect(try BeaconSchedule.drand(.devnet, genesisTime: 0) == nil)
    }

    @Test func `every epoch since the parents' has its round`() throws {
        let previous = drand.entries[52]
        #expect(schedule.beacon(at: 4).round(at: 4) == 53)
        #expect(
            schedule.requiredRounds(at: 7, parentEpoch: 3, previous: previous)
                == [53, 54, 55, 56]
        )
        #expect(fault(entries(53...56), at: 7, parentEpoch: 3, previous: previous) == nil)
        #expect(schedule.requiredRounds(at: 3, parentEpoch: 2, previous: previous) == [])
        #expect(fault([], at: 3, parentEpoch: 2, previous: previous) == nil)
    }

    @Test func `after genesis only the last round is wanted`() throws {
        let genesis = BeaconEntry(round: 0, data: [UInt8](repeating: 0, count: 32))
        #expect(schedule.requiredRounds(at: 5, parentEpoch: 0, previous: genesis) == [54])
        #expect(fault(entries(54...54), at: 5, parentEpoch: 0, previous: genesis) == nil)
        #expect(
            fault(entries(53...53), at: 5, parentEpoch: 0, previous: genesis)
                == .wrongLastRound(53, expected: 54)
        )
    }

    @Test func `wrong entries are refused, each for its reason`() throws {
        let previous = drand.entries[52]
        func fault(_ entries: [BeaconEntry]) -> BeaconFault? {
            self.fault(entries, at: 7, parentEpoch: 3, previous: previous)
        }
        #expect(fault([]) == .missing)
        #expect(fault(entries(53...55)) == .wrongLastRound(55, expected: 56))
        #expect(fault(entries(54...56)) == .notConsecutive(54, previous: 52))
        #expect(fault(entries(53...54) + entries(56...56)) == .notConsecutive(56, previous: 54))
        var forged = entries(53...56)
        forged[1].data = drand.entries[20].data
        guard case .invalid(round: 54, _) = fault(forged) else {
            Issue.record("a forged entry was accepted")
            return
        }
        // Also once the right one is known.
        #expect(fault(entries(53...56)) == nil)
        guard case .invalid(round: 54, _) = fault(forged) else {
            Issue.record("a forged entry was accepted beside the right one")
            return
        }
        #expect(
            self.fault(entries(52...52), at: 3, parentEpoch: 2, previous: previous)
                == .unexpected(count: 1)
        )
    }

    @Test func `where the beacon changes two entries are wanted`() throws {
        let changing = BeaconSchedule([
            BeaconSchedule.Point(start: 0, beacon: OtherBeacon()),
            BeaconSchedule.Point(start: 5, beacon: schedule.beacon(at: 5)),
        ])
        let previous = BeaconEntry(round: 104, data: [1])
        #expect(changing.requiredRounds(at: 6, parentEpoch: 4, previous: previous) == [54, 55])
        try changing.validate(entries(54...55), at: 6, parentEpoch: 4, previous: previous)
        #expect(throws: BeaconFault.wrongCountAtChange(1)) {
            try changing.validate(entries(55...55), at: 6, parentEpoch: 4, previous: previous)
        }
        #expect(changing.requiredRounds(at: 5, parentEpoch: 4, previous: previous) == [53, 54])
        #expect(changing.requiredRounds(at: 4, parentEpoch: 3, previous: previous) == [])
    }

    @Test func `the client fetches what a block needs, once`() async throws {
        let client = BeaconClient(schedule, sources: [drand])
        let got = try await client.entries(at: 7, parentEpoch: 3, previous: drand.entries[52])
        #expect(got == entries(53...56))
        #expect(drand.requests.withLock { $0.sorted() } == [53, 54, 55, 56])
        _ = try await client.entries(at: 7, parentEpoch: 4, previous: drand.entries[53])
        #expect(try await client.entry(at: 7) == drand.entries[56])
        #expect(drand.requests.withLock(\.count) == 4)
        // Without the entry before it, that one is fetched too, so that the signature can be checked.
        let genesis = BeaconEntry(round: 0, data: [])
        let first = try await client.entries(at: 20, parentEpoch: 0, previous: genesis)
        #expect(first == entries(69...69))
        #expect(drand.requests.withLock { $0.suffix(2) } == [69, 68])
        await #expect(throws: ConsensusError.tooManyBeaconRounds(8193, limit: 8192)) {
            try await client.entries(at: 8196, parentEpoch: 3, previous: drand.entries[52])
        }
        await #expect(throws: OwnDrand.NotYet.self) {
            try await client.entries(at: 902, parentEpoch: 3, previous: drand.entries[52])
        }
        await #expect(throws: OwnDrand.NotYet.self) {
            try await client.entries(at: 40, parentEpoch: 39, previous: drand.entries[80])
        }
    }

    @Test func `the client believes no source`() async throws {
        struct Liar: BeaconSource {
            let entry: BeaconEntry
            func entry(round: UInt64) -> BeaconEntry {
                BeaconEntry(round: round, data: entry.data)
            }
        }
        let client = BeaconClient(schedule, sources: [Liar(entry: drand.entries[3])])
        await #expect(throws: BeaconFault.self) {
            try await client.entries(at: 4, parentEpoch: 3, previous: drand.entries[52])
        }
    }
}
