extension HTTPResponse {
    private static let okLine: [UInt8] = Array("HTTP/1.1 200 OK\r\n".utf8)
    private static let lengthName: [UInt8] = Array("Content-Length: ".utf8)
    private static let lineEnd: [UInt8] = [0x0D, 0x0A]

    /// Bodies up to this size go out together with their head.
    private static let smallBody: Int = 65536

    /// An answer that goes out in one piece; `nil` if it is too large for that.
    func smallBytes(
        to method: HTTPMethod,
        _ keepsAlive: Bool,
        _ minorVersion: Int
    ) -> [UInt8]? {
        guard case .bytes(let body) = body, body.count <= Self.smallBody else { return nil }
        var output = headBytes(keepsAlive, minorVersion)
        if method != .head { output += body }
        return output
    }

    /// The head; of an answer in chunks without the last lines.
    func headBytes(_ keepsAlive: Bool, _ minorVersion: Int) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(192 + headers.bytes.count + min(byteCount, Self.smallBody))
        if status == .ok {
            output += Self.okLine
        } else {
            output.append(contentsOf: "HTTP/1.1 \(status.rawValue) \(status.phrase)\r\n".utf8)
        }
        headers.append(to: &output)
        HTTPDate.append(to: &output)
        if upgrade == nil, !keepsAlive {
            output.append(contentsOf: "Connection: close\r\n".utf8)
        } else if minorVersion == 0 {
            output.append(contentsOf: "Connection: keep-alive\r\n".utf8)
        }
        guard case .bytes(let body) = body else { return output }
        if status.rawValue >= 200, status.rawValue != 204, status.rawValue != 304 {
            output += Self.lengthName
            Self.append(body.count, to: &output)
            output += Self.lineEnd
        }
        output += Self.lineEnd
        return output
    }

    private static func append(_ number: Int, to output: inout [UInt8]) {
        guard number >= 10 else { return output.append(UInt8(ascii: "0") + UInt8(number)) }
        append(number / 10, to: &output)
        output.append(UInt8(ascii: "0") + UInt8(number % 10))
    }
}
