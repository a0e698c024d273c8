import FilecoinCrypto
import FilecoinTypes
import Foundation
import Hashing
import IPLD
import JSON
import Multiformats
import TestSupport
import Testing

/// Whole chains of lotus, with every key and the power read from the state in the archive.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct RecordedChainTests {
    /// A line of the index.
    struct Line: Decodable {
        struct Link: Decodable {
            let text: String
            enum CodingKeys: String, CodingKey { case text = "/" }
        }
        struct Block: Decodable {
            let cid: Link
            let winCount: Int64
        }
        let height: Int64
        let parentStateRoot: Link
        let stateRoot: Link
        let blocks: [Block]
        let fork: Bool?
    }

    static let chains = ["chain-nv15-a", "chain-nv14-nv15", "chain-nv15-long", "chain-nv15-real"]

    @Test(arguments: chains)
    func `every signature, ticket, election proof and win count verifies`(_ name: String) throws {
        let (_, store) = try Vectors.archive("reference/lotus/\(name)/chain.car.zst")
        let text = String(
            decoding: try Vectors.gunzipped("reference/lotus/\(name)/index.jsonl.gz"),
            as: UTF8.self
        )
        let decoder = JSONDecoder()
        let lines = try text.split(separator: "\n").map {
            try decoder.decode(Line.self, from: Data($0.utf8))
        }
        let main = lines.filter { $0.fork != true }
        var checked = 0
        for line in lines where line.height > 0 {
            let lookback = try ChainState(
                root: CID(Self.lookbackState(line, main)),
                store: store
            )
            let parent = try ChainState(root: CID(line.parentStateRoot.text), store: store)
            for block in line.blocks {
                let header = try store.value(CID(block.cid.text), as: BlockHeader.self)
                #expect(header.cid.description == block.cid.text)
                try check(header, winCount: block.winCount, lookback, parent)
                checked += 1
            }
        }
        #expect(checked > 50)
    }

    /// The state that the election of a tipset looks at: 900 epochs back, or that of its parents.
    static func lookbackState(_ line: Line, _ main: [Line]) -> String {
        let height = max(0, line.height - 900)
        let past = main.last { $0.height <= height }
        let parent = main.last { $0.height < line.height }
        guard let past, let parent, past.height < parent.height else {
            return line.parentStateRoot.text
        }
        return past.stateRoot.text
    }

    private func check(
        _ header: BlockHeader,
        winCount: Int64,
        _ lookback: ChainState,
        _ parent: ChainState
    ) throws {
        let worker = try #require(try lookback.workerKey(of: header.miner))
        try #require(header.blockSignature).verify(header.signingBytes, by: worker)
        let store = parent.store
        let parents = try Tipset(header.parents.map { try store.value($0, as: BlockHeader.self) })
        // A block without entries of its own draws from its parents' last one.
        let entry = try #require(
            header.beaconEntries.last ?? parents.minTicketBlock.beaconEntries.last
        )
        #expect(
            entry.data
                == BLAKE2b.hash256(
                    (0..<8).reversed().map { UInt8(truncatingIfNeeded: entry.round >> ($0 * 8)) }
                )
        )
        let draws = BlockDraws(beaconEntry: entry, epoch: header.height, miner: header.miner)
        let ticket = try #require(header.ticket)
        let input = draws.ticketInput(parentTicket: parents.minTicket)
        try VRF.verify(ticket.vrfProof, input: input, worker: worker)
        let proof = try #require(header.electionProof)
        try VRF.verify(proof.vrfProof, input: draws.electionInput, worker: worker)
        let power = try #require(try lookback.power(of: header.miner))
        let wins = ElectionProof.winCount(
            vrfProof: proof.vrfProof,
            power: power.own,
            totalPower: power.total
        )
        #expect(wins == proof.winCount)
        #expect(wins == winCount)
        #expect(wins > 0)
        let messages = try BlockMessages(header, store: store)
        let signed = try messages.bls.map { message in
            (signer: try #require(try parent.key(of: message.from)), message: message.cid.bytes)
        }
        try #require(header.blsAggregate).verifyAggregate(signed)
        for message in messages.secp {
            let signer = try #require(try parent.key(of: message.message.from))
            try message.signature.verify(message.message.cid.bytes, by: signer)
        }
    }

    @Test(arguments: chains)
    func `the proofs library's key for a seed is that of the genesis`(_ name: String) throws {
        let (roots, store) = try Vectors.archive("reference/lotus/\(name)/genesis.car")
        let template = try JSONObject(
            json: Vectors.bytes("reference/lotus/\(name)/genesis-template.json")
        )
        let network = try template.decode("NetworkName", as: String.self)
        let seed = SHA256.hash(Array("f081|\(network)".utf8))
        let key = try SigningKey(#require(KeyInfo.bls(proofsSeed: seed)))
        let genesis = try store.value(roots[0], as: BlockHeader.self)
        let state = try ChainState(root: genesis.parentStateRoot, store: store)
        #expect(try state.key(of: .id(81)) == key.address)
    }
}
