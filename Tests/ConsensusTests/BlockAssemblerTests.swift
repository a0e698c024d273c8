import ChainStore
import Consensus
import FilecoinCrypto
import FilecoinTypes
import Multiformats
import NetworkParameters
import StateView
import TestSupport
import Testing

/// The recorded chains' blocks, made again.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct BlockAssemblerTests {
    @Test(arguments: ["chain-nv15-a", "chain-nv15-real", "chain-nv14-nv15"])
    func `blocks made again from keys and messages have the same CIDs`(name: String) throws {
        let recorded = try RecordedChain(name)
        let assembler = BlockAssembler(chain: recorded.chain, states: try recorded.recordedStates())
        let beacon = BeaconSchedule(MockBeacon())
        let keys = try recorded.keys()
        var count = 0
        for line in recorded.lines where line["height"].integer > 0 {
            let tipset = try recorded.tipset(line)
            let base = try recorded.store.parent(of: tipset)
            let previous = try recorded.store.latestBeaconEntry(of: base)
            let rounds = beacon.requiredRounds(
                at: tipset.height,
                parentEpoch: base.height,
                previous: previous
            )
            let entries = rounds.map { MockBeacon().entry($0) }
            for header in tipset.blocks {
                let again = try Self.make(
                    header,
                    on: base,
                    entries: entries,
                    previous: previous,
                    recorded,
                    assembler,
                    keys
                )
                #expect(again.cid == header.cid, "\(header.height)")
                count += 1
            }
        }
        #expect(count > 50)
    }

    /// Makes a block of the same miner, epoch, messages and proof, with new draws and signatures.
    private static func make(
        _ header: BlockHeader,
        on base: Tipset,
        entries: [BeaconEntry],
        previous: BeaconEntry,
        _ recorded: RecordedChain,
        _ assembler: BlockAssembler,
        _ keys: [Address: SigningKey]
    ) throws -> BlockHeader {
        let mining = try #require(
            try recorded.chain.miningBase(
                of: header.miner,
                at: header.height,
                base: base,
                entries: entries,
                verifier: MockWinningPoSt()
            )
        )
        #expect(mining.isEligible)
        let worker = try #require(keys[mining.workerKey])
        let draws = BlockDraws(
            beaconEntry: mining.drawEntry,
            epoch: header.height,
            miner: header.miner
        )
        let election = worker.sign(draws.electionInput).data
        let template = BlockTemplate(
            miner: header.miner,
            parents: base.key,
            ticket: Ticket(
                vrfProof: worker.sign(draws.ticketInput(parentTicket: base.minTicket)).data
            ),
            electionProof: ElectionProof(
                winCount: ElectionProof.winCount(
                    vrfProof: election,
                    power: mining.minerPower,
                    totalPower: mining.networkPower
                ),
                vrfProof: election
            ),
            beaconEntries: entries,
            messages: try signedMessages(of: header, base: base, recorded, keys),
            epoch: header.height,
            timestamp: recorded.chain.parameters.startTime(
                of: header.height,
                genesisTime: 1_700_000_000
            ),
            winningPoStProof: header.winPoStProof
        )
        var made = try assembler.assemble(template)
        #expect(made.worker == mining.workerKey)
        made.block.header.blockSignature = worker.sign(made.block.header.signingBytes)
        #expect(made.blockMessage.header == made.block.header)
        #expect(throws: Never.self) { try made.blockMessage.checkMessageRoot() }
        return made.block.header
    }

    private static func signedMessages(
        of header: BlockHeader,
        base: Tipset,
        _ recorded: RecordedChain,
        _ keys: [Address: SigningKey]
    ) throws -> [SignedMessage] {
        let messages = try recorded.store.messages(of: header)
        let state = try recorded.chain.view(header.parentStateRoot)
        return try messages.bls.map { message in
            let key = try #require(keys[try state.keyAddress(of: message.from)])
            return SignedMessage(message: message, signature: key.sign(message.cid.bytes))
        } + messages.secp
    }
}
