#if WITH_IPLD
public import IPLD
internal import Compression
public import Multiformats

extension Vectors {
    /// Returns the bytes of a content archive, unpacked if its name says that it is Zstandard-compressed.
    public static func unpackedCAR(_ path: String) throws -> [UInt8] {
        let file = try bytes(path)
        return path.hasSuffix(".zst") ? try Zstandard.decompress(file) : file
    }

    /// Reads a content archive, Zstandard-compressed if its name says so, into a new store.
    ///
    /// Every block is checked against its CID.
    public static func archive(_ path: String) throws -> (roots: [CID], store: MemoryBlockStore) {
        var reader = try CARReader(unpackedCAR(path))
        let store = MemoryBlockStore()
        try reader.copyBlocks(into: store)
        return (reader.roots, store)
    }
}
#endif
