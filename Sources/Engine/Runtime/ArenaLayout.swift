/// Offsets of buffers in one arena, such that no two that are alive at the same time overlap.
struct ArenaLayout {
    struct Life {
        let bytes: Int
        /// First and last node at which the contents matter.
        let first: Int
        let last: Int
    }

    /// Per buffer, aligned.
    private(set) var offsets: [Int]
    private(set) var bytes = 0
    private let lives: [Life]

    /// Up to so many buffers are placed by size, which leaves the fewest gaps and takes the square of their number.
    static let fewest = 6000

    /// - Parameter lives: of each buffer.
    init(_ lives: [Life], largestFirst: Bool? = nil) {
        self.lives = lives
        offsets = Array(repeating: 0, count: lives.count)
        if largestFirst ?? (lives.count <= ArenaLayout.fewest) { placeBySize() } else { placeByTime() }
    }

    /// Largest first, each at the lowest offset that is free for its whole life.
    private mutating func placeBySize() {
        /// Those that have a place, by offset.
        var placed: [(offset: Int, end: Int, first: Int, last: Int)] = []
        for index in lives.indices.sorted(by: { (lives[$0].bytes, $1) > (lives[$1].bytes, $0) }) {
            let this = lives[index]
            var offset = 0
            for other in placed where other.first <= this.last && this.first <= other.last {
                if offset + this.bytes <= other.offset { break }
                offset = max(offset, MemoryPlan.aligned(other.end))
            }
            offsets[index] = offset
            bytes = max(bytes, MemoryPlan.aligned(offset + this.bytes))
            let place = ArenaLayout.firstIndex(upTo: placed.count) { placed[$0].offset >= offset }
            placed.insert((offset, offset + this.bytes, this.first, this.last), at: place)
        }
    }

    /// As they come to life, each in the smallest gap that the dead have left.
    private mutating func placeByTime() {
        let dying = lives.indices.sorted { (lives[$0].last, $0) < (lives[$1].last, $1) }
        var dead = 0
        var gaps = Gaps()
        for index in lives.indices.sorted(by: { (lives[$0].first, $0) < (lives[$1].first, $1) }) {
            while dead < dying.count, lives[dying[dead]].last < lives[index].first {
                gaps.insert(offsets[dying[dead]], size: MemoryPlan.aligned(lives[dying[dead]].bytes))
                dead += 1
            }
            let size = MemoryPlan.aligned(lives[index].bytes)
            offsets[index] = gaps.take(size, end: bytes)
            bytes = max(bytes, offsets[index] + size)
        }
    }

    /// The first index that is `past` something, in an order in which all later ones are as well.
    fileprivate static func firstIndex(upTo count: Int, past: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if past(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// Free ranges, by offset; no two touch.
private struct Gaps {
    private var ranges: [(offset: Int, size: Int)] = []

    mutating func insert(_ offset: Int, size: Int) {
        guard size > 0 else { return }
        var added = (offset: offset, size: size)
        var place = ArenaLayout.firstIndex(upTo: ranges.count) { ranges[$0].offset > offset }
        if place < ranges.count, added.offset + added.size == ranges[place].offset {
            added.size += ranges.remove(at: place).size
        }
        if place > 0, ranges[place - 1].offset + ranges[place - 1].size == added.offset {
            place -= 1
            let before = ranges.remove(at: place)
            added = (before.offset, before.size + added.size)
        }
        ranges.insert(added, at: place)
    }

    /// A place for `size` bytes: in the smallest range that holds them, else from the last free byte before `end` on.
    mutating func take(_ size: Int, end: Int) -> Int {
        var best: Int?
        for (index, range) in ranges.enumerated()
        where range.size >= size && range.size < best.map({ ranges[$0].size }) ?? .max {
            best = index
            if range.size == size { break }
        }
        if let best {
            let offset = ranges[best].offset
            ranges[best] = (offset + size, ranges[best].size - size)
            if ranges[best].size == 0 { ranges.remove(at: best) }
            return offset
        }
        guard let last = ranges.last, last.offset + last.size == end else { return end }
        ranges.removeLast()
        return last.offset
    }
}
