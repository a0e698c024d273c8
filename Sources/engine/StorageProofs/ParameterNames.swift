internal import Bytes
internal import Hashing

/// The circuits that proof parameters are made for.
package enum ProofCircuit: String, Hashable, Sendable, CaseIterable {
    case poRep
    case winningPoSt
    case windowPoSt
    case replicaUpdate
}

extension SectorParameters {
    /// The name, without extension, of the parameter files of a circuit.
    ///
    /// `v28-<prefix>-<SHA-256 of the identifier>`; the identifier spells out everything that the circuit
    /// depends on, so equal names mean interchangeable files. Source: rust-fil-proofs,
    /// storage-proofs-core/src/parameter_cache.rs.
    package func parameterFileName(_ circuit: ProofCircuit) -> String {
        let digest = SHA256.hash(Array(parameterIdentifier(circuit).utf8)).hex
        return "v28-\(parameterPrefix(circuit))-\(digest)"
    }

    /// The text whose digest is part of the parameter files' names.
    package func parameterIdentifier(_ circuit: ProofCircuit) -> String {
        switch circuit {
        case .poRep:
            "layered_drgporep::PublicParams{ graph: \(graphIdentifier), challenges: "
                + "LayerChallenges { layers: \(layers), max_count: \(poRepChallenges) }, "
                + "tree: \(tree.name) }"
        case .winningPoSt:
            postIdentifier(challenges: 1, sectors: Self.winningPoStChallenges)
        case .windowPoSt:
            postIdentifier(challenges: Self.windowPoStChallenges, sectors: windowPoStSectors)
        case .replicaUpdate:
            "empty_sector_update::PublicParams{ sector_nodes: \(nodes) }"
        }
    }

    private func postIdentifier(challenges: Int, sectors: Int) -> String {
        "FallbackPoSt::PublicParams{sector_size: \(sectorSize), challenge_count: \(challenges), "
            + "sector_count: \(sectors)}"
    }

    private func parameterPrefix(_ circuit: ProofCircuit) -> String {
        switch circuit {
        case .poRep: "stacked-proof-of-replication-\(tree.name)-sha256_hasher"
        case .winningPoSt, .windowPoSt: "proof-of-spacetime-fallback-\(tree.name)"
        case .replicaUpdate: "empty-sector-update-\(tree.name)"
        }
    }

    /// The text that identifies the graph in names of files.
    var graphIdentifier: String {
        "stacked_graph::StackedGraph{expansion_degree: 8 base_graph: drgraph::BucketGraph{size: "
            + "\(nodes); degree: 6; hasher: poseidon_hasher} }"
    }
}
