import Testing

@testable import Tracking

@Suite struct FiguresTests {
    @Test(arguments: [
        (0.18337, "0.1834"), (0, "0.0000"), (12.5, "12.5000"), (1234.56, "1234.6"), (3.2e-7, "3.2e-7"), (4e9, "4e9"),
        (-0.5, "-0.5000"), (.nan, "nan"), (.infinity, "inf"),
    ])
    func score(value: Double, text: String) { #expect(Figures.score(value) == text) }

    @Test(arguments: [
        (1e-3, "0.001"), (9.1e-4, "9.1e-4"), (9.05e-5, "9.05e-5"), (0.1, "0.1"), (0, "0"), (1e-10, "1e-10"),
    ])
    func rate(value: Double, text: String) { #expect(Figures.rate(value) == text) }

    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (1_199_882, "1,199,882"), (-1234, "-1,234")])
    func count(value: Int, text: String) { #expect(Figures.count(value) == text) }

    @Test(arguments: [(4.25, "4.2"), (850, "850"), (12_400, "12.4k"), (999_499, "999k"), (1_200_000, "1.20M")])
    func short(value: Double, text: String) { #expect(Figures.short(value) == text) }

    @Test(arguments: [
        (0, "0 B"), (999, "999 B"), (812_000, "812 kB"), (312_000_000, "312 MB"), (1_240_000_000, "1.24 GB"),
    ])
    func bytes(value: Int, text: String) { #expect(Figures.bytes(value) == text) }

    @Test(arguments: [(0.42, "0.42 s"), (12.44, "12.4 s"), (59.96, "1:00 min"), (187, "3:07 min"), (3727, "1:02:07 h")])
    func duration(value: Double, text: String) { #expect(Figures.duration(value) == text) }

    @Test func makesTextHarmless() {
        #expect(SafeText.visible("a\u{1B}[31m\u{0}\u{202E}b\u{7F}") == "a␛[31m␀\u{FFFD}b␡")
        #expect(SafeText.ascii("naïve\n层") == "na?ve??")
        #expect(SafeText.width("层a") == 3)
        #expect(SafeText.prefix("层层层", columns: 5) == "层层")
    }
}
