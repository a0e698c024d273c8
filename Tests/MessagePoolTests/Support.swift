import BigIntegers
import ChainStore
import FilecoinTypes
import Multiformats
import Synchronization
import TestSupport

@testable import MessagePool

/// An address of a sender that needs no signature.
func sender(_ number: UInt8) -> Address {
    // Infallible for 48 bytes.
    (try? Address.bls(publicKey: [UInt8](repeating: number, count: 48))) ?? .blsZero
}

/// A message with a signature that nobody checks.
func message(
    from: Address,
    nonce: UInt64,
    gasLimit: Int64 = 1_000_000,
    premium: Int64 = 100,
    feeCap: Int64 = 1_000_000,
    value: TokenAmount = 0,
    type: SignatureType = .bls
) -> PendingMessage {
    PendingMessage(
        SignedMessage(
            message: Message(
                to: .id(100),
                from: from,
                nonce: nonce,
                value: value,
                gasLimit: GasAmount(gasLimit),
                gasFeeCap: TokenAmount(attoFIL: BigInt(feeCap)),
                gasPremium: TokenAmount(attoFIL: BigInt(premium))
            ),
            signature: Signature(
                type: type,
                data: [UInt8](repeating: 1, count: type == .bls ? 96 : 65)
            )
        )
    )
}

/// A tipset of one block; only what is given differs.
func makeTipset(
    height: ChainEpoch,
    parent: Tipset? = nil,
    baseFee: TokenAmount = 100,
    number: UInt64 = 0
) throws -> Tipset {
    let empty = CID.dagCBOR(hashing: [0x80])
    let header = BlockHeader(
        miner: .id(1000),
        ticket: Ticket(vrfProof: [UInt8](repeating: 7, count: 32)),
        electionProof: ElectionProof(winCount: 1, vrfProof: [1]),
        beaconEntries: [],
        winPoStProof: [],
        parents: parent?.cids ?? [],
        parentWeight: 0,
        height: height,
        parentStateRoot: empty,
        parentMessageReceipts: empty,
        messages: empty,
        blsAggregate: nil,
        timestamp: number,
        blockSignature: nil,
        forkSignaling: 0,
        parentBaseFee: baseFee
    )
    return try Tipset([header])
}

/// A chain that answers from tables.
final class ScriptedChain: MessagePoolChain {
    struct Tables {
        var states: [Address: SenderState] = [:]
        var keys: [Address: Address] = [:]
        var messages: [CID: BlockMessages] = [:]
        var tipsets: [TipsetKey: Tipset] = [:]
        var stored: Set<CID> = []
        var baseFee: TokenAmount = 100
    }

    struct Unknown: Error {}

    let tables = Mutex(Tables())

    func senderStates(
        of addresses: [Address],
        after tipset: Tipset
    ) async throws -> [Address: SenderState] {
        tables.withLock { tables in
            tables.states.filter { addresses.contains($0.key) }
        }
    }

    func keyAddress(of address: Address, at tipset: Tipset) async throws -> Address {
        if address.isKey { return address }
        guard let key = tables.withLock({ $0.keys[address] }) else { throw Unknown() }
        return key
    }

    func baseFee(after tipset: Tipset) async throws -> TokenAmount {
        tables.withLock { $0.baseFee }
    }

    func parent(of tipset: Tipset) async throws -> Tipset {
        guard let parent = tables.withLock({ $0.tipsets[tipset.parentKey] }) else {
            throw Unknown()
        }
        return parent
    }

    func messages(of header: BlockHeader) async throws -> BlockMessages {
        tables.withLock { $0.messages[header.cid] ?? BlockMessages() }
    }

    func store(_ message: SignedMessage) async throws {
        tables.withLock { _ = $0.stored.insert(message.cid) }
    }
}
