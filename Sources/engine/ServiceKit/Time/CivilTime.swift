/// A moment as year, month, day and time of day in UTC (proleptic Gregorian calendar).
package struct CivilTime: Hashable, Sendable {
    package let year: Int64
    package let month: Int
    package let day: Int
    package let hour: Int
    package let minute: Int
    package let second: Int
    package let nanosecond: Int
    /// 0 is Sunday.
    package let weekday: Int

    /// Splits nanoseconds since 1970.
    package init(nanoseconds: Int64) {
        let (days, inDay) = Self.split(nanoseconds, by: 86_400_000_000_000)
        nanosecond = Int(inDay % 1_000_000_000)
        let seconds = Int(inDay / 1_000_000_000)
        hour = seconds / 3600
        minute = seconds / 60 % 60
        second = seconds % 60
        weekday = Int(Self.split(days + 4, by: 7).1)
        // Days are counted from 1 March of year 0, so that the leap day is the last of its year;
        // 146,097 days are 400 years.
        let (era, dayOfEra) = Self.split(days + 719_468, by: 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = Int(dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100))
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    private static func split(_ value: Int64, by divisor: Int64) -> (Int64, Int64) {
        let remainder = value % divisor
        return remainder < 0
            ? (value / divisor - 1, remainder + divisor) : (value / divisor, remainder)
    }

    private static let monthNames = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    private static let dayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

    private static func padded(_ value: some BinaryInteger, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private var date: String {
        "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
    }

    private var clock: String {
        "\(Self.padded(hour, 2)):\(Self.padded(minute, 2)):\(Self.padded(second, 2))"
    }

    /// `2026-11-21T09:30:00.123456789Z`; the fraction without zeros at its end, as Go writes it.
    package var rfc3339: String {
        var fraction = nanosecond == 0 ? "" : "." + Self.padded(nanosecond, 9)
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return "\(date)T\(clock)\(fraction)Z"
    }

    /// `2026-11-21T09:30:00.123Z`, always with milliseconds.
    package var milliseconds: String {
        "\(date)T\(clock).\(Self.padded(nanosecond / 1_000_000, 3))Z"
    }

    /// `2026-11-21 09:30:00`.
    package var plain: String { "\(date) \(clock)" }

    /// `2026-11-21 09:30:00.123456789 +0000 UTC`, as Go prints a time.
    package var goText: String {
        var fraction = nanosecond == 0 ? "" : "." + Self.padded(nanosecond, 9)
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return "\(date) \(clock)\(fraction) +0000 UTC"
    }

    /// `Sat, 21 Nov 2026 09:30:00 UTC`.
    package var rfc1123: String {
        "\(Self.dayNames[weekday]), \(Self.padded(day, 2)) \(Self.monthNames[month - 1]) "
            + "\(Self.padded(year, 4)) \(clock) UTC"
    }
}

extension CivilTime {
    /// Reads the form of ``rfc3339``, in UTC only.
    ///
    /// - Returns: nil when the text has another form.
    package init?(rfc3339 text: String) {
        guard text.hasSuffix("Z") else { return nil }
        let parts = text.dropLast().split(omittingEmptySubsequences: false) { "-T:.".contains($0) }
        guard parts.count == 6 || parts.count == 7 else { return nil }
        let numbers = parts.prefix(6).compactMap { Int64($0) }
        guard numbers.count == 6, (1...12).contains(numbers[1]), (1...31).contains(numbers[2]),
            (1...9999).contains(numbers[0]), (0...23).contains(numbers[3]),
            (0...59).contains(numbers[4]), (0...59).contains(numbers[5])
        else { return nil }
        var fraction: Int64 = 0
        if parts.count == 7 {
            let digits =
                parts[6].prefix(9) + String(repeating: "0", count: 9 - min(9, parts[6].count))
            guard let value = Int64(digits) else { return nil }
            fraction = value
        }
        let days = Self.days(numbers[0], Int(numbers[1]), Int(numbers[2]))
        let seconds = days * 86_400 + numbers[3] * 3600 + numbers[4] * 60 + numbers[5]
        let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, tooLarge) = nanoseconds.addingReportingOverflow(fraction)
        if overflow || tooLarge { return nil }
        self.init(nanoseconds: sum)
    }

    /// Nanoseconds since 1970 of this moment, which came from such a number.
    package var nanosecondsSince1970: Int64 {
        let inDay = Int64((hour * 60 + minute) * 60 + second)
        let seconds = Self.days(year, month, day) * 86_400 + inDay
        // The first second that a number can name begins before the number can.
        return seconds < 0
            ? (seconds + 1) * 1_000_000_000 + (Int64(nanosecond) - 1_000_000_000)
            : seconds * 1_000_000_000 + Int64(nanosecond)
    }

    /// Days from 1970 to a date: the inverse of the split by 400-year eras; years begin with March.
    private static func days(_ year: Int64, _ month: Int, _ day: Int) -> Int64 {
        let marchYear = month <= 2 ? year - 1 : year
        let era = marchYear >= 0 ? marchYear / 400 : (marchYear - 399) / 400
        let yearOfEra = marchYear - era * 400
        let dayOfYear = Int64((153 * ((month + 9) % 12) + 2) / 5 + day - 1)
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
