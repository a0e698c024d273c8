/// A key and its value, as stretches of their node's bytes.
struct HAMTEntry {
    let key: ByteStretch
    var value: ByteStretch
}

/// At most three entries, ordered by key, without an allocation.
struct HAMTBucket {
    /// How many entries a bucket holds before it becomes a node.
    static let capacity: Int = 3

    private(set) var count: Int = 0
    private var entries: InlineArray<3, HAMTEntry> = InlineArray(
        repeating: HAMTEntry(key: .none, value: .none)
    )

    subscript(place: Int) -> HAMTEntry {
        get { entries[place] }
        set { entries[place] = newValue }
    }

    mutating func insert(_ entry: HAMTEntry, at place: Int) {
        precondition(count < Self.capacity && place <= count)
        var index = count
        while index > place {
            entries[index] = entries[index - 1]
            index -= 1
        }
        entries[place] = entry
        count += 1
    }

    mutating func append(_ entry: HAMTEntry) { insert(entry, at: count) }

    mutating func remove(at place: Int) {
        for index in place..<(count - 1) { entries[index] = entries[index + 1] }
        count -= 1
    }
}
