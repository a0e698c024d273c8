/// The bounds that every Filecoin node applies to what it decodes.
///
/// They are those of the code generator behind the reference types (cbor-gen): more than this is refused
/// before anything is allocated.
public enum ChainLimits {
    /// How many bytes a byte string may have: 2 MiB.
    public static let byteCount = 2 << 20
    /// How many elements a list may have.
    public static let listCount = 8192
}
