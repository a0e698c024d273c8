import Bytes
import FilecoinTypes

extension Ticket {
    /// How likely another ticket is greater: 1 less the digest as a fraction of its range.
    ///
    /// The tipset executes the block with the least ticket, hence the best quality, first.
    var quality: Double {
        // 128 of the 256 bits are more than a Double holds.
        1 - (Double(digest.word0) * 0x1p-64 + Double(digest.word1) * 0x1p-128)
    }
}
