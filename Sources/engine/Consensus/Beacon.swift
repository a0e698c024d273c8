package import FilecoinCrypto
package import FilecoinTypes
package import NetworkParameters
internal import Synchronization

/// Why the beacon entries of a block are not those that it must carry.
package enum BeaconFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The round of the epoch is the parent's: the block must carry none.
    case unexpected(count: Int)
    /// The block must carry entries and has none.
    case missing
    /// The last entry is not that of the epoch.
    case wrongLastRound(UInt64, expected: UInt64)
    /// Where the network changes beacons, there must be two entries.
    case wrongCountAtChange(Int)
    /// An entry does not follow the one before it.
    case notConsecutive(UInt64, previous: UInt64)
    /// An entry of an unchained beacon is not that of its epoch.
    case wrongRound(UInt64, expected: UInt64)
    /// The signature of an entry is wrong.
    case invalid(round: UInt64, String)

    package var description: String {
        switch self {
        case .unexpected(let count):
            "expected not to have any beacon entries in this block, got \(count)"
        case .missing: "expected to have beacon entries in this block, but didn't find any"
        case .wrongLastRound(let round, let expected):
            "expected final beacon entry in block to be at round \(expected), got \(round)"
        case .wrongCountAtChange(let count):
            "expected two beacon entries at beacon fork, got \(count)"
        case .notConsecutive(let round, let previous):
            "invalid beacon entry: cur (\(round)) != prev (\(previous)) + 1"
        case .wrongRound(let round, let expected):
            "unexpected beacon round \(round), expected \(expected)"
        case .invalid(let round, let reason): "beacon entry \(round) was invalid: \(reason)"
        }
    }
}

/// A public source of randomness: numbered entries that nobody can foresee and everybody can check.
package protocol RandomBeacon: Sendable {
    /// Whether an entry can be checked only with the one before it.
    var isChained: Bool { get }

    /// The last round that belongs to an epoch.
    func round(at epoch: ChainEpoch) -> UInt64

    /// Checks an entry.
    ///
    /// `previous` is the entry before it in the chain; round 0 stands for the one of genesis, after which a
    /// chained entry cannot be checked.
    ///
    /// - Throws: ``BeaconFault``.
    func verify(_ entry: BeaconEntry, previous: BeaconEntry) throws(BeaconFault)
}

/// The drand network of a chain.
///
/// Entries that were found valid are remembered, so that no signature is checked twice.
package final class DrandBeacon: RandomBeacon {
    /// More than a block may carry, so that those of a block are never forgotten while it is made and checked.
    private static let cacheLimit = 2 * BeaconClient.roundLimit

    private let verifier: DrandVerifier
    private let parameters: NetworkParameters
    private let genesisTime: UInt64
    private let verified = Mutex<[UInt64: [UInt8]]>([:])

    /// - Parameters:
    ///   - info: The drand network.
    ///   - parameters: The chain's network: how long its epochs are.
    ///   - genesisTime: When the chain began, in seconds since 1970.
    /// - Throws: `DrandError` if the network's public key is invalid.
    package init(
        _ info: DrandChainInfo,
        parameters: NetworkParameters,
        genesisTime: UInt64
    ) throws(DrandError) {
        verifier = try DrandVerifier(info)
        var own = parameters
        own.beacons = [BeaconPoint(start: 0, info: info)]
        self.parameters = own
        self.genesisTime = genesisTime
    }

    package var isChained: Bool { verifier.info.scheme.isChained }

    package func round(at epoch: ChainEpoch) -> UInt64 {
        parameters.beaconRound(at: epoch, genesisTime: genesisTime) ?? 0
    }

    package func verify(_ entry: BeaconEntry, previous: BeaconEntry) throws(BeaconFault) {
        if isChained {
            // Nobody knows the signature before the first entry of a chain.
            if previous.round == 0 { return }
            guard previous.round < .max, entry.round == previous.round + 1 else {
                throw .notConsecutive(entry.round, previous: previous.round)
            }
        }
        if let known = verified.withLock({ $0[entry.round] }) {
            guard known == entry.data else {
                throw .invalid(
                    round: entry.round,
                    "invalid beacon value, does not match cached good value"
                )
            }
            return
        }
        do { try verifier.verify(entry, previousSignature: previous.data) } catch {
            throw .invalid(round: entry.round, "\(error)")
        }
        verified.withLock {
            if $0.count >= Self.cacheLimit { $0.removeAll(keepingCapacity: true) }
            $0[entry.round] = entry.data
        }
    }
}

/// Which beacon belongs to which epochs, and which entries a block must carry.
///
/// - SeeAlso: lotus, `chain/beacon/beacon.go`.
package struct BeaconSchedule: Sendable {
    /// From when on a beacon gives the randomness.
    package struct Point: Sendable {
        package let start: ChainEpoch
        package let beacon: any RandomBeacon

        package init(start: ChainEpoch, beacon: any RandomBeacon) {
            self.start = start
            self.beacon = beacon
        }
    }

    /// The beacons by their first epoch; at least one.
    package let points: [Point]

    /// - Parameter points: At least one, in the order of their epochs.
    package init(_ points: [Point]) {
        precondition(!points.isEmpty, "a network has a beacon")
        self.points = points
    }

    /// One beacon for all epochs.
    package init(_ beacon: any RandomBeacon) {
        self.init([Point(start: 0, beacon: beacon)])
    }

    /// The drand networks of a chain; nil if its parameters name none.
    ///
    /// - Throws: `DrandError` if a public key is invalid.
    package static func drand(
        _ parameters: NetworkParameters,
        genesisTime: UInt64
    ) throws(DrandError) -> BeaconSchedule? {
        if parameters.beacons.isEmpty { return nil }
        var points: [Point] = []
        for point in parameters.beacons {
            let beacon = try DrandBeacon(
                point.info,
                parameters: parameters,
                genesisTime: genesisTime
            )
            points.append(Point(start: point.start, beacon: beacon))
        }
        return BeaconSchedule(points)
    }

    /// The place of the beacon of an epoch in ``points``.
    package func index(at epoch: ChainEpoch) -> Int {
        points.lastIndex { $0.start <= epoch } ?? 0
    }

    /// The beacon of an epoch.
    package func beacon(at epoch: ChainEpoch) -> any RandomBeacon {
        points[index(at: epoch)].beacon
    }

    /// The rounds whose entries a block must carry, in order.
    ///
    /// - Parameters:
    ///   - epoch: The epoch of the block.
    ///   - parentEpoch: The epoch of its parents; those in between are null rounds.
    ///   - previous: The last entry on the chain up to the parents.
    /// - Returns: None if the round of the epoch is the parents' too.
    package func requiredRounds(
        at epoch: ChainEpoch,
        parentEpoch: ChainEpoch,
        previous: BeaconEntry
    ) -> [UInt64] {
        let beacon = beacon(at: epoch)
        let last = beacon.round(at: epoch)
        if beacon.isChained && index(at: parentEpoch) != index(at: epoch) {
            return last == 0 ? [last] : [last - 1, last]
        }
        if last == previous.round { return [] }
        // The entry of genesis belongs to no round.
        if previous.round == 0 { return [last] }
        if beacon.isChained { return last > previous.round ? Array(previous.round + 1...last) : [] }
        guard parentEpoch < epoch else { return [] }
        return (parentEpoch.rawValue + 1...epoch.rawValue).map {
            beacon.round(at: ChainEpoch(rawValue: $0))
        }
    }

    /// Checks that a block carries the entries that it must.
    ///
    /// - Throws: ``BeaconFault``.
    package func validate(
        _ entries: [BeaconEntry],
        at epoch: ChainEpoch,
        parentEpoch: ChainEpoch,
        previous: BeaconEntry
    ) throws(BeaconFault) {
        let beacon = beacon(at: epoch)
        if beacon.isChained && index(at: parentEpoch) != index(at: epoch) {
            guard entries.count == 2 else { throw .wrongCountAtChange(entries.count) }
            return try beacon.verify(entries[1], previous: entries[0])
        }
        let expected = beacon.round(at: epoch)
        if expected == previous.round {
            guard entries.isEmpty else { throw .unexpected(count: entries.count) }
            return
        }
        guard let last = entries.last else { throw .missing }
        guard last.round == expected else {
            throw .wrongLastRound(last.round, expected: expected)
        }
        if !beacon.isChained && previous.round != 0 {
            for (offset, entry) in entries.enumerated() {
                let round = beacon.round(at: parentEpoch + ChainEpoch(rawValue: Int64(offset) + 1))
                guard entry.round == round else {
                    throw .wrongRound(entry.round, expected: round)
                }
            }
        }
        var before = previous
        for entry in entries {
            try beacon.verify(entry, previous: before)
            before = entry
        }
    }
}
