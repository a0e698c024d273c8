import Bytes
import Conformance
import FilecoinTypes
import Hashing
import JSON
import StorageProofs

extension ProofKind {
    /// Parents of nodes, with the seeds of the graphs.
    static let parents: ProofKind = ProofKind(
        "parents",
        fields: ["graph", "drg_seed", "feistel_keys", "parents"],
        isList: true
    ) { file in
        try file.list().map { row in
            KnownFile.Row("\(try row.text("graph"))") {
                let graph = StackedGraph(
                    try configuration(
                        nodes: row.int("nodes"),
                        isLegacy: row.flag("legacy_parent_order"),
                        poRepID: row.node("porep_id")
                    )
                )
                try checkBytes(graph.seed, try row.hex("drg_seed"), "drg_seed")
                try checkEqual(
                    graph.feistelKeys.map(String.init),
                    try row.list("feistel_keys").compactMap(\.string),
                    "feistel_keys"
                )
                for (name, parents) in try row.member("parents").object?.members
                    .map({ ($0.name, $0.value) }) ?? []
                {
                    guard let node = Int(name), (0..<graph.nodes).contains(node) else {
                        throw TestDataError("parents has the node \(name)")
                    }
                    try checkList(
                        graph.parents(of: node).map(Int.init),
                        try parents.asIntegers("parents"),
                        "parents of node \(name):"
                    )
                }
            }
        }
    }

    private static func configuration(
        nodes: Int,
        isLegacy: Bool,
        poRepID: Bytes32
    ) throws -> PoRepConfiguration {
        guard let parameters = SectorParameters.of(sectorSize: UInt64(nodes) * 32) else {
            throw TestDataError("no sector has \(nodes) nodes")
        }
        return PoRepConfiguration(
            parameters: parameters,
            version: isLegacy ? .v1_0 : .v1_1,
            poRepID: poRepID
        )
    }

    /// Digests of the files that hold all parents of a graph.
    static let parentCaches: ProofKind = ProofKind("parent caches", fields: ["caches"]) { file in
        try file.json.list("caches").flatMap { row in
            let nodes = try row.int("nodes")
            let name = "\(try row.text("sector")) id \(try row.int("porep_id_first_byte"))"
            let graph: @Sendable () throws -> StackedGraph = {
                var id: [UInt8] = [UInt8](repeating: 0, count: 32)
                id[0] = UInt8(truncatingIfNeeded: try row.int("porep_id_first_byte"))
                return StackedGraph(
                    try configuration(
                        nodes: nodes,
                        isLegacy: row.flag("legacy_order"),
                        poRepID: Bytes32(id) ?? Bytes32()
                    )
                )
            }
            return [
                KnownFile.Row("\(name) file name") {
                    try checkEqual(
                        try graph().cacheFileName,
                        try row.text("cache_file"),
                        "cache_file"
                    )
                },
                KnownFile.Row(
                    "\(name) digest",
                    cost: nodes == 1 << 24 ? "a parent cache of a gigabyte" : nil
                ) {
                    // 56 bytes for each node, for half an hour.
                    guard nodes <= 1 << 24 else {
                        throw KnownFile.Skip(reason: "a parent cache of more than a gigabyte")
                    }
                    try checkEqual(
                        try ParentCache(try graph()).digest.hex,
                        try row.text("sha256_of_whole_cache"),
                        "sha256_of_whole_cache"
                    )
                },
            ]
        }
    }

    /// Challenges of all kinds of proofs, each kind in its own form.
    static let publishedChallenges: ProofKind = ProofKind(
        "published challenges",
        fields: ["interactive_porep", "non_interactive_porep"]
    ) { file in
        try (file.json.object?.members ?? []).flatMap { group in
            let challenges = PublishedChallenges(group: group.name, row: group.value)
            return try challenges.rows()
        }
    }
}

/// One group of the published challenges; what each list is stands in its name.
private struct PublishedChallenges: Sendable {
    let group: String
    let row: JSONValue

    func rows() throws -> [KnownFile.Row] {
        if group.hasPrefix("interactive_porep") || group.hasPrefix("non_interactive_porep") {
            return poRepRows()
        }
        let check: @Sendable () throws -> Void =
            if group.hasPrefix("winning_post") {
                checkWinning
            } else if group.hasPrefix("window_post") {
                checkWindow
            } else if row["num_synth"] != nil {
                checkSyntheticGolden
            } else if row["all_64"] != nil {
                checkSynthetic2KiB
            } else {
                { throw KnownFile.Skip(reason: "challenges of no known kind") }
            }
        return [KnownFile.Row(group, check)]
    }

    /// Lists with names such as `32GiB (2^30 nodes) 18 challenges k=0` and `2KiB k=12`.
    private func poRepRows() -> [KnownFile.Row] {
        (row.object?.members ?? []).filter { $0.value.array != nil }.map { member in
            KnownFile.Row("\(group) \(member.name)") {
                guard let size = bytes(ofSize: member.name.prefix { $0 != " " }),
                    let partition = number(after: "k=", in: member.name)
                else { throw TestDataError("\(member.name) names no size and partition") }
                let expected = try member.value.asIntegers(member.name)
                let replicaID = try row.node("replica_id")
                let found =
                    group.hasPrefix("interactive")
                    ? SealChallenges.interactive(
                        replicaID: replicaID,
                        seed: try row.node("seed"),
                        partition: partition,
                        count: expected.count,
                        nodes: Int(size / 32)
                    )
                    : SealChallenges.nonInteractive(
                        replicaID: replicaID,
                        commR: try row.node("comm_r"),
                        partition: partition,
                        count: expected.count,
                        nodes: Int(size / 32)
                    )
                try checkList(found, expected, "challenge")
            }
        }
    }

    @Sendable private func checkSyntheticGolden() throws {
        func node(_ name: String) throws -> Bytes32 {
            let bytes = littleEndian(try row.unsigned(name))
            return Bytes32(bytes + [UInt8](repeating: 0, count: 24)) ?? Bytes32()
        }
        let replicaID = try node("replica_id_fr")
        let set = SealChallenges.syntheticSet(
            replicaID: replicaID,
            commR: try node("comm_r_fr"),
            nodes: try row.int("sector_nodes"),
            count: try row.int("num_synth")
        )
        try checkList(set, try row.integers("synth"), "synth")
        let expected = try row.integers("selected_indexes")
        let indices = SealChallenges.syntheticIndices(
            replicaID: replicaID,
            seed: try row.node("rand"),
            setSize: set.count,
            partition: 0,
            count: expected.count
        )
        try checkList(indices, expected, "selected_indexes")
        try checkList(
            indices.map { set[$0] },
            try row.integers("porep_challenges"),
            "porep_challenges"
        )
    }

    @Sendable private func checkSynthetic2KiB() throws {
        let replicaID = try row.node("replica_id")
        let all = SealChallenges.syntheticSet(
            replicaID: replicaID,
            commR: try row.node("comm_r"),
            nodes: 64
        )
        try checkList(all, try row.integers("all_64"), "all_64")
        let expected = try row.integers("indexes")
        let selected = SealChallenges.syntheticIndices(
            replicaID: replicaID,
            seed: try row.node("seed"),
            setSize: 64,
            partition: 0,
            count: expected.count
        )
        try checkList(selected, expected, "indexes")
    }

    private func parameters(nodes: Int) throws -> SectorParameters {
        guard let found = SectorParameters.of(sectorSize: UInt64(nodes) * 32) else {
            throw TestDataError("no sector has \(nodes) nodes")
        }
        return found
    }

    @Sendable private func checkWinning() throws {
        let randomness = try row.node("randomness")
        for member in row.object?.members ?? [] where member.name.contains("challenge") {
            if member.value.array != nil {
                let found = PoStChallenges.winning(
                    randomness: randomness,
                    sector: try row.unsigned("sector_id"),
                    parameters: try parameters(nodes: row.int("nodes"))
                )
                try checkList(found, try member.value.asIntegers(member.name), "challenge")
                continue
            }
            // sector_challenge(sector_set_len=10,prover=04*32): the byte 04, 32 times.
            guard let count = number(after: "sector_set_len=", in: member.name),
                let start = member.name.firstRange(of: "prover=")?.upperBound,
                let byte = UInt8(member.name[start...].prefix { $0 != "*" }, radix: 16),
                let expected: UInt64 = member.value.integer()
            else { throw TestDataError("\(member.name) is not understood") }
            let found = PoStChallenges.winningSector(
                proverID: Bytes32([UInt8](repeating: byte, count: 32)) ?? Bytes32(),
                randomness: randomness,
                count: UInt64(count)
            )
            try checkEqual(found, expected, member.name)
        }
    }

    @Sendable private func checkWindow() throws {
        let version: ProofVersion = group.contains("1.2.0") ? .v1_2 : .v1_0
        for member in row.object?.members ?? [] {
            guard let lists = member.value.array else { continue }
            // sectors in order, ids 5 and 6, nodes 64
            guard let nodes = number(after: "nodes ", in: member.name),
                let ids = member.name.firstRange(of: "ids ")?.upperBound
            else { throw TestDataError("\(member.name) is not understood") }
            let sectors = member.name[ids...].prefix { $0 != "," }.split(separator: " ")
                .compactMap { UInt64($0) }
            try checkEqual(lists.count, sectors.count, "number of lists")
            for (position, (sector, expected)) in zip(sectors, lists).enumerated() {
                let found = PoStChallenges.window(
                    randomness: try row.node("randomness"),
                    sector: sector,
                    position: position,
                    version: version,
                    parameters: try parameters(nodes: nodes)
                )
                try checkList(
                    found,
                    try expected.asIntegers("challenges"),
                    "sector \(sector) challenge"
                )
            }
        }
    }
}
