import Foundation
import JSON
import Synchronization
import TestSupport
import Testing

@testable import Benchmarking

@Suite struct BenchmarkRowTests {
    private func row(
        _ value: Double,
        _ bound: BenchmarkRow.Bound?,
        reference: Double? = 2
    ) -> BenchmarkRow {
        BenchmarkRow("work", value: value, unit: "s", reference: reference, bound: bound)
    }

    @Test func `a bound is kept on the limit and missed behind it`() {
        #expect(row(1, .valueAtMost(1)).isWithinBound)
        #expect(!row(1.01, .valueAtMost(1)).isWithinBound)
        #expect(row(1, .valueAtLeast(1)).isWithinBound)
        #expect(!row(0.99, .valueAtLeast(1)).isWithinBound)
        #expect(row(1, .ratioAtMost(0.5)).isWithinBound)
        #expect(!row(1.01, .ratioAtMost(0.5)).isWithinBound)
        #expect(row(1, .ratioAtLeast(0.5)).isWithinBound)
        #expect(!row(0.99, .ratioAtLeast(0.5)).isWithinBound)
        #expect(row(1e9, nil).isWithinBound)
    }

    @Test func `a ratio that cannot be told misses its bound`() {
        #expect(!row(1, .ratioAtMost(10), reference: nil).isWithinBound)
        #expect(!row(1, .ratioAtLeast(0), reference: 0).isWithinBound)
        #expect(!row(.nan, .valueAtMost(10)).isWithinBound)
    }

    @Test func `a row is one line of JSON with every key`() {
        let line = BenchmarkRow(
            "work \"x\" <1>",
            value: 0.25,
            unit: "s",
            p90: 0.5,
            reference: 0.5,
            referenceName: "lotus",
            bound: .ratioAtMost(0.75)
        ).jsonLine
        #expect(
            line
                == #"{"name":"work \"x\" <1>","value":0.25,"unit":"s","reference":0.5,"ratio":0.5,"#
                + #""bound":0.75,"ok":true,"rule":"ratio <=","p90":0.5,"referenceName":"lotus"}"#
        )
        #expect(
            BenchmarkRow("work", value: 3, unit: "1/s").jsonLine
                == #"{"name":"work","value":3,"unit":"1/s","reference":null,"ratio":null,"#
                + #""bound":null,"ok":true}"#
        )
    }

    @Test func `figures have about four digits and a unit that fits`() {
        #expect(BenchmarkTable.figure(0.0123, "s") == "12.30 ms")
        #expect(BenchmarkTable.figure(6.71e-6, "s") == "6.710 µs")
        #expect(BenchmarkTable.figure(0, "s") == "0.0000 s")
        #expect(BenchmarkTable.figure(5e-10, "s") == "0.500 ns")
        #expect(BenchmarkTable.figure(61_440_000, "B") == "61.44 MB")
        #expect(BenchmarkTable.figure(123_456, "1/s") == "123456 1/s")
        #expect(BenchmarkTable.number(-1.5) == "-1.500")
        #expect(BenchmarkTable.number(.infinity) == "inf")
    }
}

@Suite struct MeasurementTests {
    @Test func `the median and the slow end are taken of the sorted rounds`() {
        let measurement = Measurement(rounds: [5, 1, 3, 2, 4, 9, 7, 8, 6, 10])
        #expect(measurement.median == 6)
        #expect(measurement.p90 == 10)
        #expect(Measurement(rounds: [4]).p90 == 4)
    }

    @Test func `the body runs once for each round and each warm-up`() {
        var runs = 0
        let measurement = Measurement.of(rounds: 3, warmUp: 2, items: 10) { runs += 1 }
        #expect(runs == 5)
        #expect(measurement.rounds.count == 3)
        #expect(measurement.rounds.allSatisfy { $0 >= 0 })
    }

    @Test(arguments: [Meter.wall, .threadProcessor, .processor, .userProcessor])
    func `a meter never goes back`(_ meter: Meter) {
        let first = meter.seconds()
        #expect(first >= 0)
        #expect(meter.seconds() >= first)
    }
}

@Suite struct BenchmarkReportTests {
    @Test func `rows are shown at once and added to the file`() throws {
        let shown = Mutex<[String]>([])
        var report = BenchmarkReport("title") { line in shown.withLock { $0.append(line) } }
        report.add(BenchmarkRow("fine", value: 1, unit: "s", bound: .valueAtMost(2)))
        #expect(report.isWithinBounds)
        report.add(BenchmarkRow("slow", value: 3, unit: "s", bound: .valueAtMost(2)))
        #expect(!report.isWithinBounds)
        let lines = shown.withLock { $0 }
        #expect(lines.count == 4)
        #expect(lines[0] == "title")
        #expect(lines[2].contains("1.000 s") && lines[2].hasSuffix("  fine"))
        #expect(lines[3].hasSuffix("! slow"))

        let folder = try TemporaryDirectory()
        let path = folder.path("bench.jsonl")
        try report.append(to: path)
        try report.append(to: path)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let names = try text.split(separator: "\n").map {
            try JSONValue(parsing: String($0))["name"]
        }
        #expect(names == ["fine", "slow", "fine", "slow"])
    }

    @Test func `a file that cannot be written is named`() {
        let report = BenchmarkReport("title") { _ in }
        let failure = #expect(throws: BenchmarkReport.OutputFailure.self) {
            try report.append(to: "/nowhere/bench.jsonl")
        }
        #expect(
            failure?.description
                == "cannot add results to /nowhere/bench.jsonl: No such file or directory"
        )
    }
}

@Suite struct ProcessUsageTests {
    @Test func `a process that works uses memory and processor time`() throws {
        let identifier = ProcessInfo.processInfo.processIdentifier
        let before = try ProcessUsage(of: identifier)
        #expect(before.residentBytes > 1 << 20)
        let start = Meter.processor.seconds()
        // Until two of the kernel's steps have passed.
        while Meter.processor.seconds() < start + 0.03 {}
        #expect(try ProcessUsage(of: identifier).processorSeconds > before.processorSeconds)
    }

    @Test func `a process that is not there is named`() {
        // Above the largest number that the kernel gives out.
        #expect(throws: ProcessUsage.NoSuchProcess.self) { try ProcessUsage(of: 1 << 30) }
    }
}
