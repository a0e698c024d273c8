package import Bytes
package import FilecoinTypes
internal import Glibc
internal import Hashing
internal import JSON
internal import Multiformats

/// Seals the sectors that a network begins with: the command `seed pre-seal`.
///
/// The folder is a sector store: `sealed/s-t01000-0`, `cache/s-t01000-0/`, `sectorstore.json`; beside it lie
/// the manifest `pre-seal-t01000.json`, from which the genesis template takes its miner, and
/// `pre-seal-t01000.key`.
package struct PreSeal: Sendable {
    /// What fills the sectors.
    package enum Content: Sendable {
        /// Zeros: sectors that can be used for other data later.
        case zeros
        /// Bytes from a source, given the number of bytes wanted.
        case bytes(@Sendable (Int) -> [UInt8])
    }

    /// The first epoch after the genesis deals, as the original writes it.
    private static let dealEnd: ChainEpoch = 9001

    /// The miner.
    package let miner: ActorID
    /// The owner, worker and client of the deals.
    package let owner: Address
    /// The peer id that the miner's actor begins with.
    package let peerID: String
    /// The registered proof.
    package let proof: RegisteredSealProof
    /// The numbers of the sectors to seal.
    package let sectors: Range<UInt64>
    /// The text whose BLAKE2b-256 is the ticket of all sectors.
    package let ticketPreimage: String
    /// The folder of the sector store.
    package let folder: String

    /// Prepares a run; nothing is touched yet.
    package init(
        miner: ActorID,
        owner: Address,
        peerID: String,
        proof: RegisteredSealProof,
        sectors: Range<UInt64>,
        ticketPreimage: String,
        folder: String
    ) {
        self.miner = miner
        self.owner = owner
        self.peerID = peerID
        self.proof = proof
        self.sectors = sectors
        self.ticketPreimage = ticketPreimage
        self.folder = folder
    }

    /// Seals the sectors one after the other and writes the files.
    ///
    /// - Parameters:
    ///   - content: What fills the sectors.
    ///   - storeID: The id of the sector store, a UUID.
    ///   - ownerKey: The JSON of the owner's key, written in hexadecimal digits with mode 0600; nil writes none.
    ///   - threads: How many threads may work at once.
    ///   - progress: Is told how far the sector under way is; what it throws ends the run.
    /// - Returns: The manifest, as written.
    /// - Throws: If the proof type is unknown or a file cannot be written.
    package func run(
        content: Content,
        storeID: String,
        ownerKey: [UInt8]? = nil,
        threads: Int = ParallelWork.defaultThreads,
        progress: ((_ sector: UInt64, SealProgress) throws -> Void)? = nil
    ) throws -> PreSealManifest {
        guard let configuration = PoRepConfiguration(proof), let size = proof.sectorSize else {
            throw SealError(.invalidArgument, "\(proof.rawValue) is no registered seal proof")
        }
        let name = Address.id(miner).description
        for part in ["sealed", "cache", "unsealed"] {
            try SealFiles.createFolder(SealFiles.path(folder, part))
        }
        var sealed: [PreSealedSector] = []
        for number in sectors {
            let input = SealInput(
                configuration: configuration,
                minerID: miner.rawValue,
                sector: number,
                ticket: ticket
            )
            let commitments = try seal(
                input,
                name: "s-\(name)-\(number)",
                content,
                threads
            ) {
                try progress?(number, $0)
            }
            sealed.append(try describe(number, commitments, configuration))
        }
        let entry = PreSealedMiner(
            id: .id(miner),
            owner: owner,
            worker: owner,
            peerID: peerID,
            marketBalance: .zero,
            powerBalance: .zero,
            sectorSize: size,
            sectors: sealed
        )
        let manifest = PreSealManifest(miners: [entry])
        try write(manifest, storeID: storeID, ownerKey: ownerKey, name: "pre-seal-\(name)")
        return manifest
    }

    /// The ticket of all sectors.
    package var ticket: Bytes32 {
        Bytes32(BLAKE2b.hash256(Array(ticketPreimage.utf8))) ?? Bytes32()
    }

    private func seal(
        _ input: SealInput,
        name: String,
        _ content: Content,
        _ threads: Int,
        _ progress: @escaping SealProgressHandler
    ) throws -> SectorSealer.Commitments {
        let staged = SealFiles.path(folder, "unsealed/\(name)")
        let cache = SealFiles.path(folder, "cache/\(name)")
        let sealer = SectorSealer(
            input,
            cache: cache,
            replica: SealFiles.path(folder, "sealed/\(name)"),
            threads: threads
        )
        var pieces: [SectorPiece] = []
        if case .bytes(let source) = content {
            defer { _ = unsafe unlink(staged) }
            let size = input.configuration.parameters.sectorSize / 128 * 127
            unsafe unlink(staged)
            var stager = PieceStager(path: staged)
            _ = try stager.add(size: size, threads: threads) { source($0) }
            pieces = stager.pieces
            let phase1 = try sealer.phase1(staged: staged, pieces: pieces, progress: progress)
            return try finish(sealer, phase1, progress)
        }
        let phase1 = try sealer.phase1(staged: nil, pieces: pieces, progress: progress)
        return try finish(sealer, phase1, progress)
    }

    private func finish(
        _ sealer: SectorSealer,
        _ phase1: SectorSealer.Phase1,
        _ progress: @escaping SealProgressHandler
    ) throws -> SectorSealer.Commitments {
        let commitments = try sealer.phase2(phase1, progress: progress)
        sealer.removeSealingFiles()
        return commitments
    }

    private func describe(
        _ number: UInt64,
        _ commitments: SectorSealer.Commitments,
        _ configuration: PoRepConfiguration
    ) throws -> PreSealedSector {
        let commD = try CID(.unsealed, commitment: commitments.commD.bytes)
        let deal = DealProposal(
            pieceCID: commD,
            pieceSize: PaddedPieceSize(rawValue: configuration.parameters.sectorSize),
            isVerified: false,
            client: owner,
            provider: .id(miner),
            label: Array(String(number).utf8),
            startEpoch: 0,
            endEpoch: Self.dealEnd,
            storagePricePerEpoch: .zero,
            providerCollateral: .zero,
            clientCollateral: .zero
        )
        return PreSealedSector(
            commR: try CID(.sealed, commitment: commitments.commR.bytes),
            commD: commD,
            sector: SectorNumber(rawValue: number),
            deal: deal,
            proof: proof
        )
    }

    private func write(
        _ manifest: PreSealManifest,
        storeID: String,
        ownerKey: [UInt8]?,
        name: String
    ) throws(SealError) {
        try SealFiles.write(
            manifest.jsonBytes(.indented()),
            to: SealFiles.path(folder, name + ".json")
        )
        var store = JSONWriter(format: .indented())
        store.object { writer in
            writer.member("ID", storeID)
            writer.member("Weight", 0)
            writer.member("CanSeal", false)
            writer.member("CanStore", false)
        }
        try SealFiles.write(store.bytes, to: SealFiles.path(folder, "sectorstore.json"))
        guard let ownerKey else { return }
        try SealFiles.write(
            Array(ownerKey.hex.utf8),
            to: SealFiles.path(folder, name + ".key"),
            mode: 0o600
        )
    }
}
