extension BitField {
    /// The bits of either.
    public func union(_ other: BitField) -> BitField {
        var result = BitField(ranges: [], isMalformed: isMalformed || other.isMalformed)
        var a = 0
        var b = 0
        while a < ranges.count || b < other.ranges.count {
            let takesOther =
                a == ranges.count
                || (b < other.ranges.count
                    && other.ranges[b].lowerBound < ranges[a].lowerBound)
            if takesOther {
                result.append(other.ranges[b])
                b += 1
            } else {
                result.append(ranges[a])
                a += 1
            }
        }
        return result
    }

    /// The bits of any of `fields`.
    public static func union(of fields: some Sequence<BitField>) -> BitField {
        var runs: [Range<UInt64>] = []
        var isMalformed = false
        for field in fields {
            runs.append(contentsOf: field.ranges)
            isMalformed = isMalformed || field.isMalformed
        }
        runs.sort { $0.lowerBound < $1.lowerBound }
        return BitField(ranges: BitField(ascending: runs).ranges, isMalformed: isMalformed)
    }

    /// The bits of both.
    public func intersection(_ other: BitField) -> BitField {
        var result = BitField(ranges: [], isMalformed: isMalformed || other.isMalformed)
        var a = 0
        var b = 0
        while a < ranges.count && b < other.ranges.count {
            let common = ranges[a].clamped(to: other.ranges[b])
            // Disjoint ranges clamp to an empty one.
            result.append(common)
            if ranges[a].upperBound < other.ranges[b].upperBound { a += 1 } else { b += 1 }
        }
        return result
    }

    /// The bits that `other` does not have.
    public func subtracting(_ other: BitField) -> BitField {
        var result = BitField(ranges: [], isMalformed: isMalformed || other.isMalformed)
        var b = 0
        for range in ranges {
            var start = range.lowerBound
            while b < other.ranges.count, other.ranges[b].upperBound <= start { b += 1 }
            var cut = b
            while cut < other.ranges.count, other.ranges[cut].lowerBound < range.upperBound {
                let hole = other.ranges[cut]
                if start < hole.lowerBound { result.append(start..<hole.lowerBound) }
                start = Swift.max(start, hole.upperBound)
                cut += 1
            }
            if start < range.upperBound { result.append(start..<range.upperBound) }
        }
        return result
    }

    /// Removes the positions of `other`: later bits move down by as many as were cut before them.
    ///
    /// What happens to sector positions when a partition loses sectors.
    public func cutting(_ other: BitField) -> BitField {
        var result = BitField(ranges: [], isMalformed: isMalformed || other.isMalformed)
        var removed: UInt64 = 0
        var b = 0
        for range in ranges {
            var start = range.lowerBound
            while start < range.upperBound {
                while b < other.ranges.count, other.ranges[b].upperBound <= start {
                    removed += other.ranges[b].upperBound - other.ranges[b].lowerBound
                    b += 1
                }
                guard b < other.ranges.count, other.ranges[b].lowerBound < range.upperBound else {
                    result.append(start - removed..<range.upperBound - removed)
                    break
                }
                let hole = other.ranges[b]
                if start < hole.lowerBound {
                    result.append(start - removed..<hole.lowerBound - removed)
                }
                // What the hole takes before `start` is counted when the hole is passed; until
                // then the next start is at its end.
                start = hole.upperBound
            }
        }
        return result
    }

    /// Adds the bits of `other`.
    public mutating func formUnion(_ other: BitField) { self = union(other) }

    /// Keeps only the bits of `other`.
    public mutating func formIntersection(_ other: BitField) { self = intersection(other) }

    /// Clears the bits of `other`.
    public mutating func subtract(_ other: BitField) { self = subtracting(other) }

    /// Whether `other` has every bit of this one.
    public func isSubset(of other: BitField) -> Bool {
        var b = 0
        for range in ranges {
            while b < other.ranges.count, other.ranges[b].upperBound <= range.lowerBound { b += 1 }
            guard b < other.ranges.count, other.ranges[b].lowerBound <= range.lowerBound,
                range.upperBound <= other.ranges[b].upperBound
            else { return false }
        }
        return true
    }

    /// Whether this has every bit of `other`.
    public func isSuperset(of other: BitField) -> Bool { other.isSubset(of: self) }

    /// Whether the two have a bit in common.
    public func containsAny(of other: BitField) -> Bool {
        var a = 0
        var b = 0
        while a < ranges.count && b < other.ranges.count {
            if ranges[a].overlaps(other.ranges[b]) { return true }
            if ranges[a].upperBound < other.ranges[b].upperBound { a += 1 } else { b += 1 }
        }
        return false
    }
}
