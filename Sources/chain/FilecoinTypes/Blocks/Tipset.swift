public import BigIntegers
internal import Bytes
public import Multiformats

/// Why headers do not make up a tipset.
public enum TipsetError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A tipset has at least one block.
    case empty
    /// A block has no ticket to be ordered by.
    case missingTicket(CID)
    /// The blocks have different heights.
    case heightsDiffer
    /// The blocks have different parents.
    case parentsDiffer

    public var description: String {
        switch self {
        case .empty: "a tipset has at least one block"
        case .missingTicket(let cid): "block \(cid) has nil Ticket"
        case .heightsDiffer: "cannot create tipset with mismatching heights"
        case .parentsDiffer: "cannot create tipset with mismatching parents"
        }
    }
}

/// The blocks of one epoch that build on the same parents; the link of which the chain is made.
///
/// Its blocks are ordered by the BLAKE2b-256 of their tickets, equal tickets by CID, so that every node
/// executes them in the same order.
///
/// - Invariant: At least one block; all of the same height, with the same parents, each with a ticket.
public struct Tipset: Hashable, Sendable {
    /// The headers, in order.
    public let blocks: [BlockHeader]
    /// The CIDs of the headers, in order.
    public let key: TipsetKey

    /// Orders headers and checks that they belong together.
    ///
    /// - Throws: ``TipsetError``.
    public init(_ headers: [BlockHeader]) throws(TipsetError) {
        guard let first = headers.first else { throw .empty }
        var rows: [(digest: Bytes32, cid: CID, block: BlockHeader)] = []
        for block in headers {
            guard let ticket = block.ticket else { throw .missingTicket(block.cid) }
            guard block.height == first.height else { throw .heightsDiffer }
            guard block.parents == first.parents else { throw .parentsDiffer }
            rows.append((ticket.digest, block.cid, block))
        }
        rows.sort { a, b in
            a.digest == b.digest
                ? a.cid.bytes.lexicographicallyPrecedes(b.cid.bytes) : a.digest < b.digest
        }
        blocks = rows.map(\.block)
        key = TipsetKey(rows.map(\.cid))
    }

    /// The CIDs of the headers, in order.
    public var cids: [CID] { key.cids }

    /// The block with the least ticket, which speaks for the tipset.
    public var minTicketBlock: BlockHeader { blocks[0] }
    /// The least ticket.
    public var minTicket: Ticket? { minTicketBlock.ticket }
    /// The epoch.
    public var height: ChainEpoch { minTicketBlock.height }
    /// The key of the tipset that this one builds on.
    public var parentKey: TipsetKey { TipsetKey(minTicketBlock.parents) }
    /// The least time of the blocks, in seconds since 1970.
    public var minTimestamp: UInt64 { blocks.map(\.timestamp).min() ?? 0 }
    /// The state after the parents were executed.
    public var parentStateRoot: CID { minTicketBlock.parentStateRoot }
    /// The root of the receipts of the parents' messages.
    public var parentMessageReceipts: CID { minTicketBlock.parentMessageReceipts }
    /// The weight of the chain up to the parents.
    public var parentWeight: BigInt { minTicketBlock.parentWeight }
    /// What a unit of gas costs at least in this tipset.
    public var parentBaseFee: TokenAmount { minTicketBlock.parentBaseFee }

    /// Tipsets with the same key are the same.
    public static func == (a: Self, b: Self) -> Bool { a.key == b.key }
    public func hash(into hasher: inout Hasher) { hasher.combine(key) }
}
