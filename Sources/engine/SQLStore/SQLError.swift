/// Why the database did not do what was asked.
///
/// The message has the library's own text and the statement, never the values, because those may
/// be secrets.
package struct SQLError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// Another connection holds the lock; the transaction was tried again until it gave up.
        case busy
        /// A deadlock or a write conflict between instances; tried again like ``busy``.
        case conflict
        /// A unique key, foreign key, check or not-null rule refused the row.
        case constraint
        /// The server went away before anything was committed.
        case connectionLost
        /// The server went away while committing: nobody knows whether it happened.
        case outcomeUnknown
        /// The database was written by a newer version of the program.
        case newerSchema
        /// The file is damaged or no database at all.
        case corrupted
        /// More transactions wait than ``SQLDatabase/maximumWaiting``.
        case overloaded
        /// The database was closed.
        case closed
        /// A wrong statement, a missing column, a value of another type: the caller's mistake.
        case misuse
        /// Anything else: disk full, no permission, unreachable server.
        case failed
    }

    package let code: Code
    /// What went wrong, for a person.
    package let message: String
    /// The statement, without its values.
    package let statement: String?

    package init(_ code: Code, _ message: String, statement: String? = nil) {
        self.code = code
        self.message = message
        self.statement = statement
    }

    package var description: String {
        guard let statement else { return "database: \(message)" }
        return "database: \(message) in \(statement)"
    }

    /// Whether running the whole transaction again may succeed.
    var mayRetry: Bool {
        switch code {
        case .busy, .conflict, .connectionLost: true
        default: false
        }
    }
}
