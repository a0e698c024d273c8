package import FilecoinTypes
internal import NetworkParameters

/// Where beacon entries come from, such as a drand server.
///
/// What it says is verified before it is used.
package protocol BeaconSource: Sendable {
    /// Returns the entry of a round; waits, within reason, for one that is about to come.
    func entry(round: UInt64) async throws -> BeaconEntry
}

/// Fetches the beacon entries of blocks and checks them.
package actor BeaconClient {
    private static let cacheLimit = 1024

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
    /// - Throws: ``ConsensusError/tooManyNullRounds(lookback:base:)`` for an epoch so far ahead that nobody can
    ///   be elected in it, ``BeaconFault`` if the source gives a wrong entry, or what the source throws.
    package func entries(
        at epoch: ChainEpoch,
        parentEpoch: ChainEpoch,
        previous: BeaconEntry
    ) async throws -> [BeaconEntry] {
        let lookback = NetworkParameters.electionLookback
        if parentEpoch > 0, epoch > lookback, epoch - lookback >= parentEpoch {
            throw ConsensusError.tooManyNullRounds(lookback: epoch - lookback, base: parentEpoch)
        }
        let rounds = schedule.requiredRounds(
            at: epoch,
            parentEpoch: parentEpoch,
            previous: previous
        )
        var entries: [BeaconEntry] = []
        for round in rounds {
            entries.append(
                try await entry(round: round, at: epoch, previous: entries.last ?? previous)
            )
        }
        return entries
    }

    /// Returns the entry of an epoch, the last one if it has several.
    package func entry(at epoch: ChainEpoch) async throws -> BeaconEntry {
        let round = schedule.beacon(at: epoch).round(at: epoch)
        return try await entry(round: round, at: epoch, previous: BeaconEntry(round: 0, data: []))
    }

    private func entry(
        round: UInt64,
        at epoch: ChainEpoch,
        previous: BeaconEntry
    ) async throws -> BeaconEntry {
        let point = schedule.index(at: epoch)
        let key = Key(point: point, round: round)
        if let cached = cache[key] { return cached }
        let beacon = schedule.points[point].beacon
        let entry = try await sources[point].entry(round: round)
        guard entry.round == round else {
            throw BeaconFault.wrongRound(entry.round, expected: round)
        }
        var before = previous
        if beacon.isChained && round > 1 && (before.round == 0 || before.round != round - 1) {
            // Whoever has no entry before this one asks for it, to check at least that they fit.
            before = try await sources[point].entry(round: round - 1)
        }
        try beacon.verify(entry, previous: before)
        if cache.count >= Self.cacheLimit { cache.removeAll(keepingCapacity: true) }
        cache[key] = entry
        return entry
    }
}
