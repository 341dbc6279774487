import Layers
import Tensors
import Testing

@testable import Training

/// stem (conv, bn) → block1 (conv, bn) → head.dense → head.dense_1, with depths as the registry counts them.
private let model: [PolicyTensor] = {
    func normalization(_ layer: String, depth: Int) -> [PolicyTensor] {
        let roles: [(String, ParameterRole)] = [
            ("beta", .offset), ("gamma", .scale), ("moving_mean", .statistic), ("moving_variance", .statistic),
        ]
        return roles.map { name, role in
            PolicyTensor(
                path: ParameterPath("\(layer).\(name)"), layer: ParameterPath(layer), role: role, depth: depth,
                count: 8)
        }
    }
    func weighted(_ layer: String, depth: Int, count: Int) -> [PolicyTensor] {
        [("bias", ParameterRole.bias, 8), ("kernel", .kernel, count)].map { name, role, count in
            PolicyTensor(
                path: ParameterPath("\(layer).\(name)"), layer: ParameterPath(layer), role: role, depth: depth,
                count: count)
        }
    }
    return normalization("block1.bn", depth: 2) + weighted("block1.conv", depth: 2, count: 500)
        + weighted("head.dense", depth: 1, count: 80) + weighted("head.dense_1", depth: 0, count: 50)
        + normalization("stem.bn", depth: 3) + weighted("stem.conv", depth: 3, count: 200)
}()

private let rates = PolicyRates(base: 0.01, weightDecay: 0.1)

private func resolved(
    _ rules: [PolicyRule], rates: PolicyRates = rates, tensors: [PolicyTensor] = model
) throws -> PolicyResolution {
    try PolicyResolution(
        rules: rules, tensors: tensors, rates: rates, layersWithoutParameters: ["flatten", "head.dropout"])
}

extension PolicyResolution {
    fileprivate func of(_ path: ParameterPath) -> TensorPolicy { tensors.first { $0.path == path }! }

    fileprivate var trainable: [String] { tensors.filter(\.trainable).map(\.path.description) }

    fileprivate var trainableLayers: Set<String> { Set(tensors.filter(\.trainable).map(\.tensor.layer.description)) }
}

@Suite struct PolicyResolutionTests {
    @Test func withoutRulesTheCheckpointDecides() throws {
        let frozen = model.map {
            PolicyTensor(
                path: $0.path, layer: $0.layer, role: $0.role, depth: $0.depth,
                storedTrainable: $0.layer != "stem.bn", count: $0.count)
        }
        let resolution = try resolved([], tensors: frozen)
        #expect(resolution.trainableLayers == ["block1.bn", "block1.conv", "head.dense", "head.dense_1", "stem.conv"])
        #expect(resolution.batchNormModes == ["block1.bn": .train, "stem.bn": .inference])
        #expect(resolution.reason(for: resolution.of("stem.bn.gamma")) == "checkpoint (frozen)")
        #expect(resolution.of("stem.conv.kernel").trainableRule == nil)
    }

    @Test func theLastMatchingRuleWins() throws {
        let resolution = try resolved([PolicyRule(.freeze, "**"), PolicyRule(.unfreeze, "head.**")])
        #expect(resolution.trainableLayers == ["head.dense", "head.dense_1"])
        #expect(resolution.trainableParameters == 146 && resolution.frozenParameters == 780)
        #expect(resolution.matches.map(\.tensors) == [16, 4] && resolution.matches.map(\.parameters) == [926, 146])
        #expect(resolution.batchNormModes == ["block1.bn": .inference, "stem.bn": .inference])
        #expect(resolution.reason(for: resolution.of("head.dense.kernel")) == "unfreeze head.**")
        #expect(try resolved([PolicyRule(.unfreeze, "head"), PolicyRule(.freeze, "**")]).trainable.isEmpty)
    }

    @Test func optionsAreDecidedOneByOne() throws {
        let resolution = try resolved([
            PolicyRule(.set, "block1", options: PolicyOptions(multiplier: 0.5, weightDecay: 0.3)),
            PolicyRule(.set, "**.kernel", options: PolicyOptions(weightDecay: 0)),
            PolicyRule(.set, "block1.conv", options: PolicyOptions(multiplier: 0.1)),
        ])
        let kernel = resolution.of("block1.conv.kernel")
        #expect(kernel.multiplier == 0.1 && kernel.peakRate == 0.01 * 0.1 && kernel.weightDecay == 0)
        #expect(kernel.rateRule == 2 && kernel.weightDecayRule == 1 && kernel.trainableRule == nil)
        #expect(resolution.of("block1.bn.gamma").multiplier == 0.5)
        #expect(
            resolution.reason(for: kernel)
                == "checkpoint (trainable); set block1.conv multiplier 0.1; set **.kernel weight_decay 0.0")
    }

    @Test func multiplierAndRateAreOneOption() throws {
        let absolute = try resolved([
            PolicyRule(.set, "stem", options: PolicyOptions(multiplier: 0.5)),
            PolicyRule(.set, "stem.conv", options: PolicyOptions(learningRate: 0.002)),
        ])
        #expect(absolute.of("stem.conv.kernel").peakRate == 0.002)
        #expect(abs(absolute.of("stem.conv.kernel").multiplier - 0.2) < 1e-15)
        let relative = try resolved([
            PolicyRule(.set, "stem.conv", options: PolicyOptions(learningRate: 0.002)),
            PolicyRule(.set, "stem", options: PolicyOptions(multiplier: 0.5)),
        ])
        #expect(relative.of("stem.conv.kernel").peakRate == 0.005)
        #expect(throws: PolicyRuleError.twoRates) {
            try PolicyRule(.set, "stem", options: PolicyOptions(multiplier: 0.5, learningRate: 0.1))
        }
    }

    @Test func decayIsOffByRoleUnlessARuleNamesTheTensor() throws {
        let plain = try resolved([])
        for policy in plain.tensors {
            #expect(policy.weightDecay == (policy.tensor.role == .kernel ? 0.1 : 0), "\(policy.path)")
        }
        let wide = try resolved([PolicyRule(.set, "**", options: PolicyOptions(weightDecay: 0.2))])
        #expect(wide.of("head.dense.kernel").weightDecay == 0.2 && wide.of("head.dense.bias").weightDecay == 0)
        for pattern in ["head.dense.*", "head.dense.**", "head.dense"] {
            let rule = try PolicyRule(.set, pattern, options: PolicyOptions(weightDecay: 0.2))
            #expect(try resolved([rule]).of("head.dense.bias").weightDecay == 0, "\(pattern)")
        }
        for pattern in ["**.bias", "head.dense.bias", "head.*.b*"] {
            let rule = try PolicyRule(.set, pattern, options: PolicyOptions(weightDecay: 0.2))
            #expect(try resolved([rule]).of("head.dense.bias").weightDecay == 0.2, "\(pattern)")
        }
    }

    @Test func whatIsFrozenHasNeitherRateNorDecay() throws {
        let resolution = try resolved([
            PolicyRule(.set, "**.kernel", options: PolicyOptions(multiplier: 2, weightDecay: 0.5, l2sp: 0.1)),
            PolicyRule(.freeze, "stem"),
        ])
        let frozen = resolution.of("stem.conv.kernel")
        #expect(frozen.peakRate == 0 && frozen.weightDecay == 0 && frozen.l2sp == 0 && !frozen.isOptimized)
        #expect(resolution.of("block1.conv.kernel").l2sp == 0.1)
        let statistic = resolution.of("block1.bn.moving_mean")
        #expect(statistic.trainable && !statistic.isOptimized && statistic.peakRate == 0)
    }

    @Test func layerDecayFollowsDepth() throws {
        let resolution = try resolved(
            [PolicyRule(.set, "stem.conv", options: PolicyOptions(multiplier: 10))],
            rates: PolicyRates(base: 0.01, byDepth: .layerDecay(0.5)))
        #expect(resolution.of("head.dense_1.kernel").multiplier == 1)
        #expect(resolution.of("head.dense.kernel").multiplier == 0.5)
        #expect(resolution.of("block1.bn.gamma").multiplier == 0.25)
        #expect(resolution.of("stem.conv.kernel").multiplier == 1.25)
    }

    @Test func discriminativeRatesAreGeometricOverTheModelsDepths() throws {
        let byDepth = PolicyRates(base: 0.5, byDepth: .discriminative(lowest: 1e-5, highest: 1e-2))
        let resolution = try resolved([PolicyRule(.freeze, "block1")], rates: byDepth)
        #expect(resolution.of("head.dense_1.kernel").peakRate == 1e-2)
        #expect(abs(resolution.of("head.dense.kernel").peakRate - 1e-3) < 1e-15)
        #expect(abs(resolution.of("stem.conv.kernel").peakRate - 1e-5) < 1e-18)
        #expect(
            PolicyRates(base: 1, byDepth: .discriminative(lowest: 1, highest: 2)).peak(depth: 0, greatestDepth: 0) == 2)
    }

    @Test func ratesByDepthOutOfRangeAreRefused() {
        let bad: [PolicyRates.ByDepth] = [
            .layerDecay(0), .layerDecay(1.1), .layerDecay(.nan), .discriminative(lowest: 0, highest: 1),
            .discriminative(lowest: 2, highest: 1), .discriminative(lowest: 1, highest: .infinity),
        ]
        for byDepth in bad {
            #expect(throws: PolicyRatesError.self) { try PolicyRates(base: 1, byDepth: byDepth).validate() }
        }
    }
}

@Suite struct PolicyBatchNormTests {
    @Test func freezingFixesTheStatisticsAndUnfreezingLetsThemMove() throws {
        let resolution = try resolved([PolicyRule(.freeze, "**"), PolicyRule(.unfreeze, "block1")])
        #expect(resolution.batchNormModes == ["block1.bn": .train, "stem.bn": .inference])
        #expect(resolution.of("block1.bn.moving_mean").trainable && !resolution.of("stem.bn.moving_mean").trainable)
    }

    @Test func inferenceLeavesGammaAndBetaToTheirRules() throws {
        let resolution = try resolved([PolicyRule(.set, "**.bn", options: PolicyOptions(batchNorm: .inference))])
        #expect(resolution.batchNormModes == ["block1.bn": .inference, "stem.bn": .inference])
        #expect(!resolution.of("stem.bn.moving_variance").trainable && resolution.of("stem.bn.gamma").isOptimized)
    }

    @Test func trainMovesTheStatisticsOfAFrozenLayer() throws {
        let resolution = try resolved([
            PolicyRule(.freeze, "**"), PolicyRule(.set, "stem", options: PolicyOptions(batchNorm: .train)),
        ])
        #expect(resolution.trainable == ["stem.bn.moving_mean", "stem.bn.moving_variance"])
        #expect(resolution.trainableParameters == 0)
        #expect(resolution.of("stem.bn.moving_mean").trainableRule == 1)
    }

    @Test func adaptFixesGammaAndBetaWhateverComesLater() throws {
        let resolution = try resolved([
            PolicyRule(.set, "stem.bn", options: PolicyOptions(batchNorm: .adapt)), PolicyRule(.unfreeze, "**"),
        ])
        #expect(resolution.batchNormModes["stem.bn"] == .adapt)
        #expect(!resolution.of("stem.bn.gamma").trainable && resolution.of("stem.bn.moving_mean").trainable)
        #expect(resolution.of("block1.bn.gamma").isOptimized && resolution.of("stem.conv.kernel").isOptimized)
    }

    @Test func statisticsThatPartlyMoveAreAnError() throws {
        let error = #expect(throws: PolicyError.self) {
            try resolved([PolicyRule(.unfreeze, "**"), PolicyRule(.freeze, "stem.bn.moving_mean")])
        }
        #expect(
            "\(error!)" == "policy rule 2 (freeze stem.bn.moving_mean): the statistics of stem.bn would partly move "
                + "and partly stay; let the rules match the whole layer")
    }

    @Test func aModeForWhatHasNoStatisticsIsAnError() throws {
        let error = #expect(throws: PolicyError.self) {
            try resolved([PolicyRule(.set, "head", options: PolicyOptions(batchNorm: .train))])
        }
        #expect(error?.problems.map(\.kind) == [.noStatistics])
    }
}

@Suite struct PolicySelectionTests {
    @Test func lastCountsLayersWithParametersFromTheOutput() throws {
        #expect(try layers("last 1") == ["head.dense_1"])
        #expect(try layers("last 3") == ["head.dense_1", "head.dense", "block1.conv", "block1.bn"])
        #expect(try layers("last 99").count == 6)
    }

    @Test func untilAndFromIncludeTheirLayer() throws {
        #expect(try layers("until: stem.conv") == ["stem.conv", "stem.bn"])
        #expect(try layers("until block1") == ["stem.conv", "stem.bn", "block1.conv", "block1.bn"])
        #expect(try layers("from: head.dense") == ["head.dense", "head.dense_1"])
        #expect(try layers("until head").count == 6)
    }

    @Test func selectorsReadAsTheyAreWritten() throws {
        for text in ["last 3", "until: block1", "from: head.dense", "block*.**", "re:(block1|stem)\\..*"] {
            #expect(try PolicySelector(text).description == text)
        }
        #expect(try PolicySelector("a layer") == .pattern(PathPattern("a layer")))
        #expect(throws: PolicyRuleError.lastWithoutCount("last 0")) { try PolicySelector("last 0") }
        #expect(throws: PathPatternError.self) { try PolicySelector("re:(") }
        #expect(throws: PathPatternError.self) { try PolicySelector("") }
    }

    @Test func rulesThatSayNothingAreRefused() throws {
        #expect(throws: PolicyRuleError.nothingToSet) { try PolicyRule(.set, "**") }
        #expect(throws: PolicyRuleError.noPattern(.freeze)) { try PolicyRule(.freeze, []) }
        #expect(throws: PolicyRuleError.outOfRange("multiplier", -1)) {
            try PolicyRule(.set, "**", options: PolicyOptions(multiplier: -1))
        }
        let rule = try PolicyRule(
            .unfreeze, "stem", "last 2", options: PolicyOptions(multiplier: 0.1, batchNorm: .inference))
        #expect(rule.description == "unfreeze stem last 2 multiplier 0.1 batch_norm inference")
    }

    @Test(arguments: [
        ("blok1.**", "\"blok1.**\" matches no tensor of the model; did you mean \"block1\"?"),
        (
            "head/dense",
            "\"head/dense\" matches no tensor of the model; did you mean \"head.dense\" or \"head.dense_1\"?"
        ),
        ("dense_1", "\"dense_1\" matches no tensor of the model; did you mean \"head.dense_1\"?"),
        (
            "flatten",
            "\"flatten\" matches only layers without parameters, such as flatten; there is nothing to freeze or set"
        ),
        ("until: stm.conv", "\"until: stm.conv\" matches no tensor of the model; did you mean \"stem.conv\"?"),
        ("transformer.**", "\"transformer.**\" matches no tensor of the model; the model has block1, head, stem"),
        (
            "block1.*.weight*",
            "\"block1.*.weight*\" matches no tensor of the model; \"block1.*\" has beta, gamma, moving_mean, moving_variance, bias, kernel"
        ),
        ("head.attention", "\"head.attention\" matches no tensor of the model; \"head\" has dense, dense_1"),
        ("**.scale", "\"**.scale\" matches no tensor of the model; the model has block1, head, stem"),
        ("re:encoder\\d+", "\"re:encoder\\d+\" matches no tensor of the model"),
        ("role: embedding", "\"role: embedding\" matches nothing: the model has no tensor of that kind"),
    ])
    func aPatternThatMatchesNothingIsReportedWithWhatIsNear(pattern: String, sentence: String) throws {
        let error = #expect(throws: PolicyError.self) { try resolved([PolicyRule(.freeze, "**", pattern)]) }
        let problem = try #require(error?.problems.first)
        #expect(problem.sentence == sentence)
        #expect(problem.rule == 0 && problem.selector == 1 && error?.problems.count == 1)
        #expect("\(problem)" == "policy rule 1 (freeze ** \(pattern)): " + sentence)
    }

    @Test func allProblemsAreReportedAtOnce() throws {
        let error = #expect(throws: PolicyError.self) {
            try resolved([PolicyRule(.freeze, "a", "b"), PolicyRule(.freeze, "**"), PolicyRule(.unfreeze, "c")])
        }
        #expect(error?.problems.map(\.rule) == [0, 0, 2])
        #expect(error?.description.split(separator: "\n").count == 3)
    }

    @Test func editDistanceCountsASwapOnce() {
        #expect(PathSuggestions.editDistance(Array("dnese"), Array("dense")) == 1)
        #expect(PathSuggestions.editDistance(Array("conv"), Array("")) == 4)
        #expect(PathSuggestions.editDistance(Array("kitten"), Array("sitting")) == 3)
    }

    private func layers(_ selector: String) throws -> Set<String> {
        Set(try PolicySelector(selector).matches(in: model).map { model[$0].layer.description })
    }
}
