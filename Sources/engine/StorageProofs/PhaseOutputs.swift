package import Bytes
package import JSON

/// What phase 1 of pre-commitment hands on, as the JSON that the reference writes.
package struct PreCommit1Output: Hashable, Sendable {
    /// The proof type.
    package let configuration: PoRepConfiguration
    /// The stores of the layers.
    package let labels: [StoreConfig]
    /// The store of tree-d.
    package let treeD: StoreConfig
    /// The commitment of the data.
    package let commD: Bytes32

    /// Describes what a sealer left in `cache`.
    package init(_ phase1: SectorSealer.Phase1, cache: String) {
        configuration = phase1.input.configuration
        let aux = TemporaryAux(cache: cache, parameters: configuration.parameters)
        labels = aux.labels
        treeD = aux.treeD
        commD = phase1.commD
    }
}

/// What phase 2 of pre-commitment results in.
package struct PreCommit2Output: Hashable, Sendable {
    package let configuration: PoRepConfiguration
    package let commR: Bytes32
    package let commD: Bytes32

    /// Describes the result of a sealer.
    package init(_ configuration: PoRepConfiguration, _ commitments: SectorSealer.Commitments) {
        self.configuration = configuration
        commR = commitments.commR
        commD = commitments.commD
    }
}

/// What phase 1 of the commitment hands to the SNARK: the vanilla proofs and what they are about.
package struct Commit1Output: Hashable, Sendable {
    package let configuration: PoRepConfiguration
    /// The opened challenges of each partition.
    package let proofs: [[PoRepChallengeProof]]
    package let commR: Bytes32
    package let commD: Bytes32
    package let replicaID: Bytes32
    package let seed: Bytes32
    package let ticket: Bytes32

    /// Opens the challenges of a sealed sector.
    package init(
        _ input: SealInput,
        prover: PoRepProver,
        commR: Bytes32,
        seed: Bytes32
    ) throws(SealError) {
        configuration = input.configuration
        proofs = try prover.prove(seed: seed, commR: commR)
        self.commR = commR
        commD = prover.commD
        replicaID = input.replicaID(commD: prover.commD)
        self.seed = seed
        ticket = input.ticket
    }
}

// MARK: - JSON

extension JSONFormat {
    /// The layout of serde_json: one line, nothing but quotes and control characters escaped.
    package static let proofs: JSONFormat = JSONFormat(escapesHTML: false)
}

extension PoRepConfiguration {
    /// The name of the size in the reference's enumerations, always of the first version.
    fileprivate var shapeName: String { "StackedDrg\(sizeName)V1" }

    fileprivate init(named name: String) throws(JSONError) {
        let known = (0..<20).lazy.compactMap { PoRepConfiguration(registeredProof: $0) }
        guard let found = known.first(where: { $0.name == name }) else {
            throw .invalid("no registered proof \"\(name)\"")
        }
        self = found
    }
}

extension StoreConfig: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("path", path)
            writer.member("id", id)
            writer.member("size", size)
            writer.member("rows_to_discard", rowsToDiscard)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        path = try object.decode("path")
        id = try object.decode("id")
        size = try object.decodeIfPresent("size")
        rowsToDiscard = try object.decode("rows_to_discard")
    }
}

extension PreCommit1Output: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("registered_proof", configuration.name)
            writer.key("labels")
            writer.object { writer in
                writer.key(configuration.shapeName)
                writer.object { writer in
                    writer.member("labels", labels)
                    writer.key("_h")
                    writer.null()
                }
            }
            writer.member("config", treeD)
            writer.member("comm_d", node: commD)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        configuration = try PoRepConfiguration(named: object.decode("registered_proof"))
        labels = try object.object("labels").object(configuration.shapeName).decode("labels")
        treeD = try object.decode("config")
        commD = try object.node("comm_d")
    }
}

extension PreCommit2Output: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("registered_proof", configuration.name)
            writer.member("comm_r", node: commR)
            writer.member("comm_d", node: commD)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        configuration = try PoRepConfiguration(named: object.decode("registered_proof"))
        commR = try object.node("comm_r")
        commD = try object.node("comm_d")
    }
}

extension Commit1Output: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("registered_proof", configuration.name)
            writer.key("vanilla_proofs")
            writer.object { writer in
                writer.list(configuration.shapeName, proofs) { writer, partition in
                    writer.array { writer in
                        for proof in partition { proof.write(to: &writer) }
                    }
                }
            }
            writer.member("comm_r", node: commR)
            writer.member("comm_d", node: commD)
            writer.member("replica_id", node: replicaID)
            writer.member("seed", node: seed)
            writer.member("ticket", node: ticket)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        configuration = try PoRepConfiguration(named: object.decode("registered_proof"))
        proofs = try object.object("vanilla_proofs").list(configuration.shapeName) {
            (partition) throws(JSONError) in
            var proofs: [PoRepChallengeProof] = []
            for proof in try partition.expectArray() {
                proofs.append(try PoRepChallengeProof(proof: proof))
            }
            return proofs
        }
        commR = try object.node("comm_r")
        commD = try object.node("comm_d")
        replicaID = try object.node("replica_id")
        seed = try object.node("seed")
        ticket = try object.node("ticket")
    }
}
