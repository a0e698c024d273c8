/// Why the messager refuses something; the text goes to the caller.
package struct MessagerFailure: Error, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }

    static let notFound = MessagerFailure("record not found")
    static let messageNotFound = MessagerFailure("get message by id error: record not found")
}
