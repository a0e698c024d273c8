internal import COpenSSL

/// The opening handshake (RFC 6455, section 4).
enum WebSocketHandshake {
    /// Returns the answer to a key: Base64 of SHA-1 of the key and a fixed text.
    static func accept(key: String) -> String {
        let text: [UInt8] = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
        var digest: [UInt8] = [UInt8](repeating: 0, count: 20)
        unsafe SHA1(text, text.count, &digest)
        return base64(digest)
    }

    /// Returns a fresh random key.
    static func makeKey() -> String {
        var bytes: [UInt8] = [UInt8](repeating: 0, count: 16)
        unsafe RAND_bytes(&bytes, 16)
        return base64(bytes)
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = [UInt8](repeating: 0, count: bytes.count * 2 + 4)
        let count = unsafe EVP_EncodeBlock(&text, bytes, Int32(bytes.count))
        return String(decoding: text.prefix(Int(count)), as: UTF8.self)
    }
}

extension HTTPRequest {
    /// Whether the request asks for a WebSocket.
    package var wantsWebSocket: Bool {
        method == .get && headers.hasToken("Connection", "upgrade")
            && headers.hasToken("Upgrade", "websocket")
    }
}

extension HTTPResponse {
    /// Accepts a WebSocket.
    ///
    /// `handler` gets it after the answer is sent, and it is closed when it returns. A request that is no proper handshake is refused with 400 or 426.
    package static func webSocket(
        _ request: HTTPRequest,
        messageBytes: Int = WebSocket.defaultMessageBytes,
        timing: WebSocket.Timing = WebSocket.Timing(),
        _ handler: @escaping @Sendable (WebSocket) async -> Void
    ) -> HTTPResponse {
        guard request.wantsWebSocket, let key = request.headers["Sec-WebSocket-Key"],
            key.utf8.count == 24, key.hasSuffix("==")
        else {
            return .text(.badRequest, "not a WebSocket handshake\n")
        }
        guard request.headers["Sec-WebSocket-Version"] == "13" else {
            var response = HTTPResponse.text(HTTPStatus(rawValue: 426), "WebSocket version 13\n")
            response.headers.add("Sec-WebSocket-Version", "13")
            return response
        }
        var response = HTTPResponse(
            HTTPStatus(rawValue: 101),
            headers: [
                "Upgrade": "websocket", "Connection": "Upgrade",
                "Sec-WebSocket-Accept": WebSocketHandshake.accept(key: key),
            ]
        )
        response.upgrade = Upgrade(
            messageBytes: messageBytes,
            timing: timing,
            handler: handler
        )
        return response
    }
}
