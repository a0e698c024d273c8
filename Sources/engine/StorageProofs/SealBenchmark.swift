internal import Bytes
internal import CSealKernels
internal import Glibc
internal import Poseidon

/// Measures the inner loops of sealing on the machine at hand.
package enum SealBenchmark {
    /// One row of the table.
    package struct Row: Hashable, Sendable {
        /// What was measured, and on how much.
        package let name: String
        /// Nanoseconds for one item: the median of the rounds.
        package let median: Double
        /// Nanoseconds for one item: nine rounds of ten took at most this.
        package let p90: Double
        /// What is compared with, in nanoseconds.
        package let reference: Double?
        /// The largest allowed ratio of median and reference.
        package let bound: Double?
        /// A digest of the results, so that no work can be left out.
        package let checksum: UInt64

        /// Whether the bound, if there is one, is kept.
        package var isWithinBound: Bool {
            guard let reference, let bound else { return true }
            return median <= bound * reference
        }
    }

    /// The time that this thread has run: unlike the time of day, other load hardly changes it.
    private static func threadNanoseconds() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }

    /// The times of `rounds` runs, each divided by `items`, after one run that does not count.
    private static func measure(
        _ name: String,
        items: Int,
        rounds: Int,
        reference: Double? = nil,
        bound: Double? = nil,
        _ body: () throws -> UInt64
    ) rethrows -> Row {
        var checksum = try body()
        var times: [Double] = []
        for _ in 0..<rounds {
            let start = threadNanoseconds()
            checksum &+= try body()
            times.append((threadNanoseconds() - start) / Double(items))
        }
        times.sort()
        return Row(
            name: name,
            median: times[rounds / 2],
            p90: times[min(rounds - 1, rounds * 9 / 10)],
            reference: reference,
            bound: bound,
            checksum: checksum
        )
    }

    /// Runs all measurements: about twenty seconds.
    package static func run(rounds: Int = 9) throws -> [Row] {
        var rows: [Row] = []
        let floor = compressions(rounds: rounds)
        rows.append(floor)
        rows += try labels(rounds: rounds, floor: floor.median)
        for arity in [2, 8, 11] { rows.append(poseidon(arity: arity, rounds: rounds)) }
        rows.append(try pieces(rounds: rounds))
        return rows
    }

    /// What a label must cost at the least: 20 dependent compressions.
    private static func compressions(rounds: Int) -> Row {
        let blocks = [UInt8](repeating: 0x5a, count: 20 * 64)
        let count = 50_000
        return measure("20 bare SHA-256 compressions", items: count, rounds: rounds) {
            var state = [UInt32](repeating: 1, count: 8)
            for _ in 0..<count { unsafe seal_sha256_compress(&state, blocks, 20) }
            return UInt64(state[0])
        }
    }

    /// The layers of an 8 MiB sector.
    private static func labels(rounds: Int, floor: Double) throws -> [Row] {
        guard let configuration = PoRepConfiguration(registeredProof: 6) else { return [] }
        let graph = StackedGraph(configuration)
        let nodes = graph.nodes
        let parents = try ParentCache(graph, threads: 1)
        let labeling = Labeling(
            configuration: configuration,
            replicaID: Bytes32(),
            parents: parents
        )
        let first = try NodeBuffer(count: nodes)
        let second = try NodeBuffer(count: nodes)
        return [
            try measure("parents of a node, one thread", items: nodes, rounds: 3) {
                UInt64(try ParentCache(graph, threads: 1).parents(of: nodes - 1)[0])
            },
            measure("label of layer 1, 8 MiB", items: nodes, rounds: rounds, reference: floor) {
                labeling.fill(first, nil, layer: 1, first: 0, count: nodes)
                return first[nodes - 1].word0
            },
            measure(
                "label of layer 2, 8 MiB",
                items: nodes,
                rounds: rounds,
                reference: floor,
                bound: 1.3
            ) {
                labeling.fill(second, first, layer: 2, first: 0, count: nodes)
                return second[nodes - 1].word0
            },
        ]
    }

    private static func poseidon(arity: Int, rounds: Int) -> Row {
        let count = 20_000
        let nodes = [UInt8](repeating: 0x15, count: 32 * arity * count)
        let poseidon = Poseidon.merkleTree(arity: arity)
        return measure("Poseidon of arity \(arity), one thread", items: count, rounds: rounds) {
            UInt64(poseidon.hash(nodes: nodes)[0])
        }
    }

    private static func pieces(rounds: Int) throws -> Row {
        let data = [UInt8](repeating: 0x3c, count: 127 << 16)
        return try measure(
            "commitment of an 8 MiB piece, a byte",
            items: data.count,
            rounds: rounds
        ) {
            try PieceCommitment.generate(data, size: UInt64(data.count), threads: 1).word0
        }
    }
}
