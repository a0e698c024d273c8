internal import Bytes
package import JSON

/// A file of test data with a known name, whose rows are the cases.
///
/// To add one, write its rows beside the others and put it into ``KnownFileSet/files``.
package struct KnownFile: Sendable {
    /// One row.
    package struct Row: Sendable {
        package let name: String
        /// Why it takes more than half a minute or a gigabyte, if it does: then it runs only when all is asked for.
        package let cost: String?
        /// Throws what is wrong; a ``Skip`` says why it was left out.
        package let check: @Sendable () throws -> Void

        package init(
            _ name: String,
            cost: String? = nil,
            _ check: @escaping @Sendable () throws -> Void
        ) {
            self.name = name
            self.cost = cost
            self.check = check
        }
    }

    /// Why a row is left out.
    package struct Skip: Error {
        package let reason: String

        package init(reason: String) { self.reason = reason }
    }

    /// The end of the file's path, as the index of the test data names it.
    let path: String
    /// Reads the rows.
    let rows: @Sendable (_ file: ConformanceFile) throws -> [Row]

    init(_ path: String, _ rows: @escaping @Sendable (ConformanceFile) throws -> [Row]) {
        self.path = path
        self.rows = rows
    }

    /// A file of one case.
    init(one path: String, _ check: @escaping @Sendable (ConformanceFile) throws -> Void) {
        self.init(path) { file in [Row("file") { try check(file) }] }
    }

    /// Whether a file below the searched folder is this one: its path ends with ours, at a folder's border.
    func matches(_ file: ConformanceFile) -> Bool {
        file.relativePath == path || file.relativePath.hasSuffix("/" + path)
            || file.path.hasSuffix("/" + path)
    }

    /// What its cases are counted under: the first folder of the path, or the name.
    var corpus: String { path.split(separator: "/").first.map(String.init) ?? path }
}

/// Codecs, hashes, signatures and the rules of blocks against tables of other implementations.
package struct KnownFileSet: ConformanceSet {
    package init() {}

    package var name: String { "known files" }

    /// Every file that is known.
    static let files: [KnownFile] = [
        encodingFiles, multiformatFiles, structureFiles, archiveFiles, blsFiles, secp256k1Files,
        chainFiles, pieceFiles, unitTables,
    ].flatMap { $0 }

    package func cases(in files: [ConformanceFile]) -> [ConformanceCase] {
        files.flatMap { file in
            Self.files.filter { $0.matches(file) }.flatMap { Self.cases(of: $0, file) }
        }
    }

    private static func cases(of known: KnownFile, _ file: ConformanceFile) -> [ConformanceCase] {
        rows(of: known, file).map { row in
            row.conformanceCase(in: file, corpus: known.corpus, group: known.corpus)
        }
    }
}

extension KnownFile.Row {
    /// The row of a file as a case.
    package func conformanceCase(
        in file: ConformanceFile,
        corpus: String,
        group: String
    ) -> ConformanceCase {
        ConformanceCase(corpus: corpus, name: "\(file.relativePath) \(name)") { options in
            ConformanceReport(group: group, outcome: outcome(options))
        }
    }

    private func outcome(_ options: ConformanceOptions) -> ConformanceReport.Outcome {
        if let cost, !options.runsCostlyCases { return .skipped("\(cost); --all runs it") }
        do {
            try check()
            return .passed
        } catch let skip as KnownFile.Skip {
            return .skipped(skip.reason)
        } catch {
            return .failed("\(error)")
        }
    }
}

extension KnownFileSet {
    /// The rows of a file; one that fails if the file cannot be read.
    private static func rows(of known: KnownFile, _ file: ConformanceFile) -> [KnownFile.Row] {
        let reason: String
        do {
            let rows = try known.rows(file)
            if !rows.isEmpty { return rows }
            reason = "the file has no rows"
        } catch {
            reason = "\(error)"
        }
        return [KnownFile.Row("file") { throw TestDataError("cannot be read: \(reason)") }]
    }
}

// MARK: - Checking

/// Throws unless something holds.
package func check(_ isTrue: Bool, _ what: @autoclosure () -> String) throws {
    guard isTrue else { throw TestDataError(what()) }
}

/// Throws unless two values are equal.
package func checkEqual<Value: Equatable>(
    _ found: Value,
    _ expected: Value,
    _ what: @autoclosure () -> String
) throws {
    guard found != expected else { return }
    throw TestDataError("\(what()): found \(found), expected \(expected)")
}

/// Throws unless `body` does.
package func checkRefused(_ what: @autoclosure () -> String, _ body: () throws -> Void) throws {
    do { try body() } catch { return }
    throw TestDataError("\(what()) is accepted")
}

extension ConformanceFile {
    /// The bytes, decompressed by the ending of the name.
    package func contents() throws -> [UInt8] { try TestData.bytes(path) }

    /// The text, decompressed by the ending of the name.
    func text() throws -> String { String(decoding: try contents(), as: UTF8.self) }

    /// The JSON document.
    package func json() throws -> JSONValue { try JSONValue(parsing: try contents()) }

    /// The lines of the text that are not empty.
    package func lines() throws -> [String] { try text().split(separator: "\n").map(String.init) }
}

extension JSONValue {
    /// The member of that name.
    ///
    /// - Throws: ``TestDataError`` if there is none.
    package func member(_ name: String) throws -> JSONValue {
        guard let value = self[name] else { throw TestDataError("there is no \(name)") }
        return value
    }

    /// The text of a member.
    package func text(_ name: String) throws -> String {
        guard let text = try member(name).string else { throw TestDataError("\(name) is no text") }
        return text
    }

    /// The bytes of a member in hexadecimal, with or without `0x`.
    package func hex(_ name: String) throws -> [UInt8] { try hexBytes(try text(name)) }

    /// The whole number of a member.
    package func integer(_ name: String) throws -> Int64 {
        guard let number = try member(name).integer(as: Int64.self) else {
            throw TestDataError("\(name) is no whole number")
        }
        return number
    }

    /// The elements of a member.
    package func list(_ name: String) throws -> [JSONValue] {
        guard let list = try member(name).array else { throw TestDataError("\(name) is no list") }
        return list
    }
}

/// The bytes of hexadecimal text, with or without `0x`.
package func hexBytes(_ text: some StringProtocol) throws -> [UInt8] {
    let digits = text.hasPrefix("0x") ? String(text.dropFirst(2)) : String(text)
    guard let bytes = [UInt8](hex: digits) else {
        throw TestDataError("\(text) is not hexadecimal")
    }
    return bytes
}

/// The files of a `.tar.gz`, in its order.
func tarEntries(_ file: ConformanceFile) throws -> [(name: String, bytes: [UInt8])] {
    let archive = try file.contents()
    var entries: [(name: String, bytes: [UInt8])] = []
    var offset = 0
    // A header of 512 bytes: name at 0 (100 bytes), size in octal at 124 (12), type at 156, and a prefix of
    // the name at 345 (155). Contents follow, padded to 512 bytes. A name above 100 bytes
    // stands in an entry before: of type L in GNU's form, of type x, as "LENGTH path=NAME", in that of POSIX.
    var longName: String?
    while offset + 512 <= archive.count, archive[offset] != 0 {
        let header = Array(archive[offset..<offset + 512])
        func text(_ start: Int, _ count: Int) -> String {
            String(decoding: header[start..<start + count].prefix { $0 != 0 }, as: UTF8.self)
        }
        let size = Int(text(124, 12).filter(\.isNumber), radix: 8) ?? 0
        let contents = offset + 512
        guard contents + size <= archive.count else {
            throw TestDataError("the archive ends early")
        }
        let bytes = Array(archive[contents..<contents + size])
        switch header[156] {
        case UInt8(ascii: "L"):
            longName = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        case UInt8(ascii: "x"):
            let records = String(decoding: bytes, as: UTF8.self)
            if let start = records.firstRange(of: " path=")?.upperBound {
                longName = String(records[start...].prefix { $0 != "\n" })
            }
        case UInt8(ascii: "0"), 0:
            let prefix = text(345, 155)
            let name = prefix.isEmpty ? text(0, 100) : prefix + "/" + text(0, 100)
            entries.append((longName ?? name, bytes))
            longName = nil
        default: longName = nil
        }
        offset = contents + (size + 511) / 512 * 512
    }
    return entries
}
