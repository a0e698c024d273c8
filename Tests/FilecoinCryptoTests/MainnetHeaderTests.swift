import CBOR
import FilecoinCrypto
import FilecoinTypes
import Foundation
import IPLD
import Multiformats
import TestSupport
import Testing

/// The first forty epochs of the main network, signed by real miners and by drand.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct MainnetHeaderTests {
    struct Row: Decodable {
        let cid: String
        let height: Int64
        let worker: String?
        let winCount: Int64
        let blsMessages: Int
        let secpMessages: Int
    }

    /// The network whose entries those blocks carry.
    static let drand = DrandChainInfo(
        publicKey: hex(
            "8cad0c72c606ab27d36ee06de1d5b2db1faf92e447025ca37575ab3a8aac2eaa"
                + "e83192f846fc9e158bc738423753d000"
        ),
        periodSeconds: 30,
        genesisTime: 1_595_873_820,
        groupHash: hex("d9406aaed487f7af71851b4399448e311f2328923d454e971536c05398ce2d9b")
    )

    @Test func `every header encodes to its CID, and every signature in it verifies`() throws {
        let rows: [Row] = try Vectors.json("chain/mainnet-export40.index.json")
        let (_, store) = try Vectors.archive("chain/mainnet-export40.car.zst")
        let verifier = try DrandVerifier(Self.drand)
        var headers: [BlockHeader] = []
        var signatures = 0
        var entries: [UInt64: [UInt8]] = [:]
        for row in rows {
            let cid = try CID(row.cid)
            let bytes = try store.require(cid)
            let header = try BlockHeader(cbor: bytes)
            #expect(header.cborBytes() == bytes)
            #expect(header.cid == cid)
            #expect(header.height == ChainEpoch(row.height))
            headers.append(header)
            for entry in header.beaconEntries where entry.round > 0 {
                entries[entry.round] = entry.data
            }
            guard let worker = row.worker else { continue }
            let key = try Address.bls(publicKey: hex(worker.dropFirst(3)))
            try #require(header.blockSignature).verify(header.signingBytes, by: key)
            signatures += 1
            let proof = try #require(header.electionProof)
            #expect(proof.winCount == row.winCount)
            let entry = try #require(header.beaconEntries.last)
            let draws = BlockDraws(beaconEntry: entry, epoch: header.height, miner: header.miner)
            try VRF.verify(proof.vrfProof, input: draws.electionInput, worker: key)
            // Before Smoke, the ticket did not depend on the parents'.
            let ticket = try #require(header.ticket)
            try VRF.verify(
                ticket.vrfProof,
                input: draws.ticketInput(parentTicket: nil),
                worker: key
            )
            let messages = try BlockMessages(header, store: store)
            #expect(messages.bls.count == row.blsMessages)
            #expect(messages.secp.count == row.secpMessages)
            try #require(header.blsAggregate).verifyAggregate(
                messages.bls.map { ($0.from, $0.cid.bytes) }
            )
            for signed in messages.secp {
                try signed.signature.verify(signed.message.cid.bytes, by: signed.message.from)
            }
        }
        #expect(headers.count == 49)
        #expect(signatures == 48)
        var verified = 0
        for (round, data) in entries {
            guard let previous = entries[round - 1] else { continue }
            try verifier.verify(BeaconEntry(round: round, data: data), previousSignature: previous)
            verified += 1
        }
        #expect(verified == entries.count - 1)
        let total = headers.reduce(0) { $0 + $1.beaconEntries.count }
        // The genesis header has round 0, and the first real round has no predecessor here.
        #expect(total == 56, "\(total) entries, \(verified) distinct ones verified")
    }
}
