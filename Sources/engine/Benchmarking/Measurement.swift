/// How long a piece of work takes: rounds are run after a warm-up, and the middle and the slow end are kept.
package struct Measurement: Hashable, Sendable {
    /// Seconds for one item: half of the rounds took at most this.
    package let median: Double
    /// Seconds for one item: nine rounds of ten took at most this.
    package let p90: Double
    /// Every round, in seconds for one item, shortest first.
    package let rounds: [Double]

    /// Keeps what rounds took.
    ///
    /// - Parameter rounds: Seconds for one item in each round, in any order; at least one.
    package init(rounds: [Double]) {
        precondition(!rounds.isEmpty, "a measurement needs a round")
        let sorted = rounds.sorted()
        self.rounds = sorted
        self.median = sorted[sorted.count / 2]
        self.p90 = sorted[min(sorted.count - 1, sorted.count * 9 / 10)]
    }

    /// Measures `body`.
    ///
    /// What `body` computes cannot be left out by the optimizer as long as it is returned: this function is
    /// never inlined, so its caller does not know that the result is dropped.
    ///
    /// - Parameters:
    ///   - rounds: How often `body` is measured.
    ///   - warmUp: How often it runs before, without being measured.
    ///   - items: How many items one run of `body` treats; times are for one item.
    ///   - meter: What is counted: the time of day, or processor time, which other load hardly changes.
    ///   - body: The work.
    /// - Returns: What the rounds took.
    @inline(never)
    package static func of<Result>(
        rounds: Int = 9,
        warmUp: Int = 1,
        items: Int = 1,
        meter: Meter = .wall,
        _ body: () throws -> Result
    ) rethrows -> Measurement {
        for _ in 0..<warmUp { _ = try body() }
        var times: [Double] = []
        times.reserveCapacity(rounds)
        for _ in 0..<rounds {
            let start = meter.seconds()
            _ = try body()
            times.append((meter.seconds() - start) / Double(items))
        }
        return Measurement(rounds: times)
    }

    /// Measures `body`, which waits for others.
    ///
    /// The meter of a thread says nothing here, because `body` may go on on another one.
    @inline(never)
    package static func of<Result: Sendable>(
        rounds: Int = 9,
        warmUp: Int = 1,
        items: Int = 1,
        meter: Meter = .wall,
        isolation: isolated (any Actor)? = #isolation,
        _ body: () async throws -> Result
    ) async rethrows -> Measurement {
        precondition(meter != .threadProcessor, "work that waits may change its thread")
        for _ in 0..<warmUp { _ = try await body() }
        var times: [Double] = []
        times.reserveCapacity(rounds)
        for _ in 0..<rounds {
            let start = meter.seconds()
            _ = try await body()
            times.append((meter.seconds() - start) / Double(items))
        }
        return Measurement(rounds: times)
    }
}
