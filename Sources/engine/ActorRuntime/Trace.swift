package import FilecoinTypes
package import Multiformats

/// What the machine did, event by event, for finding the first difference from a reference.
package final class ExecutionTrace {
    /// One step.
    package enum Event: Sendable {
        /// A call begins.
        case enter(
            from: ActorID,
            to: Address,
            method: MethodNumber,
            value: TokenAmount,
            params: [UInt8]
        )
        /// Gas is charged.
        case gas(GasCharge)
        /// A block is about to be read.
        case get(CID)
        /// A block is about to be written.
        case put(CID, sizeBytes: Int)
        /// A call ends.
        case exit(ExitCode, returned: [UInt8], error: String?)
    }

    /// The events in order.
    package var events: [Event] = []

    package init() {}

    /// The events from a place on.
    package func events(from start: Int) -> [Event] { Array(events[start...]) }
}
