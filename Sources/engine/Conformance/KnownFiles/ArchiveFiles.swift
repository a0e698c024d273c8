internal import Bytes
internal import CBOR
internal import FilecoinCrypto
internal import FilecoinTypes
internal import IPLD
internal import JSON
internal import Multiformats

extension KnownFileSet {
    /// CAR files: of the format's authors, of chains and of geneses.
    static let archiveFiles: [KnownFile] = {
        var files = carFiles
        for name in chainArchives {
            files.append(KnownFile(name) { try archiveRows($0, isGenesis: false) })
        }
        for name in geneses {
            files.append(
                KnownFile("genesis/\(name).car.zst") { try archiveRows($0, isGenesis: true) }
            )
        }
        files.append(KnownFile("chain/mainnet-export40.index.json", mainnetHeaders))
        return files
    }()

    private static let chainArchives = [
        "chain/mainnet-chain4.car.zst", "chain/mainnet-export40.car.zst", "chain/carv2.car.zst",
    ]
    private static let geneses = [
        "calibnet", "calibnet-2021", "forcenet-nv0-tiny", "forcenet-nv14", "interopnet",
        "interopnet-nv13", "interopnet-nv15-a", "interopnet-nv15-d", "mainnet", "nerpanet",
    ]

    // MARK: - The format

    /// Version and number of blocks of good files, counted by a separate script; nil for those to refuse.
    private static let cars: [(path: String, good: (version: Int, blocks: Int)?)] = [
        ("car/carv1-basic/carv1-basic.car", (1, 8)), ("car/carv2-basic/carv2-basic.car", (2, 5)),
        ("car/ref-fvm-test.car", (1, 35)),
        ("car/go-car/cmd/car/testdata/inputs/sample-v1.car", (1, 1049)),
        ("car/go-car/cmd/car/testdata/inputs/sample-wrapped-v2.car", (2, 1049)),
        ("car/go-car/cmd/car/testdata/inputs/simple-unixfs-missing-blocks.car", (1, 17)),
        ("car/go-car/cmd/car/testdata/inputs/simple-unixfs.car", (1, 22)),
        (
            "car/go-car/cmd/car/testdata/inputs/wikipedia-cryptographic-hash-function.car", (1, 5)
        ),
        ("car/go-car/v2/testdata/sample-rw-bs-v2.car", (2, 3)),
        ("car/go-car/v2/testdata/sample-unixfs-v2.car", (2, 3)),
        ("car/go-car/v2/testdata/sample-v1-noidentity.car", (1, 1043)),
        ("car/go-car/v2/testdata/sample-v1.car", (1, 1049)),
        ("car/go-car/v2/testdata/sample-v2-indexless.car", (2, 1049)),
        ("car/go-car/v2/testdata/sample-wrapped-v2.car", (2, 1049)),
        ("car/go-car/cmd/car/testdata/inputs/badheaderlength.car", nil),
        ("car/go-car/cmd/car/testdata/inputs/badsectionlength.car", nil),
        ("car/go-car/v2/testdata/sample-corrupt-pragma.car", nil),
        ("car/go-car/v2/testdata/sample-rootless-v42.car", nil),
        ("car/go-car/v2/testdata/sample-v1-tailing-corrupt-section.car", nil),
        ("car/go-car/v2/testdata/sample-v1-with-zero-len-section.car", nil),
        ("car/go-car/v2/testdata/sample-v1-with-zero-len-section2.car", nil),
        ("car/go-car/v2/testdata/sample-v2-corrupt-data-and-index.car", nil),
    ]

    private static let carFiles: [KnownFile] = cars.map { path, good in
        KnownFile(one: path) { file in
            let bytes = try file.contents()
            guard let good else {
                return try checkRefused("the archive") { _ = try read(bytes) }
            }
            let (reader, blocks) = try read(bytes)
            try checkEqual(reader.version, good.version, "version")
            try checkEqual(blocks.count, good.blocks, "blocks")
            guard good.version == 1 else { return }
            // Written again it is the archive, byte by byte.
            var writer = CARWriter(roots: reader.roots)
            for block in blocks { writer.append(block) }
            let written = writer.takeBytes()
            try check(Array(bytes.prefix(written.count)) == written, "is written differently")
        }
    }

    private static func read(_ bytes: [UInt8]) throws -> (CARReader, [Block]) {
        var reader = try CARReader(bytes)
        var blocks: [Block] = []
        while let block = try reader.next() { blocks.append(block) }
        return (reader, blocks)
    }

    static func archive(
        _ file: ConformanceFile
    ) throws -> (roots: [CID], store: MemoryBlockStore) {
        // Reading compares each block with its CID.
        var reader = try CARReader(try file.contents())
        let store = MemoryBlockStore()
        try reader.copyBlocks(into: store)
        return (reader.roots, store)
    }

    // MARK: - Chains and geneses

    /// The block that the first header of every network names as its parent.
    ///
    /// It says how the tokens were to be distributed, dated 2017; only the order of its keys is not that of
    /// dag-cbor.
    private static let note = "bafyreiaqpwbbyjo4a42saasj36kkrpv4tsherf2e7bvezkert2a7dhonoi"

    /// One item of any shape, as it is.
    private struct Item: CBORCodable {
        let bytes: [UInt8]
        init(from decoder: inout CBORDecoder) throws(CBORError) { bytes = try decoder.rawItem() }
        func encode(to encoder: inout CBOREncoder) { encoder.raw(bytes) }
    }

    private static func archiveRows(
        _ file: ConformanceFile,
        isGenesis: Bool
    ) throws -> [KnownFile.Row] {
        var rows = [
            KnownFile.Row("blocks") {
                let (_, store) = try archive(file)
                for cid in store.cids where cid.codec == .dagCBOR && cid.description != note {
                    let bytes = try store.require(cid)
                    try check(try CBORValue(cbor: bytes).cborBytes() == bytes, "\(cid) differs")
                }
            },
            KnownFile.Row("walk") {
                let (roots, store) = try archive(file)
                var count = 0
                // A chain export ends at some height, and some leave out receipts; those are not walked.
                try DAG.forEachBlock(from: roots, in: store, where: store.has) { _ in count += 1 }
                try check(count > 0, "nothing is reached from the roots")
                guard isGenesis else { return }
                let all = store.cids.count { $0.codec == .dagCBOR }
                try checkEqual(count, all, "blocks reached from the roots")
            },
        ]
        if isGenesis { rows.append(KnownFile.Row("state tree") { try stateTree(file) }) }
        return rows
    }

    /// Builds the map of actors anew, and takes it apart in another order.
    private static func stateTree(_ file: ConformanceFile) throws {
        let (roots, store) = try archive(file)
        guard let root = roots.first else { throw TestDataError("there is no root") }
        let header = try store.value(root, as: BlockHeader.self)
        let tree = try StateWrapper(header.parentStateRoot, store)
        let map = try HAMT<Item>(root: tree.actors, store: store, bitWidth: 5, layout: tree.layout)
        let fresh = HAMT<Item>(store: MemoryBlockStore(), bitWidth: 5, layout: tree.layout)
        var addresses: [[UInt8]] = []
        try map.forEach { address, actor in
            addresses.append(address)
            try fresh.set(address, actor)
        }
        try check(addresses.count >= 10, "only \(addresses.count) actors")
        try checkEqual(try fresh.flush(), tree.actors, "root built anew")
        for address in addresses.reversed() {
            try check(try fresh.delete(address), "an actor cannot be deleted")
        }
        try check(fresh.isEmpty, "the map is not empty")
    }

    /// What a state root leads to: the map of actors, wrapped since actors v2.
    private struct StateWrapper {
        let actors: CID
        let layout: HAMTLayout

        init(_ root: CID, _ store: MemoryBlockStore) throws {
            let wrapper = try? store.value(root, as: StateRoot.self)
            actors = wrapper?.actors ?? root
            // Versions 0 and 1 of the state tree are those of actors v0 and v2.
            layout = (wrapper?.version ?? 0) < 2 ? .v0 : .v3
        }

        private struct StateRoot: CBORDecodable {
            let version: UInt64
            let actors: CID

            init(from decoder: inout CBORDecoder) throws(CBORError) {
                try decoder.array(count: 3)
                version = try decoder.unsigned()
                actors = try decoder.value()
                try decoder.skip()
            }
        }
    }

    // MARK: - The main network

    /// The drand network whose entries the first blocks carry.
    private static let firstDrand: (key: String, group: String) = (
        "8cad0c72c606ab27d36ee06de1d5b2db1faf92e447025ca37575ab3a8aac2eaa"
            + "e83192f846fc9e158bc738423753d000",
        "d9406aaed487f7af71851b4399448e311f2328923d454e971536c05398ce2d9b"
    )

    /// A case for each of the first headers of the main network, and one for the beacon entries of all.
    @Sendable private static func mainnetHeaders(_ file: ConformanceFile) throws -> [KnownFile.Row]
    {
        let path = file.path.replacing(
            "mainnet-export40.index.json",
            with: "mainnet-export40.car.zst"
        )
        let (_, store) = try archive(ConformanceFile(path: path, relativePath: file.relativePath))
        let rows = try file.json().expectArray()
        let blocks: [KnownFile.Row] = try rows.map { row in
            KnownFile.Row(try row.text("cid")) { try mainnetHeader(row, store) }
        }
        return blocks + [KnownFile.Row("beacon entries") { try mainnetBeacon(rows, store) }]
    }

    private static func mainnetHeader(_ row: JSONValue, _ store: MemoryBlockStore) throws {
        let cid = try CID(row.text("cid"))
        let bytes = try store.require(cid)
        let header = try BlockHeader(cbor: bytes)
        try check(header.cborBytes() == bytes, "encodes differently")
        try checkEqual(header.cid, cid, "CID")
        try checkEqual(header.height, ChainEpoch(try row.integer("height")), "height")
        // The genesis block is not signed.
        guard let worker = row["worker"]?.string else { return }
        let key = try Address.bls(publicKey: hexBytes(worker.dropFirst(3)))
        guard let signature = header.blockSignature, let proof = header.electionProof,
            let entry = header.beaconEntries.last, let ticket = header.ticket,
            let aggregate = header.blsAggregate
        else { throw TestDataError("a field is missing") }
        try signature.verify(header.signingBytes, by: key)
        try checkEqual(proof.winCount, try row.integer("winCount"), "win count")
        let draws = BlockDraws(beaconEntry: entry, epoch: header.height, miner: header.miner)
        try VRF.verify(proof.vrfProof, input: draws.electionInput, worker: key)
        // Before Smoke, the ticket did not depend on the parents'.
        try VRF.verify(ticket.vrfProof, input: draws.ticketInput(parentTicket: nil), worker: key)
        let messages = try ArchivedMessages(header, store: store)
        try checkEqual(messages.bls.count, Int(try row.integer("blsMessages")), "BLS messages")
        try checkEqual(
            messages.secp.count,
            Int(try row.integer("secpMessages")),
            "secp256k1 messages"
        )
        try aggregate.verifyAggregate(messages.bls.map { ($0.from, $0.cid.bytes) })
        for signed in messages.secp {
            try signed.signature.verify(signed.message.cid.bytes, by: signed.message.from)
        }
    }

    private static func mainnetBeacon(_ rows: [JSONValue], _ store: MemoryBlockStore) throws {
        let verifier = try DrandVerifier(
            DrandChainInfo(
                publicKey: hexBytes(firstDrand.key),
                periodSeconds: 30,
                genesisTime: 1_595_873_820,
                groupHash: hexBytes(firstDrand.group)
            )
        )
        var entries: [UInt64: [UInt8]] = [:]
        for row in rows {
            let header = try store.value(CID(row.text("cid")), as: BlockHeader.self)
            // The genesis header has round 0.
            for entry in header.beaconEntries where entry.round > 0 {
                entries[entry.round] = entry.data
            }
        }
        var verified = 0
        for (round, data) in entries {
            guard let previous = entries[round - 1] else { continue }
            try verifier.verify(BeaconEntry(round: round, data: data), previousSignature: previous)
            verified += 1
        }
        // Only the first real round has no predecessor here.
        try checkEqual(verified, entries.count - 1, "entries verified")
    }
}

/// The messages of a block, read from an archive.
struct ArchivedMessages {
    let bls: [Message]
    let secp: [SignedMessage]

    init(_ header: BlockHeader, store: MemoryBlockStore) throws {
        let meta = try store.value(header.messages, as: MessageMeta.self)
        func cids(_ root: CID) throws -> [CID] {
            let array = try AMT<CID>(root: root, store: store, layout: .v0)
            return try (0..<array.count).compactMap { try array.get($0) }
        }
        bls = try cids(meta.blsMessages).map { try store.value($0, as: Message.self) }
        secp = try cids(meta.secpMessages).map { try store.value($0, as: SignedMessage.self) }
    }
}
