internal import EventLoop
package import FilecoinTypes

/// Where beacon entries come from, such as a drand server.
///
/// What it says is verified before it is used.
package protocol BeaconSource: Sendable {
    /// Returns the entry of a round; waits, within reason, for one that is about to come.
    func entry(round: UInt64) async throws -> BeaconEntry
}

/// Fetches the beacon entries of blocks and checks them.
///
/// After many null rounds a block carries thousands of entries: they are fetched several at a time, and their
/// signatures are checked on all cores.
package actor BeaconClient {
    /// Entries that a block may carry, at the most: as many as a list on the chain can hold.
    package static let roundLimit = 8192
    private static let cacheLimit = 2 * roundLimit
    /// Requests that are under way at once, at the most.
    private static let requestLimit = 16
    /// Signatures that one thread checks in a row.
    private static let batchSize = 64

    private struct Key: Hashable {
        let point: Int
        let round: UInt64
    }

    private let schedule: BeaconSchedule
    private let sources: [any BeaconSource]
    private var cache: [Key: BeaconEntry] = [:]

    /// Fetches the entries of a schedule, from `sources`: one for each of its points, in order.
    package init(_ schedule: BeaconSchedule, sources: [any BeaconSource]) {
        precondition(sources.count == schedule.points.count, "one source per beacon")
        self.schedule = schedule
        self.sources = sources
    }

    /// Returns the entries that a block must carry.
    ///
    /// - Throws: ``ConsensusError/tooManyBeaconRounds(_:limit:)`` for an epoch so far ahead that no block can
    ///   carry its entries, ``BeaconFault`` if the source gives a wrong entry, or what the source throws.
    package func entries(
        at epoch: ChainEpoch,
        parentEpoch: ChainEpoch,
        previous: BeaconEntry
    ) async throws -> [BeaconEntry] {
        let rounds = schedule.requiredRounds(
            at: epoch,
            parentEpoch: parentEpoch,
            previous: previous
        )
        guard rounds.count <= Self.roundLimit else {
            throw ConsensusError.tooManyBeaconRounds(rounds.count, limit: Self.roundLimit)
        }
        // Where the network changes beacons, the entry before is of another one.
        let isSame = schedule.index(at: parentEpoch) == schedule.index(at: epoch)
        let before = isSame ? previous : BeaconEntry(round: 0, data: [])
        return try await entries(rounds, at: epoch, previous: before)
    }

    /// Returns the entry of an epoch, the last one if it has several.
    package func entry(at epoch: ChainEpoch) async throws -> BeaconEntry {
        let round = schedule.beacon(at: epoch).round(at: epoch)
        let none = BeaconEntry(round: 0, data: [])
        return try await entries([round], at: epoch, previous: none)[0]
    }

    /// The entries of rounds in ascending order.
    ///
    /// `previous` is the entry before the first one, if it is known; without it that one is fetched too, to check
    /// at least that they fit.
    private func entries(
        _ rounds: [UInt64],
        at epoch: ChainEpoch,
        previous: BeaconEntry
    ) async throws -> [BeaconEntry] {
        let point = schedule.index(at: epoch)
        let beacon = schedule.points[point].beacon
        let source = sources[point]
        let missing = rounds.filter { cache[Key(point: point, round: $0)] == nil }
        guard let first = missing.first else {
            return rounds.compactMap { cache[Key(point: point, round: $0)] }
        }
        var known = try await Self.fetch(missing, from: source)
        for round in rounds where known[round] == nil {
            known[round] = cache[Key(point: point, round: round)]
        }
        if beacon.isChained && first > 1 && known[first - 1] == nil {
            let isBefore = previous.round == first - 1
            known[first - 1] = isBefore ? previous : try await source.entry(round: first - 1)
        }
        try await Self.verify(missing, of: known, by: beacon, previous: previous)
        if cache.count + missing.count > Self.cacheLimit { cache.removeAll(keepingCapacity: true) }
        for round in missing { cache[Key(point: point, round: round)] = known[round] }
        return rounds.compactMap { known[$0] }
    }

    /// Fetches entries, several at a time.
    private static func fetch(
        _ rounds: [UInt64],
        from source: any BeaconSource
    ) async throws -> [UInt64: BeaconEntry] {
        try await withThrowingTaskGroup(of: (UInt64, BeaconEntry).self) { group in
            var entries: [UInt64: BeaconEntry] = [:]
            func keep(_ round: UInt64, _ entry: BeaconEntry) throws {
                guard entry.round == round else {
                    throw BeaconFault.wrongRound(entry.round, expected: round)
                }
                entries[round] = entry
            }
            for (index, round) in rounds.enumerated() {
                if index >= requestLimit, let (round, entry) = try await group.next() {
                    try keep(round, entry)
                }
                group.addTask { (round, try await source.entry(round: round)) }
            }
            while let (round, entry) = try await group.next() { try keep(round, entry) }
            return entries
        }
    }

    /// Checks entries, each against the one before it.
    private static func verify(
        _ rounds: [UInt64],
        of entries: [UInt64: BeaconEntry],
        by beacon: any RandomBeacon,
        previous: BeaconEntry
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for start in stride(from: 0, to: rounds.count, by: batchSize) {
                let batch = rounds[start..<min(start + batchSize, rounds.count)]
                group.addTask {
                    try await ComputePool.shared.run {
                        for round in batch {
                            guard let entry = entries[round] else { continue }
                            let before = round > 0 ? entries[round - 1] : nil
                            try beacon.verify(entry, previous: before ?? previous)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
