import Multiformats
import Synchronization

/// Blocks that an operator marked as bad; they are not taken.
final class BadBlocks: Sendable {
    /// Marks that are kept; more are refused silently, as there is no such number of blocks to mark by hand.
    private static let limit = 32_768
    private let blocks = Mutex<[CID: String]>([:])

    /// Why a block is bad; empty if it is not.
    func reason(for cid: CID) -> String { blocks.withLock { $0[cid] ?? "" } }

    func mark(_ cid: CID) {
        blocks.withLock { if $0.count < Self.limit { $0[cid] = "manually marked bad" } }
    }

    func unmark(_ cid: CID) { blocks.withLock { $0[cid] = nil } }

    func unmarkAll() { blocks.withLock { $0 = [:] } }
}
