/// A text that must not be printed: a password, a token, a key.
///
/// Its description, its mirror and its encoding are `<redacted>`, so it cannot reach a log by accident.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private let text: String

    package init(_ text: String) { self.text = text }

    /// The text; every use of this property is a place to look at.
    package var revealed: String { text }

    package var isEmpty: Bool { text.isEmpty }
    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
