/// The page's style sheet. It holds neither `<` nor `&`, so that the page is well-formed XML too.
let reportStyle = """

    :root {
      color-scheme: light dark;
      --page: #f6f7f9; --card: #ffffff; --text: #1b2130; --muted: #667085; --line: #e3e7ee; --band: #f4f6fa;
      --train: #2f6fed; --validation: #dd6b10; --rate: #7a52d6; --best: #0f8a5f; --stop: #c0362c;
      --frozen: #b8c7da; --new: #12a378; --plain: #e6e9ef; --right: #1f7a4d; --wrong: #cf3a2b; --on: #ffffff;
      --pill: #26303f; --tint: 14%;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --page: #0f1319; --card: #171c25; --text: #e7eaf0; --muted: #98a2b3; --line: #2b3340; --band: #1b212b;
        --train: #6ea0ff; --validation: #ff9d4d; --rate: #b394ff; --best: #3dd598; --stop: #ff7b70;
        --frozen: #47566b; --new: #2fbf91; --plain: #262d38; --right: #2f9e6a; --wrong: #e5584a; --on: #ffffff;
        --pill: #e7eaf0; --tint: 26%;
      }
    }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI",
      Roboto, "Noto Sans", "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums; }
    main { max-width: 1120px; margin: 0 auto; padding: 36px 24px 48px; }
    h1 { font-size: 28px; line-height: 1.2; margin: 0; letter-spacing: -0.01em; overflow-wrap: anywhere; }
    h2 { font-size: 18px; margin: 0 0 10px; }
    h3 { font-size: 14px; margin: 22px 0 6px; }
    .title { display: flex; flex-wrap: wrap; align-items: center; gap: 12px; }
    .lead { color: var(--muted); margin: 4px 0 14px; max-width: 75ch; }
    .status { font-size: 12px; font-weight: 600; padding: 2px 10px; border-radius: 99px; color: var(--on);
      background: var(--muted); }
    .status.completed { background: var(--right); }
    .status.failed { background: var(--wrong); }
    .status.interrupted { background: #a8640a; }
    section, aside { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 20px 22px;
      margin-top: 18px; }
    aside { border-left: 4px solid var(--train); padding: 14px 20px; }
    aside.warnings { border-left-color: var(--validation); }
    aside h2 { font-size: 14px; margin-bottom: 4px; }
    aside ul { margin: 0; padding-left: 20px; }
    .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; }
    .tile { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 14px 16px; }
    .tile b { display: block; white-space: nowrap; font-size: 24px; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em; }
    .tile span { color: var(--muted); font-size: 13px; line-height: 1.35; display: block; }
    .tile.headline b { color: var(--best); font-size: 30px; line-height: 1; padding-bottom: 4px; }
    .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(430px, 100%), 1fr)); gap: 22px 28px; }
    .chart.row { grid-column: 1 / -1; }
    figure { margin: 0; min-width: 0; }
    figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 4px 16px; margin-bottom: 4px; }
    svg { display: block; width: 100%; height: auto; }
    svg text { fill: var(--muted); font-size: 12px; }
    .legend { display: flex; flex-wrap: wrap; gap: 4px 16px; color: var(--muted); font-size: 13px; margin: 0; }
    .key::before { content: ""; display: inline-block; width: 14px; height: 4px; border-radius: 2px; margin-right: 6px;
      vertical-align: middle; background: var(--muted); }
    .key.train::before, .key.trained::before, .key.renamed::before { background: var(--train); }
    .key.validation::before, .key.reshaped::before { background: var(--validation); }
    .key.rate::before { background: var(--rate); }
    .key.best::before { background: var(--best); width: 9px; height: 9px; border-radius: 9px; }
    .key.stop::before { background: var(--stop); width: 8px; height: 8px; border-radius: 0; }
    .key.frozen::before { background: var(--frozen); height: 10px; }
    .key.trained::before { height: 10px; }
    .key.new::before { background: var(--new); height: 10px; }
    .key.fresh::before { background: var(--new); }
    .key.test::before { background: var(--best); }
    .key.accuracy::before { background: var(--train); height: 10px; }
    .key.over::before { background: var(--stop); height: 10px; opacity: 0.45; }
    .key.under::before { background: var(--best); height: 10px; opacity: 0.6; }
    .key.plain::before { background: var(--plain); height: 10px; }
    .key.loaded::before { background: var(--right); }
    .key.unused::before { background: var(--frozen); }
    .grid { stroke: var(--line); stroke-width: 1; fill: none; }
    .axis { stroke: var(--muted); stroke-width: 1; fill: none; }
    svg text.y { text-anchor: end; }
    svg text.x, svg text.phase { text-anchor: middle; }
    svg text.phase { fill: var(--text); font-weight: 600; }
    .band0 { fill: var(--band); }
    .band1 { fill: none; }
    .curve { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
    .curve.train { stroke: var(--train); }
    .curve.validation { stroke: var(--validation); }
    .key.arm0::before { background: var(--train); }
    .key.arm1::before { background: var(--validation); }
    .key.arm2::before { background: var(--rate); }
    .key.arm3::before { background: var(--best); }
    .curve.arm0, .reached.arm0 { stroke: var(--train); }
    .curve.arm1, .reached.arm1 { stroke: var(--validation); }
    .curve.arm2, .reached.arm2 { stroke: var(--rate); }
    .curve.arm3, .reached.arm3 { stroke: var(--best); }
    .dot.arm0, .reachedmark.arm0, .span.arm0 { fill: var(--train); }
    .dot.arm1, .reachedmark.arm1, .span.arm1 { fill: var(--validation); }
    .dot.arm2, .reachedmark.arm2, .span.arm2 { fill: var(--rate); }
    .dot.arm3, .reachedmark.arm3, .span.arm3 { fill: var(--best); }
    .curve.dense { stroke-width: 1; opacity: 0.85; }
    .curve.thin { stroke-width: 1; opacity: 0.4; }
    .span { opacity: 0.2; }
    .dots .dot { fill-opacity: 0.75; stroke: var(--card); stroke-width: 1; }
    .goal { stroke: var(--muted); stroke-dasharray: 2 4; fill: none; }
    .reached { stroke-dasharray: 3 4; fill: none; }
    .reachedmark { stroke: var(--card); stroke-width: 2; }
    .meanmark { stroke: var(--text); stroke-width: 2.5; fill: none; }
    svg text.meanlabel { text-anchor: end; fill: var(--text); font-weight: 600; font-size: 13px; }
    svg text.rowname { fill: var(--text); font-size: 13px; }
    .verdict { font-size: 19px; line-height: 1.4; margin: 10px 0 14px; max-width: 70ch; overflow-wrap: anywhere; }
    .status.open { background: var(--muted); }
    .sentences { margin: 12px 0 0; padding-left: 20px; }
    .pill.completed { background: color-mix(in srgb, var(--right) calc(var(--tint) + 4%), transparent); }
    .pill.failed { background: color-mix(in srgb, var(--wrong) calc(var(--tint) + 4%), transparent); }
    .hash { font: 12px/1.55 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
    a { color: var(--train); }
    .curve.test { stroke: var(--best); }
    .rates { margin-top: 14px; }
    .rates .curve { stroke-width: 4; stroke-linecap: butt; }
    rect.accuracy { fill: var(--train); }
    rect.over { fill: var(--stop); opacity: 0.45; }
    rect.under { fill: var(--best); opacity: 0.6; }
    rect.count { fill: var(--frozen); }
    .diagonal { stroke: var(--muted); stroke-dasharray: 4 4; fill: none; }
    .reliability .name { text-anchor: middle; }
    .tile.plain { border: none; padding: 0; }
    .mistakes { display: grid; grid-template-columns: repeat(auto-fill, minmax(104px, 1fr)); gap: 16px; }
    .mistake { display: flex; flex-direction: column; gap: 6px; }
    .mistake img { width: 96px; height: 96px; object-fit: contain; image-rendering: pixelated; background: var(--band);
      border-radius: 6px; }
    .mistake figcaption { display: block; font-size: 13px; line-height: 1.35; margin: 0; overflow-wrap: anywhere; }
    .mistake figcaption b { color: var(--wrong); font-weight: 600; }
    .mistake figcaption span { display: block; color: var(--muted); }
    .mistake figcaption .actual { color: var(--text); }
    .curve.rate { stroke: var(--rate); }
    .dot.train { fill: var(--train); }
    .dot.validation { fill: var(--validation); }
    .dot.rate { fill: var(--rate); }
    .bestline { stroke: var(--best); stroke-dasharray: 3 4; fill: none; }
    .stopline { stroke: var(--stop); stroke-dasharray: 2 3; fill: none; opacity: 0.7; }
    .stopmark { fill: var(--stop); }
    .bestmark { fill: var(--best); stroke: var(--card); stroke-width: 2; }
    svg text.bestlabel { fill: var(--best); font-weight: 700; font-size: 13px; paint-order: stroke; stroke: var(--card);
      stroke-width: 4px; stroke-linejoin: round; }
    .classes.beside { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(430px, 100%), 1fr));
      gap: 24px 36px; align-items: start; }
    .classes.below figure { margin-top: 24px; }
    .confusion svg { margin: 0 auto; }
    .confusion text { font-size: inherit; }
    .confusion .name { text-anchor: middle; font-size: 12px; }
    .confusion .row { text-anchor: end; fill: var(--text); }
    .confusion .column { text-anchor: start; fill: var(--text); }
    .confusion .on, .confusion .off { text-anchor: middle; fill: var(--text); }
    .confusion g text { font-size: unset; }
    .confusion .on { fill: var(--on); }
    .confusion .back { fill: var(--band); }
    .confusion .lines { stroke: var(--card); stroke-width: 1.5; fill: none; }
    rect.right { fill: var(--right); }
    rect.wrong { fill: var(--wrong); }
    table { border-collapse: collapse; width: 100%; font-size: 14px; }
    th, td { text-align: left; padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); vertical-align: middle; }
    thead th { color: var(--muted); font-weight: 500; font-size: 13px; }
    tbody th { font-weight: 500; overflow-wrap: anywhere; }
    tbody tr:last-child th, tbody tr:last-child td { border-bottom: none; }
    .number { text-align: right; white-space: nowrap; }
    .scores tbody th { overflow-wrap: break-word; }
    .shape { white-space: nowrap; color: var(--muted); }
    .number + td, .number + th { padding-left: 20px; }
    .number + .number, .scores td, .scores th { padding-left: 0; }
    .scores .number { padding-right: 28px; }
    .share { width: 19%; }
    .share span { display: block; padding: 0 4px; border-radius: 3px; background: linear-gradient(90deg,
      color-mix(in srgb, var(--train) var(--tint), transparent) var(--share), transparent var(--share)); }
    .wide { overflow-x: auto; }
    .wide tbody th { overflow-wrap: break-word; min-width: 8em; }
    .policy rect.frozen { fill: var(--frozen); }
    .policy rect.trained { fill: var(--train); }
    .policy rect.new { fill: var(--new); }
    .policy rect.plain { fill: var(--plain); }
    .policy rect.part { opacity: 0.6; }
    .policy .rowname { fill: var(--text); font-size: 13px; }
    .policy .layer { font-size: 11px; }
    .policy { margin-bottom: 10px; }
    .pill { font-size: 12.5px; padding: 1px 9px; border-radius: 99px; white-space: nowrap; color: var(--pill);
      background: color-mix(in srgb, var(--muted) var(--tint), transparent); }
    .pill.trained, .pill.renamed { background: color-mix(in srgb, var(--train) calc(var(--tint) + 4%), transparent); }
    .pill.new, .pill.fresh { background: color-mix(in srgb, var(--new) calc(var(--tint) + 8%), transparent); }
    .pill.reshaped { background: color-mix(in srgb, var(--validation) calc(var(--tint) + 4%), transparent); }
    .pill.loaded { background: color-mix(in srgb, var(--right) calc(var(--tint) + 2%), transparent); }
    .stack { display: flex; height: 14px; border-radius: 7px; overflow: hidden; margin-bottom: 8px; }
    .stack i { background: var(--frozen); }
    .stack .loaded { background: var(--right); }
    .stack .renamed { background: var(--train); }
    .stack .reshaped { background: var(--validation); }
    .stack .fresh { background: var(--new); }
    details { margin-top: 12px; }
    summary { cursor: pointer; color: var(--muted); font-size: 14px; }
    .origin { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(430px, 100%), 1fr)); gap: 8px 36px; }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: 3px 16px; margin: 0; font-size: 14px;
      align-content: start; }
    dt { color: var(--muted); }
    dd { margin: 0; overflow-wrap: anywhere; }
    .hashes dd, pre { font: 12px/1.55 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
    pre { margin: 10px 0 0; padding: 14px 16px; background: var(--page); border-radius: 8px; overflow-x: auto; }
    footer { color: var(--muted); font-size: 13px; margin-top: 22px; text-align: center; }
    @media screen and (max-width: 700px) {
      main { padding: 24px 12px 32px; }
      section { padding: 16px 14px; }
      figure { overflow-x: auto; }
      .tile b { font-size: 20px; white-space: normal; overflow-wrap: anywhere; }
      .tile.headline b { font-size: 24px; }
      .chart svg { min-width: 440px; }
      .chart.row svg, .policy svg, .rates svg { min-width: 720px; }
      .chart.rates svg { min-width: 720px; }
      .confusion.many svg { min-width: 760px; }
    }
    @media print {
      :root { --page: #ffffff; --card: #ffffff; --text: #14181f; --muted: #566072; --line: #d5dae2; --band: #f4f6fa;
        --train: #2f6fed; --validation: #c85f0c; --rate: #7a52d6; --best: #0f8a5f; --stop: #c0362c; --frozen: #b8c7da;
        --new: #12a378; --plain: #e6e9ef; --right: #1f7a4d; --wrong: #cf3a2b; --on: #ffffff; --pill: #26303f;
        --tint: 14%; }
      body { font-size: 12px; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
      main { max-width: none; padding: 0; }
      section, aside, .tile { border-radius: 6px; }
      figure, tr, .tile, aside { break-inside: avoid; }
      h2, h3, .lead { break-after: avoid; }
      .charts, .origin { grid-template-columns: 1fr 1fr; }
      .classes.beside { grid-template-columns: 5fr 4fr; gap: 20px; }
      .scores .number { padding-right: 14px; }
      .tiles { grid-template-columns: repeat(3, 1fr); }
      .wide, pre { overflow: visible; white-space: pre-wrap; }
      details::details-content { content-visibility: visible; display: block; }
    }

    """
