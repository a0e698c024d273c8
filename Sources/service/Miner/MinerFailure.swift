/// Why the miner refuses something; the text goes to the caller.
package struct MinerFailure: Error, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
