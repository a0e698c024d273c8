import Bytes
import FilecoinTypes
import Foundation
import JSON
import Multiformats
import TestSupport
import Testing

@testable import StorageProofs

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing), .ownThread)
struct PreSealVectorTests {
    @Test func `the original's manifest is read and written to the byte`() throws {
        let path = "venus/genesis-sectors/pre-seal-t0106.json"
        let bytes = try Vectors.bytes(path)
        let manifest = try PreSealManifest(json: bytes)
        #expect(manifest.miners.map(\.id) == [.id(106)])
        #expect(manifest.miners[0].sectors.count == 2)
        #expect(manifest.jsonBytes(.indented()) == bytes)
    }

    @Test func `the original's genesis sectors are sealed again from their data`() throws {
        let original = try PreSealManifest(
            json: Vectors.bytes("venus/genesis-sectors/pre-seal-t0106.json")
        )
        let rows = try Fixture(file: "proofs/genesis_sectors_2k.json")["sectors"].list
        let data = rows.map { Fr32.unpad($0["unsealed_padded_hex"].hex) }
        let folder = try TemporaryDirectory()
        let miner = original.miners[0]
        let run = PreSeal(
            miner: 106,
            owner: miner.owner,
            peerID: miner.peerID,
            proof: 0,
            sectors: 0..<2,
            ticketPreimage: "lotus is fire",
            folder: folder.path("store")
        )
        // The sectors are sealed in order, each asking for all of its data once.
        let queue = DataQueue(data)
        let key = Array("{\"Type\":\"bls\"}".utf8)
        let manifest = try run.run(
            content: .bytes { queue.next($0) },
            storeID: "25baacb2-e4eb-42a1-8e66-587910bcced5",
            ownerKey: key
        )
        #expect(manifest == original)
        let store = "venus/genesis-sectors"
        for name in [
            "pre-seal-t0106.json", "sectorstore.json", "sealed/s-t0106-0", "sealed/s-t0106-1",
            "cache/s-t0106-0/p_aux", "cache/s-t0106-1/p_aux",
            "cache/s-t0106-1/sc-02-data-tree-r-last.dat",
        ] {
            let written = try SealFiles.read(folder.path("store/\(name)"), limit: 1 << 20)
            #expect(written == (try Vectors.bytes("\(store)/\(name)")), "\(name)")
        }
        let cache = try FileManager.default.contentsOfDirectory(
            atPath: folder.path("store/cache/s-t0106-0")
        )
        #expect(cache.sorted() == ["p_aux", "sc-02-data-tree-r-last.dat", "t_aux"])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path("store/unsealed"))
                .isEmpty
        )
        let keyPath = folder.path("store/pre-seal-t0106.key")
        #expect(try SealFiles.read(keyPath, limit: 100) == Array(key.hex.utf8))
        let attributes = try FileManager.default.attributesOfItem(atPath: keyPath)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test func `the sectors of a recorded chain are sealed again`() throws {
        let text = String(
            decoding: try Vectors.bytes("reference/lotus/chain-nv15-real/sectors.jsonl"),
            as: UTF8.self
        )
        var sealed = 0
        for line in text.split(separator: "\n") {
            let row = Fixture(try JSONValue(parsing: Array(line.utf8)))
            let parts = row["sector"].text.split(separator: "-")
            guard parts.count == 3, let miner = UInt64(parts[1].dropFirst(2)),
                let number = UInt64(parts[2])
            else { continue }
            let folder = try TemporaryDirectory()
            let input = SealInput(
                configuration: configuration(row["proofType"].integer),
                minerID: miner,
                sector: number,
                ticket: row["ticket"].node
            )
            let sealer = SectorSealer(
                input,
                cache: folder.path("cache"),
                replica: folder.path("sealed")
            )
            let commitments = try sealer.phase2(sealer.phase1(staged: nil, pieces: []))
            let commR = try CID(.sealed, commitment: commitments.commR.bytes)
            let commD = try CID(.unsealed, commitment: commitments.commD.bytes)
            #expect(commR.description == row["commR"].text, "\(row["sector"].text)")
            #expect(commD.description == row["commD"].text)
            sealed += 1
        }
        #expect(sealed == 4)
    }
}

/// Hands out arrays one after the other; the lock makes it shareable, the test uses one thread.
private final class DataQueue: @unchecked Sendable {
    private var remaining: [[UInt8]]
    private let lock = NSLock()

    init(_ data: [[UInt8]]) { remaining = data }

    func next(_ count: Int) -> [UInt8] {
        lock.withLock {
            guard let first = remaining.first, first.count == count else { return [] }
            return remaining.removeFirst()
        }
    }
}
