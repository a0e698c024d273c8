import ChainStore
import EventLoop
import FilecoinTypes
import Foundation
import JSON

/// Exports the chain into a file, and hands it out in pieces.
///
/// The file lies in the temporary folder and is removed when the last piece was read, or nobody reads on.
final class ChainExport: AsyncSequence, Sendable {
    typealias Element = JSONBytes

    /// Bytes of a piece.
    private static let pieceByteCount = 1 << 20
    private let handle: FileHandle

    private init(_ handle: FileHandle) { self.handle = handle }

    deinit { try? handle.close() }

    /// Writes the chain that ends in a tipset, with the states of so many epochs before it.
    static func make(
        _ chain: NodeChain,
        head: Tipset,
        stateEpochs: ChainEpoch
    ) async throws -> ChainExport {
        try await BlockingPool.shared.run {
            let path = NSTemporaryDirectory() + "/venus-export-\(UUID().uuidString).car"
            guard FileManager.default.createFile(atPath: path, contents: nil),
                let handle = FileHandle(forUpdatingAtPath: path)
            else { throw CocoaError(.fileWriteUnknown) }
            // Only the open handle keeps it from here on.
            try FileManager.default.removeItem(atPath: path)
            try chain.store.export(head, stateEpochs: stateEpochs) { bytes in
                try handle.write(contentsOf: Data(bytes))
            }
            try handle.seek(toOffset: 0)
            return ChainExport(handle)
        }
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        let export: ChainExport
        var isDone = false

        mutating func next() async throws -> JSONBytes? {
            if isDone { return nil }
            let export = export
            let piece = try await BlockingPool.shared.run {
                [UInt8](try export.handle.read(upToCount: ChainExport.pieceByteCount) ?? Data())
            }
            // An empty piece says that the export is whole, as in the original.
            isDone = piece.isEmpty
            return JSONBytes(piece)
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(export: self) }
}
