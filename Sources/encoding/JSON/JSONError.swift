/// Why text is no JSON, or why JSON is not the value that was wanted.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong.
    public enum Reason: Hashable, Sendable {
        /// The text breaks the grammar of RFC 8259 at this byte.
        case syntax(offset: Int, expected: String)
        /// The text ends inside a value.
        case truncated
        /// A complete value is followed by something else, which begins at this byte.
        case trailingBytes(offset: Int)
        /// Lists and objects are nested deeper than the limit.
        case tooDeep(limit: Int)
        /// The text is longer, or has more values, than the limit.
        case tooLarge(limit: Int)
        /// A field that is needed is not there.
        case missing
        /// Another kind of value was expected.
        case wrongKind(expected: String, found: String)
        /// The number is outside the range of the type, or not an integer.
        case outOfRange(type: String, text: String)
        /// The value has the right kind but says something impossible.
        case invalid(String)
    }

    /// One step from the document towards the value.
    public enum Step: Hashable, Sendable {
        /// Into the member with this name.
        case member(String)
        /// Into the element with this index.
        case element(Int)
    }

    /// What went wrong.
    public let reason: Reason
    /// Where, from the document inwards; empty for the document itself.
    public let path: [Step]

    /// An error at `path`.
    public init(_ reason: Reason, path: [Step] = []) {
        self.reason = reason
        self.path = path
    }

    /// An error that says why a value of the right kind cannot be accepted.
    public static func invalid(_ message: String) -> JSONError { JSONError(.invalid(message)) }

    /// The same error seen from one level further out.
    public func below(_ step: Step) -> JSONError { JSONError(reason, path: [step] + path) }

    public var description: String {
        let place = path.map { step in
            switch step {
            case .member(let name): ".\(name)"
            case .element(let index): "[\(index)]"
            }
        }.joined()
        return place.isEmpty ? reasonText : "at \(place): \(reasonText)"
    }

    private var reasonText: String {
        switch reason {
        case .syntax(let offset, let expected): "expected \(expected) at byte \(offset)"
        case .truncated: "unexpected end of JSON input"
        case .trailingBytes(let offset): "unexpected bytes after the value at byte \(offset)"
        case .tooDeep(let limit): "nested deeper than \(limit) levels"
        case .tooLarge(let limit): "larger than the limit of \(limit)"
        case .missing: "the field is missing"
        case .wrongKind(let expected, let found): "expected \(expected), found \(found)"
        case .outOfRange(let type, let text): "number \(text) does not fit \(type)"
        case .invalid(let message): message
        }
    }
}
