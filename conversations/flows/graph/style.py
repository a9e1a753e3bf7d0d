"""The style of the drawing: light and dark colours, with those of each kind of step.

Inside a page it follows the `dark` class of the page; as a file, the preference of the system.
"""

from string import Template

from conversations.machine.nodes.registry import kinds

SHEET = Template("""
.fg{--paper:#fff;--ink:#1f2430;--soft:#6b7280;--line:#9aa3b2;--edge:#d5dae3;$light--warn:#b45309;--chip:#eef2f8;--here:#f59e0b;
font-family:PingFang SC,Microsoft YaHei,Noto Sans CJK SC,Noto Sans SC,Source Han Sans SC,Hiragino Sans GB,
WenQuanYi Micro Hei,system-ui,sans-serif}
.dark .fg{--paper:#171a21;--ink:#e6e9ef;--soft:#a2abba;--line:#6b7484;--edge:#363c48;$dark--warn:#fbbf24;
--chip:#262c37;--here:#fbbf24}
@media (prefers-color-scheme:dark){svg.fg:root{--paper:#171a21;--ink:#e6e9ef;--soft:#a2abba;--line:#6b7484;
--edge:#363c48;$dark--warn:#fbbf24;--chip:#262c37;--here:#fbbf24;
background:#0f1116}}
.fg text{fill:var(--ink)}.fg .soft{fill:var(--soft)}.fg .warn{fill:var(--warn)}
.fg .box{fill:var(--paper);stroke:var(--edge);stroke-width:1.25}.fg a:hover .box{stroke:var(--tone)}
.fg .state{--tone:var(--say)}$tones
.fg .icon{fill:var(--tone)}.fg .glyph{fill:none;stroke:var(--paper);stroke-width:1.7;stroke-linecap:round;
stroke-linejoin:round}.fg .solid{fill:var(--paper);stroke:none}
.fg .here .box{stroke:var(--here);stroke-width:3}.fg .badge{fill:var(--here)}.fg .badge+text{fill:#1f2430}
.fg .chip{fill:var(--chip)}.fg .way{fill:none;stroke:var(--line);stroke-width:1.5}
.fg .dashed{stroke-dasharray:5 4;stroke:var(--warn)}.fg .tip{fill:var(--line)}.fg .tip-warn{fill:var(--warn)}
.fg .name{font-weight:600}.fg .mid{text-anchor:middle}
.fg .hit{fill:none;stroke:transparent;stroke-width:16}.fg .walked .way{stroke:var(--here);stroke-width:2.5}
.fg .walked .tip,.fg .walked .tip-warn{fill:var(--here)}.fg .walked .box{stroke:var(--here)}
.fg .fault circle{fill:var(--warn)}.fg .fault.error circle{fill:#dc2626}.fg .fault text{fill:#fff}
.fg .faulty .box{stroke:#dc2626}
.fg .added .box{stroke:#16a34a;stroke-width:3}.fg .added .way{stroke:#16a34a;stroke-width:2.5}
.fg .removed .box{stroke:#dc2626;stroke-width:2;stroke-dasharray:6 4}.fg .state.removed{opacity:.75}
.fg .removed .way{stroke:#dc2626;stroke-dasharray:5 4}.fg .changed .box{stroke:#d97706;stroke-width:3}
.fg .added .tip,.fg .added .tip-warn{fill:#16a34a}.fg .removed .tip,.fg .removed .tip-warn{fill:#dc2626}
.fg .covered .box{stroke:#16a34a;stroke-width:2}.fg .covered .way{stroke:#16a34a;stroke-width:2;stroke-dasharray:none}
.fg .covered .tip,.fg .covered .tip-warn{fill:#16a34a}.fg .uncovered .box{stroke-dasharray:6 4;stroke:var(--line)}
.fg .uncovered .way{stroke:var(--line);stroke-dasharray:5 4}.fg .uncovered .tip-warn{fill:var(--line)}
.fg .dot-here{fill:#f59e0b}.fg .dot-entered{fill:#2563eb}.fg .dot-gave_up{fill:#dc2626}
.fg .number a:hover .chip{stroke:var(--tone,#2563eb)}
.fg .ground{fill:var(--paper);opacity:.94}.fg .dot{fill:var(--ink)}
""")


def style() -> str:
    """The style sheet, with the colours of all kinds of steps."""
    drawings = {one.kind: one.drawing for one in kinds()}
    return SHEET.substitute(
        light="".join(f"--{kind}:{drawing.light};" for kind, drawing in drawings.items()),
        dark="".join(f"--{kind}:{drawing.dark};" for kind, drawing in drawings.items()),
        tones="".join(f".fg .{kind}{{--tone:var(--{kind})}}" for kind in drawings),
    )
