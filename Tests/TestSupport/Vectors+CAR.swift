#if WITH_IPLD
public import IPLD
internal import Compression
public import Multiformats

extension Vectors {
    /// Reads a content archive, Zstandard-compressed if its name says so, into a new store.
    ///
    /// Every block is checked against its CID.
    public static func archive(_ path: String) throws -> (roots: [CID], store: MemoryBlockStore) {
        let file = try bytes(path)
        let isCompressed = path.hasSuffix(".zst")
        var reader = try CARReader(isCompressed ? Zstandard.decompress(file) : file)
        let store = MemoryBlockStore()
        try reader.copyBlocks(into: store)
        return (reader.roots, store)
    }
}
#endif
