/// Finds the end of a head and refuses what parsers along the way might read differently.
///
/// Request smuggling lives from disagreement: a bare line feed, a folded line, a NUL. None has an
/// honest use, so each ends the connection (RFC 9112, 2.2 and 5.2).
struct HeadScanner {
    private let limits: HTTPLimits
    private let isRequest: Bool
    private var position: Int = 0
    private var lines: Int = 0
    private var lineIsEmpty: Bool = true
    private var isInName: Bool = false
    private var blanks: Int = 0

    /// A scanner of one request, or of one response.
    init(limits: HTTPLimits, isRequest: Bool) {
        self.limits = limits
        self.isRequest = isRequest
    }

    /// Scans on through `bytes`, whose head begins at `start`.
    ///
    /// Returns the offset behind the head, or `nil` if more bytes are needed.
    ///
    /// - Throws: ``HTTPError`` with 400 or 431.
    mutating func scan(_ bytes: [UInt8], from start: Int) throws(HTTPError) -> Int? {
        let span = bytes.span
        var place = start + position
        defer { position = place - start }
        while place < span.count {
            let byte = span[place]
            guard place - start < limits.headBytes else { throw headTooLong }
            if byte > 0x20, byte != 0x7F {
                lineIsEmpty = false
                if isInName { try checkName(byte) }
            } else {
                switch byte {
                case 0x0D:
                    guard place + 1 < span.count else { return nil }
                    guard span[place + 1] == 0x0A else { throw .bad("a carriage return alone") }
                    place += 1
                    if lineIsEmpty {
                        guard place - start < limits.headBytes else { throw headTooLong }
                        return place + 1
                    }
                    guard !isInName else { throw .bad("a header field without a colon") }
                    lines += 1
                    lineIsEmpty = true
                    isInName = true
                    guard lines <= limits.headerFields + 1 else {
                        throw HTTPError(
                            .headerTooLarge,
                            "more than \(limits.headerFields) header fields"
                        )
                    }
                case 0x20, 0x09:
                    if lineIsEmpty { throw .bad("a folded header line") }
                    if isInName { throw .bad("a blank in a header name") }
                    if lines == 0 { try checkBlank(byte, after: span[place - 1]) }
                case 0x0A: throw .bad("a line feed alone")
                default: throw .bad("a control character in the head")
                }
            }
            place += 1
        }
        return nil
    }

    private var headTooLong: HTTPError {
        HTTPError(.headerTooLarge, "the head exceeds \(limits.headBytes) bytes")
    }

    /// Lets through what a field name may hold, and its colon (RFC 9110, 5.6.2).
    private mutating func checkName(_ byte: UInt8) throws(HTTPError) {
        switch byte {
        case UInt8(ascii: ":"): isInName = false
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","), UInt8(ascii: "/"),
            UInt8(ascii: ";"), UInt8(ascii: "<"), UInt8(ascii: "="), UInt8(ascii: ">"),
            UInt8(ascii: "?"), UInt8(ascii: "@"), UInt8(ascii: "["), UInt8(ascii: "\\"),
            UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "\""),
            0x80...0xFF:
            throw .bad("a header name with byte \(byte)")
        default: break
        }
    }

    /// Lets through the single blanks of a start line; a status line may have more in its phrase.
    private mutating func checkBlank(_ byte: UInt8, after last: UInt8) throws(HTTPError) {
        blanks += 1
        guard isRequest else { return }
        guard byte == 0x20, last != 0x20, blanks <= 2 else {
            throw .bad("malformed request line")
        }
    }
}
