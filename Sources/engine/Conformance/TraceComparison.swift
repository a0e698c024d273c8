internal import ActorRuntime
internal import Compression
internal import FilecoinTypes
internal import JSON
internal import Multiformats

/// Puts our steps beside those that a vector recorded, and shows the first that differ.
struct TraceComparison {
    private let expected: [String]

    init(_ vector: JSONValue) throws {
        guard let text = vector["diagnostics"], text.string != nil || text["data"] != nil,
            let packed = try? TestData.base64(text.string == nil ? text["data"] : text),
            let plain = try? Deflate.decompress(packed, format: .gzip, allowsMissingEnd: true),
            let events = try? JSONValue(parsing: plain).array
        else {
            expected = []
            return
        }
        expected = events.compactMap { event -> String? in
            guard let parts = event.array, let kind = parts.first?.string else { return nil }
            let text = parts.map { $0.string ?? $0.number?.text ?? "" }
            switch kind {
            case "gas": return "gas \(text[1]) \(text[2]) \(text[3])"
            case "get": return "get \(text[1])"
            case "put": return "put \(text[1]) \(text[2])"
            case "enter": return "enter method \(text[3])"
            case "exit": return "exit \(text[1])"
            default: return nil
            }
        }
    }

    /// The steps around the first difference; all of ours if nothing was recorded.
    func text(_ trace: ExecutionTrace) throws -> String {
        let ours = trace.events.map(Self.line)
        if expected.isEmpty { return "\n    " + ours.joined(separator: "\n    ") }
        let common = zip(ours, expected).prefix { $0 == $1 }.count
        let start = max(0, common - 12)
        var lines = ours[start..<common].map { "  \($0)" }
        lines.append("  -- first difference at step \(common)")
        lines += ours[common...].prefix(8).map { "  ours   \($0)" }
        lines += expected[common...].prefix(8).map { "  theirs \($0)" }
        return "\n  " + lines.joined(separator: "\n  ")
    }

    private static func line(_ event: ExecutionTrace.Event) -> String {
        switch event {
        case .enter(_, _, let method, _, _): "enter method \(method)"
        case .gas(let charge): "gas \(charge.name) \(charge.compute) \(charge.storage)"
        case .get(let cid): "get \(cid)"
        case .put(let cid, let size): "put \(cid) \(size)"
        case .exit(let code, _, _): "exit \(code.rawValue)"
        }
    }
}
