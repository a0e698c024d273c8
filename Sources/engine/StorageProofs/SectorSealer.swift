package import Bytes
internal import CSealKernels
internal import Glibc
internal import Hashing
internal import Poseidon

/// Which sector is sealed, by whom, and with which randomness.
package struct SealInput: Hashable, Sendable {
    /// The registered proof.
    package let configuration: PoRepConfiguration
    /// The prover: the miner's actor number as unsigned LEB128, filled up with zeros.
    package let proverID: Bytes32
    /// The sector number.
    package let sector: UInt64
    /// The randomness of the ticket epoch.
    package let ticket: Bytes32

    /// Creates the input of a miner given by actor number.
    package init(
        configuration: PoRepConfiguration,
        minerID: UInt64,
        sector: UInt64,
        ticket: Bytes32
    ) {
        self.configuration = configuration
        self.proverID = Self.proverID(of: minerID)
        self.sector = sector
        self.ticket = ticket
    }

    /// Creates the input of a prover given by its id.
    package init(
        configuration: PoRepConfiguration,
        proverID: Bytes32,
        sector: UInt64,
        ticket: Bytes32
    ) {
        self.configuration = configuration
        self.proverID = proverID
        self.sector = sector
        self.ticket = ticket
    }

    /// The prover id of a miner: the payload of its ID address.
    package static func proverID(of minerID: UInt64) -> Bytes32 {
        let payload = Varint.encode(minerID)
        return Bytes32(payload + [UInt8](repeating: 0, count: 32 - payload.count)) ?? Bytes32()
    }

    /// What makes the replica unique: prover, sector, ticket, data and proof type.
    package func replicaID(commD: Bytes32) -> Bytes32 {
        var preimage = proverID.bytes
        preimage.appendBigEndian(sector)
        preimage += ticket.bytes + commD.bytes + configuration.poRepID.bytes
        var digest = SHA256.hash(preimage)
        digest[31] &= 0x3f
        return Bytes32(digest) ?? Bytes32()
    }
}

/// Turns a sector's data into its replica, with the files of the reference byte for byte.
///
/// Phase 1 copies the data, builds tree-d and computes the layers of labels, which nothing can make
/// parallel; phase 2 hashes the columns and encodes the replica, on all threads.
package struct SectorSealer: Sendable {
    /// What phase 1 leaves for phase 2.
    package struct Phase1: Hashable, Sendable {
        package let input: SealInput
        package let commD: Bytes32
        package let replicaID: Bytes32
    }

    /// What a sector commits to.
    package struct Commitments: Hashable, Sendable {
        package let commD: Bytes32
        package let commC: Bytes32
        package let commRLast: Bytes32
        package let commR: Bytes32
    }

    /// The sector to seal.
    package let input: SealInput
    /// The folder of layers and trees.
    package let cache: String
    /// The path of the replica.
    package let replica: String
    /// How many threads may work at once.
    package let threads: Int
    /// The folder of parents files; nil computes parents in memory each time.
    package let parentsFolder: String?

    private var parameters: SectorParameters { input.configuration.parameters }

    /// Creates a sealer; nothing is touched yet.
    package init(
        _ input: SealInput,
        cache: String,
        replica: String,
        threads: Int = ParallelWork.defaultThreads,
        parentsFolder: String? = nil
    ) {
        self.input = input
        self.cache = cache
        self.replica = replica
        self.threads = threads
        self.parentsFolder = parentsFolder
    }

    // MARK: - Phase 1

    /// Copies the data, builds tree-d and computes the layers.
    ///
    /// - Parameters:
    ///   - staged: The padded data; zeros follow up to the sector's size. Nil seals a sector of zeros.
    ///   - pieces: The pieces whose sector commitment the data must have; nil skips the comparison.
    ///   - progress: Is told how far the work is; what it throws ends it.
    /// - Returns: What phase 2 needs to know.
    /// - Throws: If files cannot be read or written or the data is not that of the pieces.
    package func phase1(
        staged: String?,
        pieces: [SectorPiece]?,
        progress: SealProgressHandler? = nil
    ) throws -> Phase1 {
        try SealFiles.createFolder(cache)
        let treeD = try NodeBuffer(
            creating: SealFiles.storePath(cache, SealFiles.treeD),
            count: 2 * parameters.nodes - 1
        )
        if let staged { try treeD.copyLeadingNodes(from: staged, limit: parameters.nodes) }
        try BinaryTree.build(
            in: treeD,
            leaves: parameters.nodes,
            threads: threads,
            progress: progress
        )
        let commD = treeD[treeD.count - 1]
        if let pieces, try commitment(of: pieces) != commD {
            throw SealError(
                .commitmentMismatch,
                "the staged data is not that of the sector's pieces"
            )
        }
        // Phase 2 encodes over this copy; until then it is what the reference leaves there, too.
        try treeD.write(0..<parameters.nodes, to: replica)

        let replicaID = input.replicaID(commD: commD)
        let parents = try parents(progress)
        try Labeling(configuration: input.configuration, replicaID: replicaID, parents: parents)
            .run(progress: progress) { layer, labels in
                let id = SealFiles.layer(layer)
                try labels.write(to: SealFiles.storePath(cache, id))
            }
        return Phase1(input: input, commD: commD, replicaID: replicaID)
    }

    /// The commitment of the pieces, extended to the sector's size.
    private func commitment(of pieces: [SectorPiece]) throws(SealError) -> Bytes32 {
        try PieceCommitment.sectorCommitment(
            of: pieces,
            sectorSize: parameters.sectorSize,
            extended: true
        )
    }

    private func parents(_ progress: SealProgressHandler?) throws -> ParentCache {
        let graph = StackedGraph(input.configuration)
        guard let parentsFolder else {
            return try ParentCache(graph, threads: threads, progress: progress)
        }
        return try ParentCache(
            graph,
            folder: parentsFolder,
            threads: threads,
            progress: progress
        )
    }

    // MARK: - Phase 2

    /// Hashes the columns, encodes the replica and hashes it; writes the trees, `p_aux` and `t_aux`.
    ///
    /// May be repeated: it reads the data from tree-d, not from the replica.
    package func phase2(
        _ phase1: Phase1,
        progress: SealProgressHandler? = nil
    ) throws -> Commitments {
        let commC = try buildTreeC(progress)
        try encode(progress)
        let commRLast = try buildTreeRLast(progress)
        let commR = PoseidonTree.digest([commC, commRLast])
        let persistent = PersistentAux(commC: commC, commRLast: commRLast)
        try SealFiles.write(
            persistent.bytes,
            to: SealFiles.path(cache, SealFiles.persistentAux)
        )
        let temporary = TemporaryAux(cache: cache, parameters: parameters)
        try SealFiles.write(temporary.bytes, to: SealFiles.path(cache, SealFiles.temporaryAux))
        return Commitments(
            commD: phase1.commD,
            commC: commC,
            commRLast: commRLast,
            commR: commR
        )
    }

    /// Removes what proving does not need: layers, tree-d and tree-c.
    package func removeSealingFiles() {
        let layers = (1...parameters.layers).map(SealFiles.layer)
        let trees = SealFiles.baseTrees(SealFiles.treeC, parameters.tree) + [SealFiles.treeD]
        for id in layers + trees {
            // A file that is not there needs no removal, and one that stays costs space only.
            _ = unsafe unlink(SealFiles.storePath(cache, id))
        }
    }

    private func layer(_ layer: Int) throws(SealError) -> NodeBuffer {
        try NodeBuffer(
            reading: SealFiles.storePath(cache, SealFiles.layer(layer)),
            expected: parameters.nodes
        )
    }

    private func buildTreeC(_ progress: SealProgressHandler?) throws -> Bytes32 {
        let leaves = parameters.nodesPerBaseTree
        let size = TreeShape.nodes(leaves: leaves)
        let layers = try (1...parameters.layers).map { try layer($0) }
        var roots: [Bytes32] = []
        for (tree, id) in SealFiles.baseTrees(SealFiles.treeC, parameters.tree).enumerated() {
            let buffer = try NodeBuffer(creating: SealFiles.storePath(cache, id), count: size)
            PoseidonTree.hashColumns(
                into: buffer,
                from: layers,
                nodes: tree * leaves..<(tree + 1) * leaves,
                threads: threads
            )
            try PoseidonTree.build(in: buffer, width: leaves, threads: threads) { done in
                try progress?(
                    SealProgress(
                        stage: .treeC,
                        done: tree * size + done,
                        total: parameters.tree.baseTrees * size
                    )
                )
            }
            roots.append(buffer[size - 1])
        }
        return PoseidonTree.root(of: roots, parameters.tree)
    }

    private func encode(_ progress: SealProgressHandler?) throws {
        let nodes = parameters.nodes
        let treeD = try NodeBuffer(
            reading: SealFiles.storePath(cache, SealFiles.treeD),
            expected: 2 * nodes - 1
        )
        let key = try layer(parameters.layers)
        let output = try NodeBuffer(creating: replica, count: nodes)
        ParallelWork.forEachRange(of: nodes, grain: 1 << 15, threads: threads) { range in
            let out = unsafe output.bytes(of: range)
            unsafe out.copyMemory(from: UnsafeRawBufferPointer(treeD.bytes(of: range)))
            guard let out = out.baseAddress, let key = unsafe key.bytes(of: range).baseAddress
            else {
                return
            }
            unsafe seal_encode(
                out.assumingMemoryBound(to: UInt8.self),
                key.assumingMemoryBound(to: UInt8.self),
                range.count
            )
        }
        try progress?(SealProgress(stage: .encoding, done: nodes, total: nodes))
    }

    private func buildTreeRLast(_ progress: SealProgressHandler?) throws -> Bytes32 {
        try ReplicaTreeBuilder(parameters: parameters, threads: threads)
            .build(replica: NodeBuffer(reading: replica, expected: parameters.nodes), cache: cache)
        {
            try progress?(SealProgress(stage: .treeRLast, done: $0, total: $1))
        }
    }
}

/// Builds tree-r-last, whose files hold only the rows above those that are cheap to compute again.
struct ReplicaTreeBuilder {
    let parameters: SectorParameters
    let threads: Int

    /// Writes the files and returns the root.
    func build(
        replica: NodeBuffer,
        cache: String,
        report: (_ done: Int, _ total: Int) throws -> Void
    ) throws -> Bytes32 {
        let leaves = parameters.nodesPerBaseTree
        let size = TreeShape.nodes(leaves: leaves) - leaves
        let discarded = TreeShape.rowsToDiscard(leaves: leaves)
        var skipped = 0
        var row = leaves / TreeShape.base
        for _ in 0..<discarded {
            skipped += row
            row /= TreeShape.base
        }
        var roots: [Bytes32] = []
        for (tree, id) in SealFiles.baseTrees(SealFiles.treeRLast, parameters.tree).enumerated() {
            let rows = try NodeBuffer(count: size)
            PoseidonTree.hashRow(
                into: rows,
                at: 0,
                from: replica,
                nodes: tree * leaves..<(tree + 1) * leaves,
                threads: threads
            )
            try PoseidonTree.build(in: rows, width: leaves / TreeShape.base, threads: threads) {
                try report(tree * size + $0, parameters.tree.baseTrees * size)
            }
            try rows.write(skipped..<size, to: SealFiles.storePath(cache, id))
            roots.append(rows[size - 1])
        }
        return PoseidonTree.root(of: roots, parameters.tree)
    }
}
