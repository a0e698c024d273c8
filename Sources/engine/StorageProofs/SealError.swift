/// Why sealing, unsealing or proving could not be done.
package struct SealError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure, for the caller's decision.
    package enum Code: String, Sendable {
        /// The operating system refused to open, read, write or map a file.
        case file
        /// A file has another size or content than its format says.
        case malformedFile
        /// A size, number or combination that the protocol does not know.
        case invalidArgument
        /// The data does not have the commitment it should have.
        case commitmentMismatch
        /// Not enough memory.
        case memory
    }

    /// What kind of failure.
    package let code: Code
    /// What was attempted and what went wrong, for a person.
    package let message: String

    /// Creates an error.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}

/// How far a long computation has come.
package struct SealProgress: Hashable, Sendable {
    /// The parts of sealing, in order.
    package enum Stage: String, Sendable {
        case treeD = "data tree"
        case parents = "graph parents"
        case labels = "labels"
        case treeC = "column tree"
        case encoding = "encoding"
        case treeRLast = "replica tree"
        case decoding = "decoding"
    }

    /// The part under way.
    package let stage: Stage
    /// The number of items done in this part.
    package let done: Int
    /// The number of items of this part.
    package let total: Int
}

/// Is told how far the work has come, on the thread that called; what it throws ends the work.
package typealias SealProgressHandler = (SealProgress) throws -> Void
